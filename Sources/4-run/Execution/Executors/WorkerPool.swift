// Worker processes, kept warm between steps: imports and a loaded backbone are paid for once.

internal import Host
package import Workers

/// Workers by the GPUs they see, as CUDA_VISIBLE_DEVICES names them. A worker that died is replaced by the next request.
package actor WorkerPool {
    private let environment: WorkerEnvironment
    private let store: String
    private let say: @Sendable (String) -> Void
    private var idle: [[String]: [Worker]] = [:]
    private var preparation: Task<String, any Error>?
    private var tables: Task<String?, any Error>?
    private var count = 0

    package init(environment: WorkerEnvironment, logs store: String, say: @escaping @Sendable (String) -> Void) {
        self.environment = environment
        self.store = store
        self.say = say
    }

    /// An idle worker that sees exactly these GPUs, or a new one.
    package func take(gpus: [String], threads: Int) async throws -> Worker {
        while let worker = idle[gpus, default: []].popLast() {
            if worker.isAlive { return worker }
        }
        // An idle worker of another set may hold a backbone in the memory of one of these GPUs.
        for (others, workers) in idle where others != gpus && !Set(others).isDisjoint(with: gpus) {
            for worker in workers { worker.retire() }
            idle[others] = nil
        }
        let python = try await interpreter()
        let package = try WorkerPackage.materialise(in: environment.cache)
        count += 1
        var variables = ["OMP_NUM_THREADS": String(threads), "CUBLAS_WORKSPACE_CONFIG": ":4096:8"]
        variables[Devices.variable] = gpus.joined(separator: ",")
        // Answers of an endpoint are kept across steps and recipes: they cost money.
        if environment.variables["ABLATE_ANNOTATIONS"] == nil {
            variables["ABLATE_ANNOTATIONS"] = "\(store)/annotations"
        }
        return Worker(
            WorkerLaunch(
                python: python, package: package, environment: variables,
                log: "\(store)/worker-\(Host.system.processes.current.process)-\(count).log"))
    }

    /// The folder of pandas, made once like the environment; nil where the interpreter is the site's.
    package func tablesFolder() async throws -> String? {
        _ = try await interpreter()
        let task = tables ?? Task { [environment, say] in try await environment.prepareTables(say: say) }
        tables = task
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    package func give(back worker: Worker, gpus: [String]) {
        if worker.isAlive { idle[gpus, default: []].append(worker) }
    }

    /// Ends every idle worker: it holds nothing that is not stored, and the engine, which ends next, can wait for none.
    package func retire() {
        for worker in idle.values.joined() {
            worker.terminate(because: StepFailure(class: .cancelled, message: "the run has ended"))
        }
        idle = [:]
    }

    /// The environment is made once, however many steps wait for it.
    private func interpreter() async throws -> String {
        let task = preparation ?? Task { [environment, say] in try await environment.prepare(say: say) }
        preparation = task
        // A run that is stopped does not wait for the installer.
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }
}
