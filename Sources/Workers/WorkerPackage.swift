// The embedded Python package, written out where an interpreter can import it.

package import Digests
internal import Glibc

/// The Python half of the worker. It travels inside the binary and is materialised by digest before it is started.
package enum WorkerPackage {
    /// The files of the package, by name.
    package static var files: [(name: String, bytes: [UInt8])] { WorkerSources.files }

    /// The digest of all files: the name of the folder they are written to.
    package static let digest: Digest = {
        var hasher = Digest.Hasher()
        for file in files.sorted(by: { $0.name < $1.name }) {
            hasher.update(Array("\(file.name)\u{0}\(file.bytes.count)\u{0}".utf8))
            hasher.update(file.bytes)
        }
        return hasher.finalize()
    }()

    /// Writes the package below `cache` unless it is there, and gives the folder for `PYTHONPATH`.
    ///
    /// Whole or not at all: the files are written to a private folder, which is renamed. Errors: ``WorkerFailure`` of class
    /// `unavailable` where the folder cannot be written.
    package static func materialise(in cache: String) throws(WorkerFailure) -> String {
        let folder = "\(cache)/workers/\(digest.short)"
        if access("\(folder)/ablate_worker/__main__.py", R_OK) == 0 { return folder }
        let draft = "\(folder).\(getpid())"
        try makeFolders("\(draft)/ablate_worker")
        for file in files { try write(file.bytes, to: "\(draft)/ablate_worker/\(file.name)") }
        // Somebody else may have been faster; the content is the same.
        if rename(draft, folder) != 0, access("\(folder)/ablate_worker/__main__.py", R_OK) != 0 {
            throw unwritable(folder)
        }
        return folder
    }

    static func makeFolders(_ path: String) throws(WorkerFailure) {
        var made = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            made += "/\(part)"
            if mkdir(made, 0o755) != 0, errno != EEXIST { throw unwritable(made) }
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(WorkerFailure) {
        guard let file = fopen(path, "w") else { throw unwritable(path) }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else { throw unwritable(path) }
    }

    private static func unwritable(_ path: String) -> WorkerFailure {
        WorkerFailure(
            class: .unavailable,
            message:
                "cannot write \(path): \(String(cString: strerror(errno))); set XDG_CACHE_HOME to a folder that can be written"
        )
    }
}
