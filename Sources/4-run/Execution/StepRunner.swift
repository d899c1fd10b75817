// One step, from key to record: lease, attempt, run, check, publish.

internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Schedules
internal import Steps
internal import Storage
internal import Workers

/// Runs a step whose manifest is known. Knows neither the schedule nor other steps.
struct StepRunner: Sendable {
    let store: Store
    let resolver: InputResolver
    let executors: Executors
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
        /// How many rows each of its ``Step/tables`` has, by output, as far as somebody has read them.
        let rows: [String: Int]
        /// What the schedule sets aside for it.
        let resources: Resources
        let cores = CoreShare(1)
    }

    /// What running gave: a record of our own, or one that another engine published meanwhile.
    enum Outcome: Sendable {
        case executed(Record)
        case adopted(Record)
    }

    /// Errors: ``StepFailure``; `CancellationError`.
    func run(_ job: Job, report: @escaping @Sendable (StepNews) -> Void) async throws -> Outcome {
        let key = job.manifest.key
        var wait = LeaseWait()
        var free = try store.lease(key)
        while free == nil {
            // Another engine runs this very step. Its result will do; if it dies, the lease is free.
            if let word = wait.word(job.step.address, holder: store.leaseHolder(key)) { say(word) }
            try await Task.sleep(for: .milliseconds(200))
            if let record = try store.record(for: key), isCurrent(record) { return .adopted(record) }
            free = try store.lease(key)
        }
        guard let lease = free else { throw CancellationError() }
        defer { lease.release() }
        let before = try store.record(for: key)
        if let before, isCurrent(before) { return .adopted(before) }
        var tries = 0
        while true {
            do {
                return .executed(try await tried(job, replacing: before != nil, report: report))
            } catch let failure as StepFailure where tries < retries && failure.class.isTransient {
                tries += 1
                say("\(job.step.address): \(failure.message); trying again, \(tries) of \(retries)")
                // What ended it, such as a machine that is out of memory for a moment, may need a moment to pass.
                try await Task.sleep(for: .seconds(min(60, 1 << tries)))
            }
        }
    }

    private func tried(
        _ job: Job, replacing: Bool, report: @escaping @Sendable (StepNews) -> Void
    ) async throws -> Record {
        let attempt = try store.beginAttempt(key: job.manifest.key)
        CrashNotice.began(job.step.address, log: attempt.log)
        defer { CrashNotice.ended(job.step.address) }
        do {
            return try await execute(job, in: attempt, replacing: replacing, report: report)
        } catch {
            // A cancelled step needs no log; a failed one keeps it. The scratch folder stays in either case.
            let failure = Self.failure(Task.isCancelled ? CancellationError() : error, of: job.step.kind)
            // A program that could not write says so at best in its log, which could not be written either.
            let isFull = store.isFull
            let log = store.discard(attempt, keepingLog: failure.class != .cancelled)
            if failure.class == .cancelled { throw CancellationError() }
            let full = isFull ? "; no space was left on the store's disk: make room and run again" : ""
            throw failure.reported(log: log, addition: full)
        }
    }

    private func execute(
        _ job: Job, in attempt: Attempt, replacing: Bool, report: @escaping @Sendable (StepNews) -> Void
    ) async throws -> Record {
        let stamps = try stamps(of: job)
        let paths = try await OwnThread.run { [store] in try Self.layOut(job, in: attempt, store) }
        let assignment = StepAssignment(
            step: job.step, key: job.manifest.key, inputs: paths, outputs: attempt.outputs, scratch: attempt.scratch,
            log: attempt.log, rows: job.rows, resources: job.resources, cores: job.cores)
        let work = try await executors[job.step.demand].run(assignment, report: report)
        if let missing = job.step.kind.outputs.first(where: { !work.outputs.contains($0) }) {
            throw StepFailure(
                class: .protocol, message: "the worker reported the step as done without writing its output \(missing)")
        }
        let draft = Record.Draft(
            outline: job.manifest.outline, manifest: job.manifest.json, address: job.step.address,
            kind: job.step.kind.rawValue, outputs: work.outputs, started: work.started, seconds: work.seconds,
            metrics: work.metrics, measurements: work.measurements, environment: work.environment)
        return try await OwnThread.run { [store] in
            try checkUnchanged(job, since: stamps)
            return try store.publish(attempt, draft, replacing: replacing)
        }
    }

    private typealias Paths = [String: (path: String, name: String)]

    /// Brings the inputs to where the step reads them; every object is held to its digest.
    private static func layOut(_ job: Job, in attempt: Attempt, _ store: Store) throws -> Paths {
        var paths: Paths = [:]
        for (name, input) in job.inputs {
            var path = input.path
            if let output = input.output {
                do {
                    switch output.form {
                    case .file:
                        try store.verify(output)
                        path = store.path(of: output.digest)
                    case .folder:
                        path = "\(attempt.folder)/inputs/\(name)"
                        try store.materialise(output, at: path!)
                    }
                } catch let error as AblateError where error.kind == .damaged || error.kind == .missing {
                    // Of several readers of a damaged object the first puts it aside, and to the others it is gone.
                    throw AblateError(
                        .damaged, "\(input.name): \(error.message)", path: error.path, advice: error.advice)
                }
            }
            paths[name] = (path!, input.name)
        }
        return paths
    }

    /// What the file system says of the user's files that the step reads.
    private func stamps(of job: Job) throws -> [String: InputStamp] {
        try job.step.inputs.compactMapValues { try resolver.stamp(of: $0) }
    }

    /// A file of the user's that was edited while the step read it would poison the record under the old key: also one that is
    /// now as it was.
    private func checkUnchanged(_ job: Job, since stamps: [String: InputStamp]) throws {
        for (name, source) in job.step.inputs {
            if case .output = source { continue }
            let now = try resolver.resolve(source, steps: [], record: { _ in nil })
            var what: String?
            if now.digest != job.inputs[name]?.digest {
                what = "was edited while the step ran"
            } else if let before = stamps[name],
                let change = try resolver.stamp(of: source)?.change(since: before)
            {
                what = "\(change) while the step ran, though it now holds what it held before"
            }
            if let what {
                throw StepFailure(
                    class: .changed,
                    message: "\(now.name) \(what); the result is not kept. Leave it alone and run again")
            }
        }
    }

    private static func failure(_ error: any Error, of kind: StepKind) -> StepFailure {
        switch error {
        case let failure as StepFailure: failure
        case is CancellationError: StepFailure(class: .cancelled, message: "cancelled")
        case let error as AblateError:
            StepFailure(class: failureClass(of: error, kind), message: error.description)
        default: StepFailure(class: .internal, message: "\(error)")
        }
    }

    private static func failureClass(of error: AblateError, _ kind: StepKind) -> FailureClass {
        switch error.kind {
        case .invalid: .invalidInput
        case .missing: .missingInput
        case .changed: .changed
        case .damaged: .damaged
        case .full, .denied, .unavailable: .unavailable
        // An output that no store may take, such as a link or a pipe, is the doing of who wrote it.
        case .refused, .incomplete: kind.demand == .command ? .commandFailed : .internal
        default: .internal
        }
    }
}

/// How long a step has waited for another engine that works on it, and what is said of that.
private struct LeaseWait {
    private let began = ContinuousClock.now
    private var isTold = false

    /// A line for whoever watches; nil where there is nothing new. A wait of a moment is not worth a word.
    mutating func word(_ address: String, holder: @autoclosure () -> String?) -> String? {
        guard !isTold, began.duration(to: .now) > .seconds(2) else { return nil }
        isTold = true
        return
            "\(address): another run is at work on this very step (\(holder() ?? "it does not say which")); waiting for its result"
    }
}
