// What is known of the running steps, and how it is put into words. Knows nothing of terminals.

internal import Digests
internal import Execution
internal import Formats
internal import Scores
internal import Words

/// The steps of a run as events have told of them.
struct ProgressState {
    struct Running {
        let started = ContinuousClock.now
        var done = 0
        var total = 0
        var unit = ""
        var message: String?
        var loss: Double?
        /// What the worker measures every few seconds: tokens-per-second, mfu, memory-bytes.
        var figures: [String: Double] = [:]
        /// Where progress was first told: what came before, such as loading or an earlier attempt, is no part of the pace.
        var first: (done: Int, at: ContinuousClock.Instant)?

        var elapsed: Duration { started.duration(to: .now) }

        /// Expected time to the end, from the pace so far; nil before there is a pace.
        var remaining: Duration? {
            guard let first, done > first.done, total > done, elapsed > .seconds(1) else { return nil }
            return first.at.duration(to: .now) * (total - done) / (done - first.done)
        }

        /// `13.2k tokens/s`, with the share of the peak and the memory where they are known; nil before they are measured.
        var speed: String? {
            guard let rate = figures["tokens-per-second"] else { return nil }
            var parts = [rate < 10_000 ? "\(Int(rate)) tokens/s" : "\(Format.decimal(rate / 1000, 1))k tokens/s"]
            if let share = figures["mfu"] { parts.append("\(Format.percent(share)) MFU") }
            if let bytes = figures["memory-bytes"] { parts.append("\(Format.decimal(bytes / 1e9, 1)) GB") }
            return parts.joined(separator: ", ")
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
            if running[step]?.first == nil { running[step]?.first = (done, .now) }
            running[step]?.done = done
            running[step]?.total = total
            running[step]?.unit = unit
            running[step]?.message = message
        case .metric(let step, "loss", let value): running[step]?.loss = value
        case .metric(let step, let name, let value): running[step]?.figures[name] = value
        case .finished(let step, _, _):
            running[step] = nil
            finished += 1
            executed += 1
        case .failed(let step, _), .cancelled(let step): running[step] = nil
        }
    }

    /// `log-loss 1.2345, accuracy 0.51`; empty where a step has no scores.
    static func scores(_ metrics: JSON) -> String {
        let known = StepMetrics(metrics)
        return Metrics.named(known.names).compactMap { metric in
            known.score(metric.name).map { "\(metric.name) \(Format.score($0))" }
        }.joined(separator: ", ")
    }
}
