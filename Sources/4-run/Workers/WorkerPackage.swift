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

    /// Writes the package below `cache` unless it is there, and gives the folder for `PYTHONPATH`. What is there and is not as it was
    /// written, by one byte or one file, is written anew: results say that they are of the package in this binary.
    ///
    /// Whole or not at all: the files are written to a private folder, which is renamed. Errors: ``StepFailure`` of class
    /// `unavailable` where the folder cannot be written.
    package static func materialise(in cache: String) throws(StepFailure) -> String {
        let folder = "\(cache)/workers/\(digest.short)"
        if isWhole(folder) { return folder }
        if let isThere = try? Host.system.files.status(of: folder, following: false) != nil, isThere {
            // Out of the way first: a worker that runs from there goes on with what it has open.
            let old = "\(folder).\(makeNonce())"
            do { try Host.system.files.move(folder, to: old) } catch { throw unwritable(error) }
            try? Host.system.files.remove(old)
        }
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
            guard isWhole(folder) else { throw unwritable(error) }
        }
        return folder
    }

    /// Whether a folder holds the files of the package, each as it is here, and nothing else that an interpreter might import.
    private static func isWhole(_ folder: String) -> Bool {
        let disk = Host.system.files
        func names(_ path: String) -> Set<String>? { (try? disk.names(in: path)).flatMap { $0.map(Set.init) } }
        var expected: [String: Set<String>] = ["": ["ablate_worker"]]
        for file in files {
            var path = "ablate_worker"
            for part in file.path.split(separator: "/") {
                expected[path, default: []].insert(String(part))
                path += "/\(part)"
            }
        }
        return expected.allSatisfy { path, parts in names(path.isEmpty ? folder : "\(folder)/\(path)") == parts }
            && files.allSatisfy { file in
                (try? disk.content(of: "\(folder)/ablate_worker/\(file.path)", limit: 1 << 24)) == file.bytes
            }
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
