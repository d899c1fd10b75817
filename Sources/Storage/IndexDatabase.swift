// The SQLite file behind the index. Any trouble with it ends with the file made anew or left alone, never with an error.

internal import Digests
internal import GRDB
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

    private let path: String
    private let mayWrite: Bool
    private let state: Mutex<State>
    private let lossCount = Atomic<Int>(0)

    /// Opens nothing yet. A database that may not be written is used if it is there.
    init(path: String, mayWrite: Bool) {
        self.path = path
        self.mayWrite = mayWrite
        self.state = Mutex(.closed)
    }

    /// How often rows were lost with their database. Whoever relies on completeness compares before and after.
    var losses: Int { lossCount.load(ordering: .relaxed) }

    /// Whether ``save(_:_:)`` can succeed.
    var isWritable: Bool {
        guard mayWrite else { return false }
        return state.withLock { if case .absent = $0 { false } else { true } }
    }

    // MARK: Rows

    func sighting(of path: String) -> Sighting? {
        let found = use { database -> Sighting? in
            let statement = try database.cachedStatement(
                sql: "SELECT device, inode, size, modified, changed, seen, digest, seal FROM sighting WHERE path = ?")
            guard let row = try Row.fetchOne(statement, arguments: [path]) else { return nil }
            let digest: String? = row[6]
            let sighting = Sighting(stamp: Self.stamp(row, 0), seen: row[5], digest: digest.flatMap(Digest.init))
            return row[7] == Self.seal(sighting, path) ? sighting : nil
        }
        return found ?? nil
    }

    func record(_ key: Digest) -> IndexedRecord? {
        let found = use { database -> IndexedRecord? in
            let statement = try database.cachedStatement(sql: "SELECT \(Self.recordColumns) FROM record WHERE key = ?")
            return try Row.fetchOne(statement, arguments: [key.description]).flatMap(Self.record)
        }
        return found ?? nil
    }

    func records() -> [IndexedRecord] {
        use { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT \(Self.recordColumns) FROM record")
            var records: [IndexedRecord] = []
            while let row = try rows.next() {
                if let record = Self.record(row) { records.append(record) }
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
                guard let key = Digest(row[0] as String), let outline = Digest(row[1] as String) else { continue }
                lines.append(RecordSummary.Line(key: key, outline: outline, kind: row[2], seconds: row[3]))
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
                if let key = Digest(row[0] as String) { stamps[key] = Self.stamp(row, 1) }
            }
            return stamps
        } ?? [:]
    }

    /// Adds or replaces rows; a record that is nil is removed. False if nothing was written.
    func save(_ sightings: [String: Sighting], _ records: [Digest: IndexedRecord?]) -> Bool {
        let done: Void? = use { database in
            try database.inTransaction(.immediate) {
                for (path, sighting) in sightings { try Self.write(sighting, path, database) }
                for (key, record) in records {
                    if let record {
                        try Self.write(record, database)
                    } else {
                        try database.execute(sql: "DELETE FROM record WHERE key = ?", arguments: [key.description])
                    }
                }
                return .commit
            }
        }
        return done != nil
    }

    private static func write(_ sighting: Sighting, _ path: String, _ database: Database) throws {
        let stamp = sighting.stamp
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO sighting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                path, stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed, sighting.seen,
                sighting.digest?.description, seal(sighting, path),
            ])
    }

    private static func write(_ record: IndexedRecord, _ database: Database) throws {
        let stamp = record.stamp
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .execute(
                arguments: [
                    record.key.description, record.outline.description, record.kind, record.seconds,
                    stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed, record.head,
                    record.text, seal(head: record.head, text: record.text).description,
                ])
    }

    private static let recordColumns =
        "key, outline, kind, seconds, device, inode, size, modified, changed, head, text, seal"

    private static func record(_ row: Row) -> IndexedRecord? {
        let (head, text): (String, String) = (row[9], row[10])
        guard let key = Digest(row[0] as String), let outline = Digest(row[1] as String),
            Digest(row[11] as String) == seal(head: head, text: text)
        else { return nil }
        return IndexedRecord(
            key: key, outline: outline, kind: row[2], seconds: row[3], stamp: stamp(row, 4), head: head, text: text)
    }

    private static func stamp(_ row: Row, _ first: Int) -> Stamp {
        Stamp(
            device: row[first], inode: row[first + 1], size: row[first + 2], modified: row[first + 3],
            changed: row[first + 4])
    }

    /// A wrong digest of an input would give a wrong key, so a row must prove itself.
    private static func seal(_ sighting: Sighting, _ path: String) -> String {
        let stamp = sighting.stamp
        let numbers = [stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed, sighting.seen]
        let texts = [JSON.string(path), JSON(sighting.digest?.description)]
        return JSON.array(numbers.map { .integer($0) } + texts).digest.short
    }

    private static func seal(head: String, text: String) -> Digest {
        var (hasher, head, text) = (Digest.Hasher(), head, text)
        head.withUTF8 { hasher.update(UnsafeRawBufferPointer($0)) }
        text.withUTF8 { hasher.update(UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
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
            if isBroken, isFirst, mayWrite, let queue = try? openAnew() { state = .open(queue) }
        }
    }

    private func opened() -> DatabaseQueue? {
        state.withLock { state in
            switch state {
            case .open(let queue): return queue
            case .absent: return nil
            case .closed:
                let queue = (try? open()) ?? (mayWrite ? try? openAnew() : nil)
                state = queue.map { .open($0) } ?? .absent
                return queue
            }
        }
    }

    private func openAnew() throws -> DatabaseQueue {
        for suffix in ["", "-journal"] { try Disk.remove(path + suffix) }
        return try open()
    }

    private func open() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = !mayWrite
        configuration.busyMode = .timeout(2)
        configuration.prepareDatabase { [mayWrite] database in
            if mayWrite { try database.execute(sql: "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF") }
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { database in
            let version = try Int.fetchOne(database, sql: "PRAGMA user_version")
            if version == 1 { return }
            guard version == 0, mayWrite else { throw DatabaseError(resultCode: .SQLITE_NOTADB) }
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
