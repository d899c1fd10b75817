// Brings a hub repository into the hub's local cache, through the worker's hub library.

internal import Digests
internal import Host
internal import Plans
package import Workers

package struct BackboneFetcher: Sendable {
    private let environment: WorkerEnvironment
    private let machine: Machine

    package init(environment: WorkerEnvironment, machine: Machine) {
        self.environment = environment
        self.machine = machine
    }

    /// Fetches a repository, with the Python files that come with it where `withCode` says so. Offline settings are honoured: what is not there and may not be fetched is an error.
    ///
    /// Errors: ``StepFailure`` with the hub library's reason.
    package func fetch(
        _ repository: String, revision: String?, withCode: Bool, scratch: String,
        say: @escaping @Sendable (String) -> Void
    ) async throws {
        let folder = try Host.system.files.makePrivateFolder(in: scratch, named: "fetch")
        let log = "\(folder)/log.txt"
        let pool = WorkerPool(environment: environment, logs: folder, say: say)
        let specification = WorkerSpecification(
            address: "fetch/\(repository)", kind: FetchTask.name, key: Digest(of: repository),
            parameters: FetchTask(repository: repository, revision: revision, withCode: withCode).encoded, inputs: [:],
            outputs: folder,
            scratch: folder, log: log, threads: 1)
        do {
            let worker = try await pool.take(gpus: [], threads: machine.threads)
            _ = try await worker.run(specification) { _ in }
            await pool.give(back: worker, gpus: [])
            await pool.retire()
            try? Host.system.files.remove(folder)
        } catch let failure as StepFailure {
            await pool.retire()
            throw failure.reported(log: log)
        }
    }
}
