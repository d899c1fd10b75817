// Progress on a terminal: what is done scrolls by, and one line per running step stays below it.

internal import Digests
internal import Execution
internal import Host
internal import Plans
internal import Synchronization
internal import Words

final class TerminalProgress: ProgressReporter {
    private struct State {
        var progress = ProgressState()
        var drawn = 0
        var isOver = false
    }
    private let plan: Plan
    private let total: Int
    private let paint = Paint(isOn: Console.hasColor(.error))
    private let state = Mutex(State())
    private let started = ContinuousClock.now

    init(plan: Plan, total: Int) {
        self.plan = plan
        self.total = total
        Task { [weak self] in
            while let self, self.redraw() { try? await Task.sleep(for: .milliseconds(200)) }
        }
    }

    func handle(_ event: RunEvent) {
        state.withLock { state in
            state.progress.apply(event)
            guard let line = line(for: event) else { return }
            let before = state.drawn
            Console.draw(line + "\n" + drawn(&state), over: before, to: .error)
        }
    }

    func finish() {
        state.withLock { state in
            Console.draw("", over: state.drawn, to: .error)
            state.drawn = 0
            state.isOver = true
        }
    }

    private func redraw() -> Bool {
        state.withLock { state in
            let before = state.drawn
            if !state.isOver { Console.draw(drawn(&state), over: before, to: .error) }
            return !state.isOver
        }
    }

    private func line(for event: RunEvent) -> String? {
        switch event {
        case .note(let text): return paint.dim(text)
        case .finished(let step, let seconds, let metrics):
            let scores = ProgressState.scores(metrics)
            // The columns of the mark, the spaces, the time and the scores.
            let room = Console.width - 16 - scores.count
            return
                "\(paint.green("✓")) \(shortened(plan.steps[step].address, to: room))  \(paint.dim("\(Format.decimal(seconds, 1)) s"))  \(scores)"
        case .failed(let step, let failure):
            return paint.red("✗ " + Progress.describe(failure, of: plan.steps[step].address))
        case .cancelled(let step): return paint.yellow("- \(plan.steps[step].address) cancelled")
        case .reused, .started, .progress, .metric: return nil
        }
    }

    private func drawn(_ state: inout State) -> String {
        let width = Console.width
        var lines: [String] = []
        for (step, running) in state.progress.running.sorted(by: { $0.key < $1.key }).prefix(16) {
            var right = ""
            if running.total > 0 {
                right = "\(bar(Double(running.done) / Double(running.total))) \(running.done)/\(running.total)"
            }
            if let loss = running.loss { right += " loss \(Format.decimal(loss, 3))" }
            if let speed = running.speed, right.count + speed.count + 40 < width { right += " \(speed)" }
            right += running.remaining.map { " \(Format.elapsed($0)) left" } ?? " \(Format.elapsed(running.elapsed))"
            let name = shortened(plan.steps[step].address, to: max(12, width - right.count - 5))
            lines.append("\(paint.blue("●")) \(name)  \(right)")
        }
        lines.append(
            paint.dim("  \(state.progress.finished)/\(total) steps, \(Format.elapsed(started.duration(to: .now)))"))
        state.drawn = lines.count
        return lines.joined(separator: "\n") + "\n"
    }

    private func bar(_ share: Double) -> String {
        let cells = 10
        let full = Int((share * Double(cells)).rounded(.down))
        return String(repeating: "━", count: min(cells, full))
            + paint.dim(String(repeating: "─", count: max(0, cells - full)))
    }

    /// The end of an address tells steps apart; the beginning gives way.
    private func shortened(_ text: String, to width: Int) -> String {
        text.count <= width ? text : "…" + text.suffix(max(0, width - 1))
    }
}
