// The SQLite file behind the index. Any trouble with it ends with the file made anew or left alone, never with an error.

internal import Digests
internal import GRDB
internal import Host
internal import Synchronization

/// Rows of files and records. What cannot be read is answered as if it were not there.
///
/// The file belongs to one host, so that no two hosts meet in it on a network disk. It is written without `fsync`: a row
/// that a power cut garbled fails its seal, or the stamp beside it, and counts as absent.
final class IndexDatabase: Sendable {
    private enum State {
        case closed
        case open(DatabaseQueue)
        /// There is none, or it failed.
        case absent
    }

    private let path: String?
    private let files: any FileSystem
    private let state: Mutex<State>
    private let lossCount = Atomic<Int>(0)

    /// Opens nothing yet; without a path there is never one.
    init(path: String?, files: any FileSystem) {
        self.path = path
        self.files = files
        self.state = Mutex(.closed)
    }

    /// How often rows were lost with their database. Whoever relies on completeness compares before and after.
    var losses: Int { lossCount.load(ordering: .relaxed) }

    /// Whether ``save(_:_:)`` can succeed.
    var isWritable: Bool {
        guard path != nil else { return false }
        return state.withLock { if case .absent = $0 { false } else { true } }
    }

    // MARK: Rows

    func observation(of path: String) -> FileObservation? {
        let found = use { database -> FileObservation? in
            let statement = try database.cachedStatement(
                sql: "SELECT \(FileObservation.columns) FROM sighting WHERE path = ?")
            return try Row.fetchOne(statement, arguments: [path]).flatMap { FileObservation($0, of: path) }
        }
        return found ?? nil
    }

    /// Those of many files that are known, in one reading.
    func observations(of paths: [String]) -> [String: FileObservation] {
        use { database in
            var found: [String: FileObservation] = [:]
            try database.inTransaction(.deferred) {
                let statement = try database.cachedStatement(
                    sql: "SELECT \(FileObservation.columns) FROM sighting WHERE path = ?")
                for path in paths {
                    found[path] = try Row.fetchOne(statement, arguments: [path]).flatMap {
                        FileObservation($0, of: path)
                    }
                }
                return .commit
            }
            return found
        } ?? [:]
    }

    func record(_ key: Digest) -> IndexedRecord? {
        let found = use { database -> IndexedRecord? in
            let statement = try database.cachedStatement(
                sql: "SELECT \(IndexedRecord.columns) FROM record WHERE key = ?")
            return try Row.fetchOne(statement, arguments: [key.description]).flatMap(IndexedRecord.init)
        }
        return found ?? nil
    }

    /// Every record; a garbled row means that the file is made anew, since a list must miss none.
    func records() -> [IndexedRecord] {
        use { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT \(IndexedRecord.columns) FROM record")
            var records: [IndexedRecord] = []
            while let row = try rows.next() {
                guard let record = IndexedRecord(row) else { throw Self.garbled }
                records.append(record)
            }
            return records
        } ?? []
    }

    /// The records without their texts.
    func lines() -> [RecordSummary.Line] {
        use { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT key, outline, kind, seconds FROM record")
            var lines: [RecordSummary.Line] = []
            while let row = try rows.next() {
                guard let key = row.digest(0), let outline = row.digest(1), let kind: String = row.value(2),
                    let seconds: Double = row.value(3)
                else { throw Self.garbled }
                lines.append(RecordSummary.Line(key: key, outline: outline, kind: kind, seconds: seconds))
            }
            return lines
        } ?? []
    }

    func stamps(inShard shard: String) -> [Digest: Stamp] {
        use { database in
            let statement = try database.cachedStatement(
                sql: "SELECT key, device, inode, size, modified, changed FROM record WHERE key >= ? AND key < ?")
            // The digits of keys end with "f".
            let rows = try Row.fetchCursor(statement, arguments: [shard, shard + "g"])
            var stamps: [Digest: Stamp] = [:]
            while let row = try rows.next() {
                if let key = row.digest(0) { stamps[key] = Stamp(row, from: 1) }
            }
            return stamps
        } ?? [:]
    }

    /// Adds or replaces rows; a record that is nil is removed. False if nothing was written.
    func save(_ observations: [String: FileObservation], _ records: [Digest: IndexedRecord?]) -> Bool {
        let done: Void? = use { database in
            try database.inTransaction(.immediate) {
                for (path, observation) in observations { try observation.write(of: path, to: database) }
                for (key, record) in records {
                    if let record {
                        try record.write(to: database)
                    } else {
                        try database.execute(sql: "DELETE FROM record WHERE key = ?", arguments: [key.description])
                    }
                }
                return .commit
            }
        }
        return done != nil
    }

    // MARK: The file

    /// Runs `work` with the database; nil where there is none or it fails.
    private func use<Value>(_ work: (Database) throws -> Value) -> Value? {
        guard let queue = opened() else { return nil }
        do {
            return try queue.inDatabase(work)
        } catch {
            fail(error)
            return nil
        }
    }

    /// A file that is no database any more is made anew, once; any other trouble (a full disk, no locks) means to do without.
    private func fail(_ error: any Error) {
        let code = (error as? DatabaseError)?.resultCode
        let isBroken = code == .SQLITE_CORRUPT || code == .SQLITE_NOTADB || code == .SQLITE_ERROR
        let isFirst = lossCount.add(1, ordering: .relaxed).oldValue == 0
        state.withLock { state in
            state = .absent
            if isBroken, isFirst, let queue = try? openAnew() { state = .open(queue) }
        }
    }

    private static var garbled: DatabaseError { DatabaseError(resultCode: .SQLITE_CORRUPT) }

    private func opened() -> DatabaseQueue? {
        state.withLock { state in
            switch state {
            case .open(let queue): return queue
            case .absent: return nil
            case .closed:
                let queue = (try? open()) ?? (try? openAnew())
                state = queue.map { .open($0) } ?? .absent
                return queue
            }
        }
    }

    private func openAnew() throws -> DatabaseQueue {
        guard let path else { throw Self.garbled }
        for suffix in Self.endings { try files.remove(path + suffix) }
        return try open()
    }

    /// What SQLite itself adds to the name of a database.
    static let endings = ["", "-journal", "-wal", "-shm"]

    private func open() throws -> DatabaseQueue {
        guard let path else { throw Self.garbled }
        for suffix in Self.endings {
            // SQLite would wait for the other end of a pipe, and make the file that a link leads to.
            if let status = try files.status(of: path + suffix, following: false) {
                guard status.form == .file, status.links == 1 else { throw Self.garbled }
            }
        }
        var configuration = Configuration()
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { database in
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version")
            if version == 1 { return }
            guard version == 0 else { throw DatabaseError(resultCode: .SQLITE_NOTADB) }
            try database.inTransaction(.immediate) {
                try database.execute(sql: Self.schema)
                return .commit
            }
        }
        return queue
    }

    private static let schema = """
        CREATE TABLE IF NOT EXISTS sighting (
            path TEXT PRIMARY KEY, device INTEGER, inode INTEGER, size INTEGER, modified INTEGER, changed INTEGER,
            seen INTEGER, digest TEXT, seal TEXT
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS record (
            key TEXT PRIMARY KEY, outline TEXT, kind TEXT, seconds REAL, device INTEGER, inode INTEGER, size INTEGER,
            modified INTEGER, changed INTEGER, head TEXT, text TEXT, seal TEXT
        );
        PRAGMA user_version = 1;
        """
}
