// The rows of the index's database, from values and back. A row that is not what was written is no row.

internal import Digests
internal import GRDB
internal import Host

extension Row {
    /// The value of a column; nil if it is of another type, which a garbled file may have anywhere.
    func value<Value: DatabaseValueConvertible>(_ column: Int, _: Value.Type = Value.self) -> Value? {
        Value.fromDatabaseValue(self[column])
    }

    func digest(_ column: Int) -> Digest? { value(column, String.self).flatMap(Digest.init) }
}

extension Stamp {
    /// Reads five columns from the one at `first`.
    init?(_ row: Row, from first: Int) {
        guard let device: Int = row.value(first), let inode: Int = row.value(first + 1),
            let size: Int = row.value(first + 2), let modified: Int = row.value(first + 3),
            let changed: Int = row.value(first + 4)
        else { return nil }
        self.init(device: device, inode: inode, size: size, modified: modified, changed: changed)
    }
}

extension FileObservation {
    static let columns = "device, inode, size, modified, changed, seen, digest, seal"

    /// Reads ``columns``; nil unless the row was written for `path`. A wrong digest of an input would give a wrong key, so
    /// every row must prove itself.
    init?(_ row: Row, of path: String) {
        guard let stamp = Stamp(row, from: 0), let seen: Int = row.value(5) else { return nil }
        self.init(stamp: stamp, seen: seen, digest: row.digest(6))
        guard row.value(7) == seal(of: path) else { return nil }
    }

    func write(of path: String, to database: Database) throws {
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO sighting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").execute(
            arguments: [
                path, stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed, seen, digest?.description,
                seal(of: path),
            ])
    }

    private func seal(of path: String) -> String {
        let numbers = [stamp.device, stamp.inode, stamp.size, stamp.modified, stamp.changed, seen]
        let texts = [JSON.string(path), JSON(digest?.description)]
        return JSON.array(numbers.map { .integer($0) } + texts).digest.short
    }
}

extension IndexedRecord {
    static let columns = "key, outline, kind, seconds, device, inode, size, modified, changed, head, text, seal"

    /// Reads ``columns``.
    convenience init?(_ row: Row) {
        guard let key = row.digest(0), let outline = row.digest(1), let kind: String = row.value(2),
            let seconds: Double = row.value(3), let stamp = Stamp(row, from: 4), let head: String = row.value(9),
            let text: String = row.value(10)
        else { return nil }
        self.init(key: key, outline: outline, kind: kind, seconds: seconds, stamp: stamp, head: head, text: text)
        guard row.digest(11) == seal else { return nil }
    }

    func write(to database: Database) throws {
        let sql = "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        try database.cachedStatement(sql: sql).execute(
            arguments: [
                key.description, outline.description, kind, seconds, stamp.device, stamp.inode, stamp.size,
                stamp.modified, stamp.changed, head, text, seal.description,
            ])
    }

    private var seal: Digest {
        var (hasher, head, text) = (Digest.Hasher(), head, text)
        head.withUTF8 { hasher.update(UnsafeRawBufferPointer($0)) }
        text.withUTF8 { hasher.update(UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}
