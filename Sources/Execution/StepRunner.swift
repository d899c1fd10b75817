// One step, from key to record: lease, attempt, run, check, publish.

internal import Digests
internal import Forecasts
internal import Glibc
internal import Plans
internal import Steps
internal import Storage
internal import Workers

/// Runs a step whose manifest is known. Knows neither the schedule nor other steps.
struct StepRunner: Sendable {
    let store: Store
    let resolver: InputResolver
    let pool: WorkerPool
    let threads: Int
    let commands: CommandRunner
    /// Whether a record may be reused.
    let isCurrent: @Sendable (Record) -> Bool
    /// How often a step is tried again whose worker was lost.
    let retries: Int
    let say: @Sendable (String) -> Void

    /// A step that is ready to run.
    struct Job: Sendable {
        let step: Step
        let manifest: Manifest
        let inputs: [String: ResolvedInput]
        let gpus: [Int]
    }

    /// What running gave: a record of our own, or one that another engine published meanwhile.
    enum Outcome: Sendable {
        case executed(Record)
        case adopted(Record)
    }

    /// Errors: ``StepFailure``; `CancellationError`.
    func run(_ job: Job, report: @escaping @Sendable (WorkerEvent) -> Void) async throws -> Outcome {
        let key = job.manifest.key
        let lease: Lease
        while true {
            if let free = try store.lease(key) {
                lease = free
                break
            }
            // Another engine runs this very step. Its result will do; if it dies, the lease is free.
            try await Task.sleep(for: .milliseconds(200))
            if let record = try store.record(for: key), isCurrent(record) { return .adopted(record) }
        }
        defer { lease.release() }
        let before = try store.record(for: key)
        if let before, isCurrent(before) { return .adopted(before) }
        var tries = 0
        while true {
            do {
                return .executed(try await tried(job, replacing: before != nil, report: report))
            } catch let failure as StepFailure where tries < retries && Self.isTransient(failure) {
                tries += 1
                say("\(job.step.address): \(failure.message); trying again, \(tries) of \(retries)")
                // What ended it, such as a machine that is out of memory for a moment, may need a moment to pass.
                try await Task.sleep(for: .seconds(min(60, 1 << tries)))
            }
        }
    }

    /// Whether the same step may do well next time: its worker was lost, and nothing was wrong with the step. Running out of a
    /// GPU's memory is none of this: the worker itself goes on with smaller parts.
    private static func isTransient(_ failure: StepFailure) -> Bool { ["crashed", "silent"].contains(failure.class) }

    private func tried(
        _ job: Job, replacing: Bool, report: @escaping @Sendable (WorkerEvent) -> Void
    ) async throws -> Record {
        let attempt = try store.beginAttempt(key: job.manifest.key)
        do {
            return try await execute(job, in: attempt, replacing: replacing, report: report)
        } catch {
            // A cancelled step needs no log; a failed one keeps it. The scratch folder stays in either case.
            let failure = Self.failure(Task.isCancelled ? CancellationError() : error)
            // A program that could not write says so at best in its log, which could not be written either.
            let isFull = store.isFull
            let log = store.discard(attempt, keepingLog: failure.class != "cancelled")
            if failure.class == "cancelled" { throw CancellationError() }
            let full = isFull ? "; no space was left on the store's disk: make room and run again" : ""
            throw StepFailure(class: failure.class, message: failure.message + full, log: log)
        }
    }

    private func execute(
        _ job: Job, in attempt: Attempt, replacing: Bool, report: @escaping @Sendable (WorkerEvent) -> Void
    ) async throws -> Record {
        var paths: [String: (path: String, name: String)] = [:]
        for (name, input) in job.inputs {
            var path = input.path
            if let output = input.output {
                switch output.form {
                case .file:
                    try store.verify(output)
                    path = store.path(of: output.digest)
                case .folder:
                    path = "\(attempt.folder)/inputs/\(name)"
                    try store.materialise(output, at: path!)
                }
            }
            paths[name] = (path!, input.name)
        }
        let clock = ContinuousClock.now
        let started = Self.now
        let result: WorkerResult
        var environment: JSON = [:]
        if job.step.demand == .native {
            let context = StepContext(
                parameters: job.step.parameters, inputs: paths.mapValues(\.path), outputs: attempt.outputs)
            let outcome = try NativeStep.run(job.step.kind, context)
            result = WorkerResult(outputs: outcome.outputs, metrics: outcome.metrics)
        } else if job.step.demand == .command {
            let outputs = try await commands.run(
                job.step, inputs: paths.mapValues(\.path), outputs: attempt.outputs, log: attempt.log, gpus: job.gpus)
            result = WorkerResult(outputs: outputs, metrics: [:])
        } else {
            let specification = WorkerSpecification(
                address: job.step.address, kind: job.step.kind.rawValue, key: job.manifest.key,
                parameters: job.step.told, inputs: paths, outputs: attempt.outputs, scratch: attempt.scratch,
                log: attempt.log, threads: job.step.demand == .training ? threads * max(1, job.gpus.count) : 1,
                processes: job.step.kind == .finetune ? max(1, job.gpus.count) : 1)
            let worker = try await pool.take(gpus: job.gpus, threads: threads)
            do {
                result = try await worker.run(specification, report: report)
                environment = worker.environment
                await pool.give(back: worker, gpus: job.gpus)
            } catch {
                await pool.give(back: worker, gpus: job.gpus)
                throw error
            }
        }
        if let missing = job.step.kind.outputs.first(where: { !result.outputs.contains($0) }) {
            throw StepFailure(
                class: "protocol", message: "the step was said to be done, and gave no \(missing)", log: nil)
        }
        try checkUnchanged(job)
        let seconds = clock.duration(to: .now) / .seconds(1)
        return try store.publish(
            attempt,
            Record.Draft(
                outline: job.manifest.outline, manifest: job.manifest.json, address: job.step.address,
                kind: job.step.kind.rawValue, outputs: result.outputs, started: started, seconds: seconds,
                metrics: result.metrics, measurements: result.measurements, environment: environment),
            replacing: replacing)
    }

    /// A file of the user's that was edited while the step read it would poison the record under the old key.
    private func checkUnchanged(_ job: Job) throws {
        for (name, source) in job.step.inputs {
            if case .output = source { continue }
            let now = try resolver.resolve(source, steps: [], record: { _ in nil })
            if now.digest != job.inputs[name]?.digest {
                throw StepFailure(
                    class: "invalid-input",
                    message: "\(now.name) was edited while the step ran; its result is not kept. Run again",
                    log: nil)
            }
        }
    }

    private static func failure(_ error: any Error) -> StepFailure {
        switch error {
        case let failure as StepFailure: failure
        case let failure as WorkerFailure: StepFailure(class: failure.class, message: failure.message, log: nil)
        case is CancellationError: StepFailure(class: "cancelled", message: "cancelled", log: nil)
        case let error as StepError: StepFailure(class: "invalid-input", message: error.description, log: nil)
        default: StepFailure(class: "internal", message: "\(error)", log: nil)
        }
    }

    /// Seconds since 1970.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
