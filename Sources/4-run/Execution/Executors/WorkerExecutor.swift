// Steps that the worker's Python carries out, in processes that are kept warm between steps.

internal import Digests
internal import Plans
internal import Workers

struct WorkerExecutor: Executor {
    let pool: WorkerPool
    let devices: Devices
    /// Threads of a training step on one GPU, or on none.
    let threads: Int
    let say: @Sendable (String) -> Void

    func run(_ assignment: StepAssignment, report: @escaping @Sendable (StepNews) -> Void) async throws -> Work {
        try await devices.lend(assignment.resources) { gpus in try await run(assignment, on: gpus, report: report) }
    }

    private func run(
        _ assignment: StepAssignment, on gpus: [String], report: @escaping @Sendable (StepNews) -> Void
    ) async throws -> Work {
        let step = assignment.step
        var inputs = assignment.inputs
        if step.kind == .score, let tables = try await pool.tablesFolder() {
            inputs["libraries"] = (path: tables, name: "the folder of pandas")
        }
        let worker = try await pool.take(gpus: gpus, threads: threads)
        // How many cores there are may have changed while the interpreter started.
        let specification = WorkerSpecification(
            address: step.address, kind: step.kind.rawValue, key: assignment.key, parameters: step.workerParameters,
            inputs: inputs, outputs: assignment.outputs, scratch: assignment.scratch, log: assignment.log,
            threads: step.demand == .training ? threads * max(1, gpus.count) : assignment.cores.cores,
            processes: step.kind == .finetune ? max(1, gpus.count) : 1)
        let watch = StopWatch()
        let patience = Task { [say] in
            try await Task.sleep(for: .seconds(20))
            guard !worker.hasSpoken else { return }
            say("\(step.address): the worker's Python has said nothing for 20 s since it was started; still waiting")
        }
        let listening = Task {
            for await cores in assignment.cores.changes where step.demand == .parallel {
                await worker.say(threads: cores, of: assignment.key)
            }
        }
        defer { patience.cancel() }
        // Nothing of this step is said once the worker may have another.
        func release() async {
            listening.cancel()
            await listening.value
            await pool.give(back: worker, gpus: gpus)
        }
        do {
            let result = try await worker.run(specification) { [say] event in
                switch event {
                case .progress(let done, let total, let unit, let message):
                    report(.progress(done: done, total: total, unit: unit, message: message))
                case .metric(let name, let value, _): report(.metric(name: name, value: value))
                case .note(let text): say("\(step.address): \(text)")
                case .hello, .heartbeat, .result, .error: break
                }
            }
            // The worker's own clock does not count how long its interpreter took to start.
            let seconds = result.seconds ?? watch.seconds
            let environment = worker.environment
            await release()
            return Work(
                outputs: result.outputs, metrics: result.metrics, measurements: result.measurements,
                environment: environment, started: watch.started, seconds: seconds)
        } catch {
            await release()
            throw error
        }
    }

    func end() async { await pool.retire() }
}
