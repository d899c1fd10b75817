// A folder of objects and records. Knows digests, keys and files; knows no plan, no step and no process.

package import Digests
internal import Formats
package import Host
internal import Synchronization

/// Whether a store may be changed.
package enum Access: Sendable {
    case readWrite
    /// Nothing is written in the store, and no permission to write is needed. A store that is not there reads as an empty one.
    case readOnly
}

/// A store: what steps made, by content, and the record of each finished step, by key.
///
/// The truth is plain files, each written once, under its final name only when it is whole and on the disk; so any number
/// of engines on any number of machines may share a store. An index of them is kept elsewhere, in a folder for caches: it is
/// derived and may be deleted at any time. All functions may be called from any thread.
///
///     objects/ab/cdef...      contents by SHA-256, read-only
///     records/ab/abcdef....json
///     runs/<name>/00000001.json
///     attempts/  scratch/  leases/  failures/  annotations/  ...
package final class Store: Sendable {
    /// The absolute path of the store.
    package let root: String
    package let access: Access
    package let host: Host
    /// The host's files; below ``root`` no path leads through a link.
    let files: any FileSystem
    let index: Index
    let indexDatabase: IndexDatabase
    /// Where what is derived from this store is kept; nil for nowhere.
    let cache: String?
    let lastRefresh = Mutex<Int?>(nil)
    /// The document of a run that was read last: a large one takes a while, and one command asks for it several times.
    let lastReadRun = Mutex<ReadRun?>(nil)
    let signs: SignsOfLife
    private let onWait = Mutex<(@Sendable (String) -> Void)?>(nil)

    /// The folders that a store may have. Whatever bears one of these names is a real folder, or the store is refused.
    static let folders = [
        "objects", "records", "runs", "attempts", "scratch", "leases", "failures", "reservations", "live", "divergent",
        "pins", "quarantine", "deliveries", "annotations",
    ]

    /// Opens the store at `path`. With ``Access/readWrite`` it is made where there is nothing or an empty folder, and attempts whose
    /// owner is gone are swept.
    ///
    /// - Parameter cache: a folder for caches; the index is kept below it, also for a store that may only be read.
    ///
    /// Errors: ``AblateError``; of kind `foreign` for a folder that is no store, or one of another format, `refused` where a link
    /// stands in the place of one of its folders. Nothing is changed then.
    package init(at path: String, access: Access = .readWrite, host: Host = .system, cache: String? = nil) throws {
        let found = try Self.lookAt(path, host)
        let isNew = try access == .readWrite && found == .nothing && host.files.makeFolder(path)
        let root = host.files.absolute(path)
        // What a power cut may take from under a record, the record cannot keep: every folder on the way is synced once.
        if isNew, let parent = Paths.parent(of: root) { try host.files.sync(folder: parent) }
        let isThere = access == .readWrite || found != .nothing
        let files = isThere ? try host.files.confined(to: root) : host.files
        if isThere { try Self.checkFolders(root, files, host) }
        if access == .readWrite, found != .store { try Self.mark(root, files) }
        self.root = root
        self.access = access
        self.host = host
        self.files = files
        self.cache = try cache.flatMap { try Self.cache(of: root, in: $0, host) }
        self.indexDatabase = IndexDatabase(path: self.cache.map { "\($0)/\(host.name).sqlite" }, files: host.files)
        self.index = Index(indexDatabase, host.clock)
        self.signs = SignsOfLife()
        if access == .readWrite {
            var isMade = false
            for folder in ["objects", "records", "runs", "attempts", "scratch", "leases", "failures"] {
                if try files.makeFolder("\(root)/\(folder)") { isMade = true }
            }
            if isMade { try files.sync(folder: root) }
            keepOutOfRepositories()
            sweep()
        }
    }

    /// Writes what was learnt to the index now. It also happens from time to time, and when the store goes.
    package func saveIndex() { index.save() }

    /// Tells `report` for whom and for how long this process waits, whenever it has to.
    package func reportWaits(to report: @escaping @Sendable (String) -> Void) { onWait.withLock { $0 = report } }

    func tellOfWait(_ text: String) { onWait.withLock { $0 }?(text) }

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
            throw AblateError(
                .denied, "the store was opened read-only", path: root,
                advice: "open it for writing, or choose another store")
        }
    }

    /// Makes the folder above `path` if need be, so that it survives a power cut.
    func makeShard(for path: String) throws -> String {
        guard let shard = Paths.parent(of: path), let parent = Paths.parent(of: shard) else { return root }
        if try files.makeFolder(shard) { try files.sync(folder: parent) }
        return shard
    }

    // MARK: What there is

    private enum Found { case nothing, empty, store }

    /// What is at the path of a store. A folder counts as a store by its mark alone, whatever else its names look like.
    private static func lookAt(_ path: String, _ host: Host) throws -> Found {
        guard let status = try host.files.status(of: path, following: true) else { return .nothing }
        guard status.form == .folder else {
            throw AblateError(
                .foreign, "expected the folder of a store, found a file", path: path,
                advice: "choose another folder with --store, or as store: in site.yaml")
        }
        let path = host.files.absolute(path)
        let mark = path + "/store.json"
        guard try host.files.status(of: mark, following: false) != nil else {
            // A start that was cut short may have left the draft of its mark.
            let others = try (host.files.names(in: path) ?? []).filter { !isDraftOfMark($0, host.files, in: path) }
            guard others.isEmpty else {
                // Another engine may have made it one between these looks.
                if try host.files.status(of: mark, following: false) != nil { return try lookAt(path, host) }
                throw AblateError(
                    .foreign,
                    "this folder is no store: there is no store.json, and there are other files (\(others.sorted()[0]))",
                    path: path,
                    advice:
                        "choose an empty or a new folder with --store, or as store: in site.yaml; nothing was changed")
            }
            return .empty
        }
        let text = try host.files.content(of: mark, limit: 1 << 16)
        guard text.contains(where: { $0 != 0 && $0 != UInt8(ascii: "\n") }) else {
            // A crash of the machine may leave this: the name lasted, and the content did not.
            throw AblateError(
                .damaged, "the file that marks a store is empty", path: mark,
                advice:
                    "if this folder was a store of yours, write {\"format\":1} into that file, then run `ablate store verify`"
            )
        }
        guard let format = try? JSONDocument(parsing: text, name: mark).member("format").integer, format == 1 else {
            throw AblateError(
                .foreign, "this is not a store of format 1", path: mark, advice: "use a newer ablate, or another folder"
            )
        }
        return .store
    }

    /// Errors: ``AblateError`` where something else bears the name of one of a store's folders: what is written or removed in a
    /// store must be the store's own.
    private static func checkFolders(_ root: String, _ files: any FileSystem, _ host: Host) throws {
        // A look at each of five hundred names, for verbs that have nothing else to do: no walk, since those above are real by then.
        func check(_ path: String) throws {
            guard let status = try host.files.status(of: path, following: false), status.form != .folder else { return }
            throw AblateError(
                .refused, "expected a folder of the store, found a \(status.form == .link ? "link" : "file")",
                path: path,
                advice: "put a real folder in its place, or choose another store; nothing was changed")
        }
        for name in folders { try check("\(root)/\(name)") }
        for folder in ["objects", "records", "annotations"] {
            for shard in try files.names(in: "\(root)/\(folder)") ?? [] where shard.utf8.count == 2 {
                try check("\(root)/\(folder)/\(shard)")
            }
        }
    }

    /// Says that the folder is a store, before anything else is put there.
    private static func mark(_ root: String, _ files: any FileSystem) throws {
        let draft = "\(root)/.store-\(makeNonce())"
        defer { try? files.remove(draft) }
        let file = try files.open(draft, .creating)
        try file.append("{\"format\":1}\n".utf8)
        try file.sync()
        _ = try files.claim("\(root)/store.json", for: draft)
        try files.sync(folder: root)
    }

    /// The folder for what is derived from a store, made if need be; nil where there is no store or no such folder can be made. A
    /// store that was made anew at the same place is another one.
    private static func cache(of root: String, in folder: String, _ host: Host) throws -> String? {
        guard let mark = try host.files.status(of: root + "/store.json", following: false)?.stamp else { return nil }
        let path = "\(folder)/stores/\(Digest(of: "\(root) \(mark.device) \(mark.inode)").short)"
        guard let isNew = try? host.files.makeFolder(path) else { return nil }
        if isNew {
            sweepCaches(below: "\(folder)/stores", host)
            try? host.files.write(root.utf8, to: path + "/store")
        }
        return path
    }

    /// Removes what was kept for stores that are no more: folders that hold nothing but what is kept for a store.
    private static func sweepCaches(below folder: String, _ host: Host) {
        let files = host.files
        func names(_ path: String) -> [String] { ((try? files.names(in: path)) ?? nil) ?? [] }
        func form(_ path: String) -> FileStatus.Form? { ((try? files.status(of: path, following: false)) ?? nil)?.form }
        let endings = IndexDatabase.endings.map { ".sqlite" + $0 } + [".numbers", ".snapshot"]
        for name in names(folder) where name.utf8.count == 12 && name.allSatisfy(\.isHexDigit) {
            let path = "\(folder)/\(name)"
            guard form(path) == .folder, let root = try? files.content(of: path + "/store", limit: 1 << 16),
                let place = String(validating: root, as: UTF8.self), place.hasPrefix("/"),
                !files.exists(place + "/store.json")
            else { continue }
            let kept = names(path)
            guard kept.allSatisfy({ one in one == "store" || endings.contains(where: one.hasSuffix) }),
                kept.allSatisfy({ form("\(path)/\($0)") == .file })
            else { continue }
            try? files.remove(path)
        }
    }

    /// A store is no source: `git add` passes it over.
    private func keepOutOfRepositories() {
        let path = "\(root)/.gitignore"
        guard (try? files.status(of: path, following: false)) == .some(nil), let file = try? files.open(path, .creating)
        else { return }
        try? file.append("# Made by ablate: what is in a store can be made again.\n*\n".utf8)
    }
}
