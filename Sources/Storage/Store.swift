// A folder of objects and records. Knows digests, keys and files; knows no plan, no step and no process.

package import Digests
internal import Synchronization

/// Whether a store may be changed.
package enum Access: Sendable {
    case readWrite
    /// Nothing is written, in the store or elsewhere, and no permission to write is needed. A store that is not there
    /// reads as an empty one.
    case readOnly
}

/// A store: what steps made, by content, and the record of each finished step, by key.
///
/// The truth is plain files, each written once, under its final name only when it is whole and on the disk; so any number
/// of engines on any number of machines may share a store. Beside them stands an index (`index/<host>.sqlite`), which
/// is derived from them and may be deleted at any time. All functions may be called from any thread.
///
///     objects/ab/cdef...      contents by SHA-256, read-only
///     records/ab/abcdef....json
///     runs/<name>/00000001.json
///     attempts/  scratch/  leases/  failures/  index/
package final class Store: Sendable {
    /// The absolute path of the store.
    package let root: String
    package let access: Access
    let index: Index
    let indexDatabase: IndexDatabase
    let lastRefresh = Mutex<Int?>(nil)

    /// Opens the store at `path`; with ``Access/readWrite`` it is made where it is not there, and attempts whose owner is
    /// gone are swept. Errors: ``StorageError``, of kind `foreign` for a store of another format.
    package init(at path: String, access: Access = .readWrite) throws {
        let isNew = try access == .readWrite && Disk.makeFolder(path)
        self.root = Disk.absolute(path)
        // What a power cut may take from under a record, the record cannot keep: every folder on the way is synced once.
        if isNew, let parent = Disk.parent(of: root) { try Disk.sync(parent) }
        self.access = access
        self.indexDatabase = IndexDatabase(
            path: "\(root)/index/\(Disk.hostName).sqlite", mayWrite: access == .readWrite)
        self.index = Index(indexDatabase)
        try checkFormat()
        if access == .readWrite {
            var isMade = false
            for folder in ["objects", "records", "runs", "attempts", "scratch", "leases", "failures"] {
                if try Disk.makeFolder("\(root)/\(folder)") { isMade = true }
            }
            if isMade { try Disk.sync(root) }
            _ = try? Disk.makeFolder("\(root)/index")
            sweepAttempts()
        }
    }

    /// Writes what was learnt to the index now. It also happens from time to time, and when the store goes.
    package func saveIndex() { index.save() }

    /// The absolute path of the object with this digest, whether it is there or not.
    package func path(of digest: Digest) -> String {
        let digits = digest.description
        return "\(root)/objects/\(digits.prefix(2))/\(digits.dropFirst(2))"
    }

    func recordPath(_ key: Digest) -> String {
        let digits = key.description
        return "\(root)/records/\(digits.prefix(2))/\(digits).json"
    }

    func scratchPath(_ key: Digest) -> String { "\(root)/scratch/\(key)" }

    func requireWritable() throws {
        guard access == .readWrite else {
            throw StorageError(
                .denied, "the store was opened read-only", path: root,
                advice: "open it for writing, or choose another store")
        }
    }

    /// Makes the folder above `path` if need be, so that it survives a power cut.
    func makeShard(for path: String) throws -> String {
        guard let shard = Disk.parent(of: path), let parent = Disk.parent(of: shard) else { return root }
        if try Disk.makeFolder(shard) { try Disk.sync(parent) }
        return shard
    }

    private func checkFormat() throws {
        let path = root + "/store.json"
        if access == .readWrite, try FileStatus.ifPresent(path, following: true) == nil {
            let draft = "\(root)/.store-\(makeNonce())"
            defer { try? Disk.remove(draft) }
            let file = try OpenFile(creating: draft)
            try file.append("{\"format\":1}\n".utf8)
            try file.sync()
            _ = try Disk.claim(path, for: draft)
            try Disk.sync(root)
        }
        guard try FileStatus.ifPresent(path, following: true) != nil else { return }
        let text = try OpenFile(reading: path).content(limit: 1 << 16)
        guard let format = text.flatMap({ try? JSON(parsing: $0) })?["format"]?.integer, format == 1 else {
            throw StorageError(
                .foreign, "this is not a store of format 1", path: path, advice: "use a newer ablate, or another folder"
            )
        }
    }
}
