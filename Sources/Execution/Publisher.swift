// The logbook's way into other tools' formats, through the worker's Python. Knows no formats; nothing goes into the store.

package import Digests
internal import Glibc
package import Workers

package struct Publisher: Sendable {
    private let environment: WorkerEnvironment

    package init(environment: WorkerEnvironment) { self.environment = environment }

    /// Hands the worker a document and where it is to go. Gives what the worker says of it.
    ///
    /// Errors: ``StepFailure`` with what to do.
    package func publish(
        _ document: JSON, to targets: JSON, say: @escaping @Sendable (String) -> Void
    ) async throws -> JSON {
        var template = Array("\(environment.variables["TMPDIR"] ?? "/tmp")/ablate-publish-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw StepFailure(
                class: "unavailable", message: "cannot make a folder for drafts: \(String(cString: strerror(errno)))",
                log: nil)
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let (input, log) = ("\(folder)/document.json", "\(folder)/log.txt")
        defer {
            for path in [input, log] { unlink(path) }
            rmdir(folder)
        }
        guard let file = fopen(input, "w") else {
            throw StepFailure(class: "unavailable", message: "cannot write \(input)", log: nil)
        }
        let text = Array(document.text().utf8)
        let isWritten = fwrite(text, 1, text.count, file) == text.count
        guard fclose(file) == 0, isWritten else {
            throw StepFailure(class: "unavailable", message: "cannot write \(input)", log: nil)
        }
        let specification = WorkerSpecification(
            address: "logbook", kind: "publish", key: Digest(of: "publish"), parameters: targets,
            inputs: ["document": (path: input, name: "the logbook")], outputs: folder, scratch: folder, log: log,
            threads: 1)
        let pool = WorkerPool(environment: environment, logs: folder, say: say)
        do {
            let worker = try await pool.take(gpus: [], threads: 1)
            let result = try await worker.run(specification) { _ in }
            await pool.give(back: worker, gpus: [])
            await pool.retire()
            return result.metrics
        } catch let failure as WorkerFailure {
            await pool.retire()
            throw StepFailure(class: failure.class, message: failure.message, log: nil)
        }
    }
}
