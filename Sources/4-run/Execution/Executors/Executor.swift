// Where steps run: the seam between the engine, which knows keys and records, and whatever carries a step out.

package import Digests
package import Plans
package import Schedules
package import Workers

/// Carries out the steps of one demand. It knows no key's meaning, no record and no other step: it is told what to read and where to
/// write, and says what came of it.
package protocol Executor: Sendable {
    /// Runs a step; gives what it wrote. May be called for several steps at once, as many as the schedule has resources for.
    ///
    /// Errors: ``StepFailure``, and what says the same (`StepFailure`, `AblateError`); `CancellationError` where the task was cancelled:
    /// then nothing of the step goes on.
    func run(_ assignment: StepAssignment, report: @escaping @Sendable (StepNews) -> Void) async throws -> Work
    /// Ends what is kept between steps; nothing runs any more.
    func end() async
}

extension Executor {
    package func end() async {}
}

/// A step that is ready to run, with the places that it reads and writes.
package struct StepAssignment: Sendable {
    package let step: Step
    package let key: Digest
    /// The inputs by name: absolute paths, and what messages call them.
    package let inputs: [String: (path: String, name: String)]
    /// A folder for the outputs, each a file or folder by its name.
    package let outputs: String
    /// A folder that the next attempt finds again.
    package let scratch: String
    /// A file for what is said on the way.
    package let log: String
    /// How many rows its predictions must cover, by output (``Step/tables``), as far as somebody has read the tables.
    package let rows: [String: Int]
    /// What the schedule has set aside: so many cores and GPUs, so much memory. Which GPUs, is for the executor to choose where the step
    /// runs (``Devices`` on this machine).
    package let resources: Resources
    /// The cores that it has now; more or fewer while the step runs, where its demand is one that can use more.
    package let cores: CoreShare
}

/// What a step says while it runs.
package enum StepNews: Sendable {
    case progress(done: Int, total: Int, unit: String, message: String?)
    case metric(name: String, value: Double?)
}

/// What a step gave, and the time that its own work took: no waiting for a worker, and none for the disk afterwards.
package struct Work: Sendable {
    /// The names of what was written.
    package var outputs: [String]
    package var metrics: JSON = [:]
    /// What the work took of time and memory.
    package var measurements: JSON = [:]
    /// Versions of libraries, and the device.
    package var environment: JSON = [:]
    /// Seconds since 1970.
    package var started: Double
    package var seconds: Double

    package init(
        outputs: [String], metrics: JSON = [:], measurements: JSON = [:], environment: JSON = [:], started: Double,
        seconds: Double
    ) {
        self.outputs = outputs
        self.metrics = metrics
        self.measurements = measurements
        self.environment = environment
        self.started = started
        self.seconds = seconds
    }
}

/// An executor for each demand.
package struct Executors: Sendable {
    private let table: [Demand: any Executor]

    /// - Parameter table: one for every demand that a plan may have.
    package init(_ table: [Demand: any Executor]) { self.table = table }

    /// Errors: ``StepFailure`` where no executor takes such a step.
    subscript(demand: Demand) -> any Executor {
        get throws {
            guard let executor = table[demand] else {
                throw StepFailure(
                    class: .unavailable, message: "nothing here runs a step of this kind (\(demand.rawValue))", log: nil
                )
            }
            return executor
        }
    }

    /// Those of this machine: native steps in this process, programs and workers as processes of their own.
    ///
    /// - Parameters:
    ///   - folder: the recipe's, in which programs run.
    ///   - logs: the folder of the workers' own logs.
    package static func local(
        folder: String, machine: Machine, environment: WorkerEnvironment, logs: String,
        say: @escaping @Sendable (String) -> Void
    ) -> Executors {
        let pool = WorkerPool(environment: environment, logs: logs, say: say)
        // Programs and workers share the devices of the machine.
        let devices = Devices(of: machine, variables: environment.variables)
        let worker = WorkerExecutor(pool: pool, devices: devices, threads: machine.threads, say: say)
        return Executors([
            .native: NativeExecutor(),
            .command: CommandExecutor(folder: folder, devices: devices, prover: worker), .process: worker,
            .parallel: worker, .training: worker,
        ])
    }

    func end() async { for executor in table.values { await executor.end() } }
}
