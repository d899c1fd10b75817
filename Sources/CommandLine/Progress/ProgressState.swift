// What is known of the running steps, and how it is put into words. Knows nothing of terminals.

internal import Digests
internal import Execution
internal import Logbooks

/// The steps of a run as events have told of them.
struct ProgressState {
    struct Running {
        let started = ContinuousClock.now
        var done = 0
        var total = 0
        var unit = ""
        var message: String?
        var loss: Double?

        var elapsed: Duration { started.duration(to: .now) }

        /// Expected time to the end, from the pace so far; nil before there is a pace.
        var remaining: Duration? {
            guard done > 0, total > done, elapsed > .seconds(1) else { return nil }
            return elapsed * (total - done) / done
        }
    }

    private(set) var running: [Int: Running] = [:]
    private(set) var finished = 0
    private(set) var executed = 0

    mutating func apply(_ event: RunEvent) {
        switch event {
        case .note: break
        case .reused(let step):
            running[step] = nil
            finished += 1
        case .started(let step): running[step] = Running()
        case .progress(let step, let done, let total, let unit, let message):
            running[step]?.done = done
            running[step]?.total = total
            running[step]?.unit = unit
            running[step]?.message = message
        case .metric(let step, let name, let value): if name == "loss" { running[step]?.loss = value }
        case .finished(let step, _, _):
            running[step] = nil
            finished += 1
            executed += 1
        case .failed(let step, _), .cancelled(let step): running[step] = nil
        }
    }

    /// `log-loss 1.2345, accuracy 0.51`; empty where a step has no scores.
    static func scores(_ metrics: JSON) -> String {
        ["log-loss", "accuracy"].compactMap { name in
            metrics[name]?.number.map { "\(name) \(Format.decimal($0, 4))" }
        }.joined(separator: ", ")
    }
}
