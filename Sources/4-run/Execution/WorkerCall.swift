// One job for the worker outside any plan, with a folder of its own that is gone afterwards. Nothing goes into the store.

internal import Digests
internal import Host
internal import Plans
internal import Workers

/// Sends a worker with some files, and brings back what it wrote.
struct WorkerCall {
    let environment: WorkerEnvironment

    /// A file that the worker reads: bytes to be written down for it, or a path of the user's.
    enum Input {
        case bytes([UInt8])
        case file(String)
    }

    /// Runs a task and gives what `take` makes of its metrics and of the folder with its outputs.
    ///
    /// - Parameters:
    ///   - address: what messages call the job.
    ///   - inputs: by the names that the kind knows, each with the name that messages call it by.
    ///
    /// Errors: ``StepFailure`` with what to do; what `take` throws.
    func run<Value, Task: WorkerTask>(
        _ task: Task, called address: String, inputs: [String: (content: Input, name: String)],
        say: @escaping @Sendable (String) -> Void, take: (_ metrics: JSON, _ outputs: String) throws -> Value
    ) async throws -> Value {
        let folder = try makeFolder()
        defer { try? Host.system.files.remove(folder) }
        var paths: [String: (path: String, name: String)] = [:]
        for (name, input) in inputs {
            switch input.content {
            case .file(let path): paths[name] = (path, input.name)
            case .bytes(let bytes):
                let path = "\(folder)/\(name)"
                try Host.system.files.write(bytes, to: path)
                paths[name] = (path, input.name)
            }
        }
        let specification = WorkerSpecification(
            address: address, kind: Task.name, key: Digest(of: Task.name), parameters: task.encoded, inputs: paths,
            outputs: "\(folder)/outputs", scratch: folder, log: "\(folder)/log.txt", threads: 1)
        let pool = WorkerPool(environment: environment, logs: folder, say: say)
        do {
            let worker = try await pool.take(gpus: [], threads: 1)
            let result = try await worker.run(specification) { _ in }
            await pool.give(back: worker, gpus: [])
            await pool.retire()
            return try take(result.metrics, "\(folder)/outputs")
        } catch {
            await pool.retire()
            throw error
        }
    }

    private func makeFolder() throws -> String {
        let files = Host.system.files
        let folder = try files.makePrivateFolder(in: environment.variables["TMPDIR"] ?? "/tmp", named: "ablate-call")
        _ = try files.makeFolder("\(folder)/outputs")
        return folder
    }
}
