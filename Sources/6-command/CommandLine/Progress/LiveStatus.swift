// What `ablate status` in another terminal reads of a run that goes on: steps, the fine-tunes at work, the time to go.

internal import Execution
internal import Forecasts
internal import Host
internal import Plans
internal import Recipes
internal import Runs
internal import Schedules
internal import Storage
internal import Synchronization
internal import Workers

/// Writes a run's live state once a second, whatever the form of progress on its own terminal.
final class LiveStatus: Sendable {
    private struct State {
        var running: [Int: LiveState.Work] = [:]
        var open: Set<Int>
        var executed = 0
        var reused = 0
        var failed: [RunDocument.Failure] = []
        var cancelled = 0
        /// Seconds of the steps that this run executed, by kind: the estimate where no record gives one.
        var seconds: [StepKind: (sum: Double, count: Int)] = [:]
    }

    /// Nil once the run has ended: a word said after that would be that of a dead run.
    private let live: Mutex<LiveRun?>
    private let plan: Plan
    private let estimates: [Double?]
    private let outlook: Outlook
    private let head: LiveState
    private let state: Mutex<State>
    private let beat = Mutex<Task<Void, Never>?>(nil)

    /// Nil where the store takes no such word.
    init?(_ workspace: Workspace, _ forecast: Forecast, chosen: Set<Int>) {
        let (store, name) = (workspace.store, workspace.name)
        let recipe = workspace.loaded.folder
        let live = try? store.beginLiveRun { document in
            let other = LiveState(reading: document)
            return other.recipe == name && other.folder == recipe
        }
        guard let live else { return nil }
        self.live = Mutex(live)
        plan = workspace.plan
        estimates = forecast.entries.map(\.estimate)
        // Looked at once: what a machine has is read from a dozen files.
        let machine = workspace.machine
        outlook = Outlook(
            dependencies: workspace.plan.steps.map(\.dependencies),
            demands: workspace.plan.steps.map { machine.resources(for: $0) }, capacity: machine.capacity)
        state = Mutex(State(open: chosen))
        head = LiveState(
            recipe: name, folder: recipe, host: Host.system.name, process: Host.system.processes.current.process,
            user: Host.system.user, started: Self.now, total: chosen.count)
        write()
        beat.withLock { task in
            task = Task { [weak self] in
                while !Task.isCancelled {
                    try? await Task.sleep(for: .seconds(1))
                    if Task.isCancelled { return }
                    self?.write()
                }
            }
        }
    }

    func handle(_ event: RunEvent) {
        state.withLock { state in
            switch event {
            case .note: break
            case .started(let step):
                state.running[step] = LiveState.Work(
                    address: plan.steps[step].address, kind: plan.steps[step].kind.rawValue, started: Self.now)
            case .progress(let step, let done, let total, let unit, let message):
                state.running[step]?.done = done
                state.running[step]?.total = total
                state.running[step]?.unit = unit
                state.running[step]?.message = message
            case .metric(let step, let name, let value):
                if name == "loss" { state.running[step]?.loss = value }
                if name == "tokens-per-second" { state.running[step]?.tokensPerSecond = value }
            case .reused(let step):
                Self.close(step, &state)
                state.reused += 1
            case .finished(let step, let seconds, _):
                Self.close(step, &state)
                state.executed += 1
                // A program's time says nothing of another program's.
                guard plan.steps[step].demand != .command else { return }
                let known = state.seconds[plan.steps[step].kind] ?? (0, 0)
                state.seconds[plan.steps[step].kind] = (known.sum + seconds, known.count + 1)
            case .failed(let step, let failure):
                Self.close(step, &state)
                state.failed.append(
                    .init(
                        address: plan.steps[step].address, kind: failure.class.rawValue, message: failure.message,
                        log: failure.log))
            case .cancelled(let step):
                Self.close(step, &state)
                state.cancelled += 1
            }
        }
    }

    /// The run has ended: the document of the run tells the rest.
    func end() {
        beat.withLock { $0?.cancel() }
        live.withLock { live in
            live?.end()
            live = nil
        }
    }

    private static func close(_ step: Int, _ state: inout State) {
        state.running[step] = nil
        state.open.remove(step)
    }

    private func write() {
        let now = Self.now
        let state = state.withLock { $0 }
        var word = head
        word.updated = now
        (word.executed, word.reused, word.cancelled) = (state.executed, state.reused, state.cancelled)
        word.failed = state.failed
        word.waiting = state.open.count - state.running.count
        word.remaining = remaining(state, now)
        word.running = state.running.sorted { $0.key < $1.key }.map(\.value)
        live.withLock { $0?.say(word.json) }
    }

    /// Seconds to the end; nil while a kind of step that is to come has never been seen.
    private func remaining(_ state: State, _ now: Double) -> Double? {
        var seconds: [Int: Double] = [:]
        for step in state.open {
            let kind = plan.steps[step].kind
            let mean = state.seconds[kind].map { $0.sum / Double($0.count) }
            // Native steps take a moment, whether one has been seen or not.
            let whole = estimates[step] ?? mean ?? (plan.steps[step].demand == .native ? 0.1 : nil)
            if let work = state.running[step], work.done > 0, work.total >= work.done, now - work.started > 1 {
                seconds[step] = (now - work.started) * Double(work.total - work.done) / Double(work.done)
            } else if let whole {
                seconds[step] = max(0, whole - (state.running[step].map { now - $0.started } ?? 0))
            } else {
                return nil
            }
        }
        return outlook.seconds(of: seconds)
    }

    private static var now: Double { Double(Host.system.clock.now) / 1e9 }
}
