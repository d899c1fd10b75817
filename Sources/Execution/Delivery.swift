// A result's way out of the store, to where the recipe wants it.

internal import Glibc
package import Storage
internal import Workers

package enum Delivery {
    /// Writes the content of `output` to `path`, whole or not at all; nothing is written where it is there already.
    ///
    /// Errors: ``StepFailure`` where the file cannot be written.
    package static func deliver(_ output: Output, from store: Store, to path: String) throws {
        if access(path, R_OK) == 0, try store.digest(ofFile: path) == output.digest { return }
        let draft = "\(path).\(getpid()).part"
        do {
            try copy(store.path(of: output.digest), to: draft)
            guard rename(draft, path) == 0 else { throw failure(path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func copy(_ source: String, to target: String) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure(source) }
        defer { close(input) }
        let output = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard output >= 0 else { throw failure(target) }
        defer { close(output) }
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(input, &chunk, chunk.count)
            if count == 0 { break }
            guard count > 0, Glibc.write(output, chunk, count) == count else { throw failure(target) }
        }
        guard fsync(output) == 0 else { throw failure(target) }
    }

    private static func failure(_ path: String) -> StepFailure {
        StepFailure(
            class: .unavailable, message: "cannot write \(path): \(String(cString: strerror(errno)))", log: nil)
    }
}
