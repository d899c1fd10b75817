// A word on work that turns out to take long. Knows nothing of the work.

internal import Dispatch

enum Patience {
    /// What `work` gives; `text` is said once if it takes longer than `delay`.
    static func telling<Value>(
        _ text: String, after delay: DispatchTimeInterval = .seconds(3),
        say: @escaping @Sendable (String) -> Void = { Console.note($0) }, _ work: () throws -> Value
    ) rethrows -> Value {
        let timer = DispatchSource.makeTimerSource(queue: .global())
        timer.schedule(deadline: .now() + delay)
        timer.setEventHandler { say(text) }
        timer.resume()
        defer { timer.cancel() }
        return try work()
    }

    /// What is said of comparisons, of which those of a large table by a metric that ranks rows take long.
    static let comparing = "comparing results takes a while; what was compared once is kept"
}
