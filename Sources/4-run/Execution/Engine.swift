// The shell around the schedule: performs its actions, feeds it events, keeps the run's document.

package import Digests
package import Forecasts
internal import Formats
package import Plans
internal import Schedules
package import Storage
internal import Workers

/// Executes a plan against a store.
package actor Engine {
    package struct Options: Sendable {
        /// The steps to bring about; nil for all.
        package var selection: Set<Int>?
        package var keepGoing = false
        /// The recipe's folder, in which custom steps run.
        package var folder: String
        /// Whether a record may be reused; by default every one.
        package var isCurrent: @Sendable (Record) -> Bool = { _ in true }
        /// The name of the recipe's file in its folder.
        package var file: String
        /// The values of the recipe by their paths, for the run's document.
        package var settings: JSON
        /// How often a step is tried again whose worker was lost.
        package var retries: Int
        package init(
            selection: Set<Int>? = nil, keepGoing: Bool = false, folder: String, file: String = "",
            settings: JSON = .null,
            retries: Int = 0
        ) {
            self.selection = selection
            self.keepGoing = keepGoing
            self.folder = folder
            self.file = file
            self.settings = settings
            self.retries = retries
        }
    }

    private let plan: Plan
    private let resolver: InputResolver
    private let runner: StepRunner
    private let executors: Executors
    private let journal: RunJournal
    private let forecast: Forecast
    private let report: @Sendable (RunEvent) -> Void
    /// The plan's indices of the steps this run is about; the schedule counts along these.
    private let chosen: [Int]
    private var schedule: Schedule
    private var records: [Int: Record] = [:]
    private var jobs: [Int: StepRunner.Job] = [:]
    private var tasks: [Int: Task<Void, Never>] = [:]
    private var shares: [Int: CoreShare] = [:]
    private var summary = RunSummary()
    private let events: AsyncStream<Schedule.Event>
    private let queue: AsyncStream<Schedule.Event>.Continuation

    package init(
        plan: Plan, recipe: String, lastKeys: [String: Digest], forecast: Forecast, resolver: InputResolver,
        machine: Machine,
        executors: Executors, options: Options, report: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.plan = plan
        self.resolver = resolver
        self.report = report
        self.forecast = forecast
        let store = resolver.store
        self.executors = executors
        runner = StepRunner(
            store: store, resolver: resolver, executors: executors, isCurrent: options.isCurrent,
            retries: options.retries, say: { report(.note($0)) })
        journal = RunJournal(
            store: store, recipe: recipe, folder: options.folder, file: options.file, settings: options.settings,
            plan: plan, lastKeys: lastKeys)
        chosen = options.selection.map { $0.sorted() } ?? Array(plan.steps.indices)
        let position = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($1, $0) })
        schedule = Schedule(
            dependencies: chosen.map { index in
                let step = plan.steps[index]
                let tables = Set(step.tables.values).subtracting(step.dependencies).sorted()
                return step.dependencies.map { position[$0]! } + tables.compactMap { position[$0] }
            },
            demands: chosen.map { machine.resources(for: plan.steps[$0]) },
            estimates: chosen.map { forecast.entries[$0].estimate ?? 1 }, capacity: machine.capacity,
            keepGoing: options.keepGoing)
        (events, queue) = AsyncStream.makeStream(of: Schedule.Event.self)
    }

    /// Runs until every step is done, failed or cancelled. Failures of steps are in the summary.
    ///
    /// Errors: those of the store, when not even a record can be looked up.
    package func run() async throws -> RunSummary {
        // What a step may turn out to reuse must not be collected between its probe and its use.
        let reservation = try resolver.store.reserve(Set(chosen.map { plan.steps[$0].outline }))
        defer { withExtendedLifetime(reservation) {} }
        CrashNotice.note(store: resolver.store.root)
        try journal.begin()
        do {
            try perform(schedule.start())
            if !schedule.isFinished {
                for await event in events {
                    try perform(schedule.handle(event))
                    if schedule.isFinished { break }
                }
            }
        } catch {
            // The store itself failed. Nothing must go on behind the back of who is told so.
            for task in tasks.values { task.cancel() }
            await executors.end()
            throw error
        }
        for (position, state) in schedule.states.enumerated() {
            if state == .blocked { summary.blocked.append(chosen[position]) }
            if state == .cancelled { summary.cancelled.append(chosen[position]) }
        }
        summary.records = records
        await executors.end()
        try journal.end(summary)
        return summary
    }

    /// Stops the run: what runs is cancelled, nothing new starts, what is finished stays.
    package nonisolated func stop() { queue.yield(.stop) }

    /// The records of the steps that are done.
    package func record(of step: Int) -> Record? { records[step] }

    // MARK: - Actions

    private func perform(_ actions: [Schedule.Action]) throws {
        var waiting = actions[...]
        while let action = waiting.popFirst() {
            switch action {
            case .probe(let position): waiting += try schedule.handle(.probed(position, hit: probe(position)))
            case .execute(let position, let gpus, let cores): execute(position, gpus: gpus, cores: cores)
            case .resize(let position, let cores): shares[position]?.change(to: cores)
            case .cancel(let position): tasks[position]?.cancel()
            }
        }
    }

    /// Computes the key of a step whose inputs are there, and looks for its record.
    private func probe(_ position: Int) throws -> Bool {
        let index = chosen[position]
        let step = plan.steps[index]
        // What the forecast found holds while the steps above are as it found them, and the record is there.
        if let record = forecast.entries[index].record, try resolver.store.holds(record),
            step.dependencies.allSatisfy({ records[$0]?.key == forecast.entries[$0].record?.key })
        {
            finish(index, record, executed: false)
            return true
        }
        var inputs: [String: ResolvedInput] = [:]
        for (name, source) in step.inputs {
            inputs[name] = try resolver.resolve(source, steps: plan.steps) { records[$0] }
        }
        let manifest = Manifest(kind: step.kind, parameters: step.parameters, inputs: inputs.mapValues(\.digest))
        if let record = try resolver.store.record(for: manifest.key), runner.isCurrent(record) {
            finish(index, record, executed: false)
            return true
        }
        let rows = step.tables.compactMapValues { table in
            (records[table] ?? forecast.entries[table].record).flatMap { StepMetrics($0.metrics).rows }
        }
        jobs[position] = StepRunner.Job(
            step: step, manifest: manifest, inputs: inputs, rows: rows, gpus: [])
        return false
    }

    private func execute(_ position: Int, gpus: [Int], cores: Int) {
        guard var job = jobs.removeValue(forKey: position) else { return }
        job.gpus = gpus
        job.cores.change(to: cores)
        shares[position] = job.cores
        let index = chosen[position]
        report(.started(index))
        tasks[position] = Task { [runner, report, job] in
            // What a step was given is needed no longer: that of ten thousand steps fills a hundred megabytes.
            defer {
                tasks[position] = nil
                shares.removeValue(forKey: position)?.end()
            }
            do {
                let outcome = try await runner.run(job) { event in
                    switch event {
                    case .progress(let done, let total, let unit, let message):
                        report(.progress(index, done: done, total: total, unit: unit, message: message))
                    case .metric(let name, let value): report(.metric(index, name: name, value: value))
                    }
                }
                switch outcome {
                case .executed(let record):
                    finish(index, record, executed: true)
                    noteDivergence(record, plan.steps[index].address)
                case .adopted(let record): finish(index, record, executed: false)
                }
                queue.yield(.finished(position))
            } catch is CancellationError {
                report(.cancelled(index))
                queue.yield(.cancelled(position))
            } catch {
                let failure = error as? StepFailure ?? StepFailure(class: .internal, message: "\(error)")
                summary.failed.append((index, failure))
                report(.failed(index, failure))
                queue.yield(.failed(position))
            }
        }
    }

    private func noteDivergence(_ record: Record, _ address: String) {
        guard (try? resolver.store.isDivergent(record.key)) == true else { return }
        report(
            .note(
                "\(address) gave another result than before with the same settings and inputs; both are kept "
                    + "(`ablate show` tells them)"))
    }

    private func finish(_ index: Int, _ record: Record, executed: Bool) {
        records[index] = record
        journal.note(plan.steps[index].address, key: record.key)
        if executed {
            summary.executed.append(index)
            let metrics = record.metrics
            report(.finished(index, seconds: record.seconds, metrics: metrics))
            for warning in StepMetrics(metrics).warnings {
                report(.note("warning: \(plan.steps[index].address): \(warning)"))
            }
        } else {
            summary.reused.append(index)
            report(.reused(index))
        }
    }
}
