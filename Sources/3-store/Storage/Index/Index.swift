// What has been learnt of files and records, remembered in front of a database. Derived: losing it costs time only.

internal import Digests
internal import Host
internal import Synchronization

/// Sightings by path and records by key. New ones are kept in memory and written to the database in batches; without a
/// database, or with one that may only be read, they stay in memory. No function fails.
final class Index: Sendable {
    private struct Fresh {
        var observations: [String: FileObservation] = [:]
        /// By the first two digits of the key, and by key. Nil says that the record is gone.
        var shards: [String: [Digest: IndexedRecord?]] = [:]
        var saved = 0

        subscript(key: Digest) -> IndexedRecord?? {
            get { shards[Self.shard(key)]?[key] }
            set { shards[Self.shard(key), default: [:]][key] = newValue }
        }

        var records: [Digest: IndexedRecord?] {
            shards.values.reduce(into: [:]) { $0.merge($1) { old, _ in old } }
        }

        private static func shard(_ key: Digest) -> String { String(key.description.prefix(2)) }
    }

    /// Rows of the database in memory. Few lookups of records ask the database for each; many read it whole, in one query. What
    /// another process has written since is not seen, and read from the record's file instead.
    private struct Shelf {
        var lookups = 0
        var records: [Digest: IndexedRecord]?
        private var observations: [String: FileObservation] = [:]
        private var losses = 0

        /// A database that was lost took its records with it; that a folder of records was read once is then worth nothing.
        subscript(path: String, asOf current: Int) -> FileObservation? {
            mutating get {
                if current != losses { (observations, losses) = ([:], current) }
                return observations[path]
            }
            set {
                if current != losses { (observations, losses) = ([:], current) }
                observations[path] = newValue
            }
        }
    }

    private let database: IndexDatabase
    private let clock: any HostClock
    private let fresh = Mutex(Fresh())
    private let shelf = Mutex(Shelf())
    private let summary = Mutex<RecordSummary?>(nil)

    init(_ database: IndexDatabase, _ clock: any HostClock) { (self.database, self.clock) = (database, clock) }

    deinit { save() }

    func observation(of path: String) -> FileObservation? {
        if let known = fresh.withLock({ $0.observations[path] }) { return known }
        let losses = database.losses
        return shelf.withLock { $0[path, asOf: losses] } ?? database.observation(of: path)
    }

    /// Takes up what is known of many files at once: asked one by one, the database is locked for each.
    func prepare(for paths: some Sequence<String>) {
        let losses = database.losses
        let found = database.observations(
            of: shelf.withLock { shelf in paths.filter { shelf[$0, asOf: losses] == nil } })
        guard database.losses == losses else { return }
        shelf.withLock { shelf in
            for (path, observation) in found { shelf[path, asOf: losses] = observation }
        }
    }

    func remember(_ observation: FileObservation, of path: String) {
        fresh.withLock { $0.observations[path] = observation }
        let losses = database.losses
        shelf.withLock { $0[path, asOf: losses] = observation }
        saveSometimes()
    }

    func record(_ key: Digest) -> IndexedRecord? {
        if let known = fresh.withLock({ $0[key] }) { return known }
        let records = shelf.withLock { shelf in
            shelf.lookups += 1
            if shelf.lookups == 256 {
                // What is not saved yet first: it may be saved, and no longer be fresh, while the database is read.
                let unsaved = fresh.withLock { $0.records }
                var records = Dictionary(database.records().map { ($0.key, $0) }, uniquingKeysWith: { $1 })
                for (key, record) in unsaved { records[key] = record }
                shelf.records = records
            }
            return shelf.records
        }
        return records.map { $0[key] } ?? database.record(key)
    }

    func remember(_ record: IndexedRecord) {
        let isNew = summary.withLock { $0 != nil } && self.record(record.key) == nil
        fresh.withLock { $0[record.key] = .some(record) }
        shelf.withLock { $0.records?[record.key] = record }
        summary.withLock { isNew ? $0?.add(record) : ($0 = nil) }
        saveSometimes()
    }

    func forget(_ key: Digest) {
        fresh.withLock { $0[key] = .some(nil) }
        shelf.withLock { $0.records?[key] = nil }
        summary.withLock { $0 = nil }
    }

    /// The stamps of all the records whose keys begin with `shard`, two digits.
    func stamps(inShard shard: String) -> [Digest: Stamp] {
        var stamps = database.stamps(inShard: shard)
        fresh.withLock {
            for (key, record) in $0.shards[shard] ?? [:] { stamps[key] = record?.stamp }
        }
        return stamps
    }

    /// All records, in no order.
    func records() -> [IndexedRecord] {
        save()
        let fresh = fresh.withLock { $0.records }
        return database.records().filter { fresh[$0.key] == nil } + fresh.values.compactMap { $0 }
    }

    /// Asks the summary of all records.
    func summarised<Value>(_ ask: (inout RecordSummary) -> Value) -> Value {
        summary.withLock { summary in
            var value = summary ?? RecordSummary(of: lines())
            defer { summary = value }
            return ask(&value)
        }
    }

    private func lines() -> [RecordSummary.Line] {
        let fresh = fresh.withLock { $0.records }
        return database.lines().filter { fresh[$0.key] == nil }
            + fresh.values.compactMap { $0.map(RecordSummary.Line.init) }
    }

    /// Writes what is new to the database, if there is one that may be written.
    func save() {
        fresh.withLock { fresh in
            fresh.saved = clock.now
            guard database.isWritable, !fresh.observations.isEmpty || !fresh.shards.isEmpty,
                database.save(fresh.observations, fresh.records)
            else { return }
            fresh.observations = [:]
            fresh.shards = [:]
        }
    }

    /// Saves if it was not done within the last twentieth of a second: a crash loses little, a loop writes in batches.
    private func saveSometimes() {
        if abs(clock.now - fresh.withLock { $0.saved }) > 50_000_000 { save() }
    }
}
