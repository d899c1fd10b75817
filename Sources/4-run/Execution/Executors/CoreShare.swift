// The cores that a running step may use, which the schedule changes while it runs. Knows neither of them.

internal import Synchronization

/// A number of cores, told by the engine and heard by an executor.
package final class CoreShare: Sendable {
    private let state: Mutex<Int>
    /// Every number after the first. Whoever is slow to listen hears the latest.
    package let changes: AsyncStream<Int>
    private let queue: AsyncStream<Int>.Continuation

    package init(_ cores: Int) {
        state = Mutex(cores)
        (changes, queue) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
    }

    package var cores: Int { state.withLock { $0 } }

    package func change(to cores: Int) {
        state.withLock { $0 = cores }
        queue.yield(cores)
    }

    /// Nothing is said any more.
    package func end() { queue.finish() }
}
