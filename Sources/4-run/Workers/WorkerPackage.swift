// The embedded Python package, written out where an interpreter can import it.

package import Digests
internal import Host

/// The Python half of the worker. It travels inside the binary and is materialised by digest before it is started.
package enum WorkerPackage {
    /// The files of the package.
    package static var files: [WorkerSource] { WorkerSources.modules }

    /// The digest of all paths and contents: the name of the folder they are written to.
    package static let digest: Digest = {
        var hasher = Digest.Hasher()
        for file in files.sorted(by: { $0.path < $1.path }) {
            hasher.update(Array("\(file.path)\u{0}\(file.bytes.count)\u{0}".utf8))
            hasher.update(file.bytes)
        }
        return hasher.finalize()
    }()

    /// Writes the package below `cache` unless it is there, and gives the folder for `PYTHONPATH`.
    ///
    /// Whole or not at all: the files are written to a private folder, which is renamed. Errors: ``StepFailure`` of class
    /// `unavailable` where the folder cannot be written.
    package static func materialise(in cache: String) throws(StepFailure) -> String {
        let folder = "\(cache)/workers/\(digest.short)"
        if Host.system.files.exists("\(folder)/ablate_worker/__main__.py") { return folder }
        let draft = "\(folder).\(makeNonce())"
        for file in files {
            let path = "\(draft)/ablate_worker/\(file.path)"
            try makeFolders(String(path[..<path.lastIndex(of: "/")!]))
            try write(file.bytes, to: path)
        }
        // Somebody else may have been faster; the content is the same.
        do {
            try Host.system.files.move(draft, to: folder)
        } catch {
            try? Host.system.files.remove(draft)
            guard Host.system.files.exists("\(folder)/ablate_worker/__main__.py") else { throw unwritable(error) }
        }
        return folder
    }

    static func makeFolders(_ path: String) throws(StepFailure) {
        do { _ = try Host.system.files.makeFolder(path) } catch { throw unwritable(error) }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(StepFailure) {
        do { try Host.system.files.write(bytes, to: path) } catch { throw unwritable(error) }
    }

    private static func unwritable(_ error: any Error) -> StepFailure {
        StepFailure(class: .unavailable, message: "\(error), or set XDG_CACHE_HOME to a folder that can be written")
    }
}
