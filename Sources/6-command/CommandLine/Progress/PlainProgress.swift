// Progress as plain lines, for logs: every transition, and a heartbeat while nothing changes. Never a bar.

internal import Digests
internal import Execution
internal import Plans
internal import Synchronization
internal import Words

final class PlainProgress: ProgressReporter {
    private struct State {
        var progress = ProgressState()
        var spoken = ContinuousClock.now
    }
    private let plan: Plan
    private let total: Int
    private let state = Mutex(State())
    private let heartbeat = Mutex<Task<Void, Never>?>(nil)

    init(plan: Plan, total: Int) {
        self.plan = plan
        self.total = total
        heartbeat.withLock { task in
            task = Task { [weak self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(5))
                    self?.beat()
                }
            }
        }
    }

    func handle(_ event: RunEvent) {
        let line = state.withLock { state -> String? in
            state.progress.apply(event)
            guard let line = describe(event, state.progress) else { return nil }
            state.spoken = .now
            return line
        }
        if let line { Console.note(line) }
    }

    func finish() { heartbeat.withLock { $0?.cancel() } }

    private func describe(_ event: RunEvent, _ progress: ProgressState) -> String? {
        switch event {
        case .note(let text): text
        case .started(let step): "start   \(plan.steps[step].address)"
        case .finished(let step, let seconds, let metrics):
            "done    \(plan.steps[step].address)  \(Format.decimal(seconds, 1)) s  \(ProgressState.scores(metrics)) [\(progress.finished)/\(total)]"
        case .failed(let step, let failure): "FAILED  \(Progress.describe(failure, of: plan.steps[step].address))"
        case .cancelled(let step): "cancel  \(plan.steps[step].address)"
        case .reused, .progress, .metric: nil
        }
    }

    /// A line for each running step when nothing has been said for half a minute.
    private func beat() {
        let lines = state.withLock { state -> [String] in
            guard state.spoken.duration(to: .now) > .seconds(30) else { return [] }
            state.spoken = .now
            return state.progress.running.sorted { $0.key < $1.key }.map { step, running in
                var line = "running \(plan.steps[step].address)  \(Format.elapsed(running.elapsed))"
                if running.total > 0 { line += "  \(running.done)/\(running.total) \(running.unit)" }
                if let loss = running.loss { line += "  loss \(Format.decimal(loss, 3))" }
                if let speed = running.speed { line += "  \(speed)" }
                if let remaining = running.remaining { line += "  about \(Format.elapsed(remaining)) left" }
                return line
            }
        }
        for line in lines { Console.note(line) }
    }
}
