// The document of a run: which address had which key, and how it ended. Reasons and `status` are told from it.

internal import Digests
internal import Host
internal import Plans
internal import Runs
internal import Storage
internal import Synchronization
internal import Workers

/// Keeps `runs/<recipe>/` up to date while a run goes on.
final class RunJournal: Sendable {
    private struct State {
        var keys: [String: Digest]
        var written = ContinuousClock.now
        /// How long the last writing took.
        var effort = Duration.zero
        /// The number of this run's document, once it has one.
        var document: Int?
    }
    private let store: Store
    private let recipe: String
    private let folder: String
    private let file: String
    private let settings: JSON
    private let plan: Plan
    private let started = StopWatch.now
    private let state: Mutex<State>

    /// `lastKeys` are kept for the steps this run does not come to.
    init(
        store: Store, recipe: String, folder: String, file: String, settings: JSON, plan: Plan,
        lastKeys: [String: Digest]
    ) {
        let addresses = Set(plan.steps.map(\.address))
        state = Mutex(State(keys: lastKeys.filter { addresses.contains($0.key) }))
        self.store = store
        self.recipe = recipe
        self.folder = store.place(ofProject: folder)
        self.file = file
        self.settings = settings
        self.plan = plan
    }

    func begin() throws { try write(.running, summary: nil) }

    /// Notes a step that is done; the document follows at most once a second, and takes at most a fiftieth of the time.
    func note(_ address: String, key: Digest) {
        let isDue = state.withLock { state in
            state.keys[address] = key
            guard state.written.duration(to: .now) > max(.seconds(1), state.effort * 50) else { return false }
            state.written = .now
            return true
        }
        // The document only describes; a run does not fail because it cannot be written.
        if isDue { try? write(.running, summary: nil) }
    }

    func end(_ summary: RunSummary) throws {
        let outcome: RunDocument.Outcome =
            summary.isComplete ? .complete : summary.failed.isEmpty ? .interrupted : .failed
        try write(outcome, summary: summary)
    }

    /// The address of each result's scores, by the result's name.
    private var results: [String: String] {
        let scored = plan.results.compactMap { result in result.evaluate.map { (result.name, plan.steps[$0].address) } }
        return Dictionary(scored, uniquingKeysWith: { first, _ in first })
    }

    private func write(_ outcome: RunDocument.Outcome, summary: RunSummary?) throws {
        let clock = ContinuousClock.now
        defer {
            let effort = clock.duration(to: .now)
            state.withLock { $0.effort = effort }
        }
        var document = RunDocument(
            recipe: recipe, folder: folder, file: file, outcome: outcome,
            process: Host.system.processes.current.process, host: Host.system.name, settings: settings,
            results: results, started: started, updated: StopWatch.now, total: plan.steps.count,
            keys: state.withLock(\.keys))
        if let summary {
            func addresses(_ steps: [Int]) -> [String] { steps.sorted().map { plan.steps[$0].address } }
            document.executed = addresses(summary.executed)
            document.reused = summary.reused.count
            document.blocked = addresses(summary.blocked)
            document.cancelled = addresses(summary.cancelled)
            document.failed = summary.failed.map { step, failure in
                RunDocument.Failure(
                    address: plan.steps[step].address, kind: failure.class.rawValue, message: failure.message,
                    log: failure.log)
            }
        }
        let number = try store.writeRun(recipe, document.json, replacing: state.withLock(\.document))
        state.withLock { $0.document = number }
    }
}
