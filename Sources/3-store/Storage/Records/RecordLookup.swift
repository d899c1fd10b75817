// Finding records: by key, by outline, all of them. Reads; the only thing it writes is the index.

package import Digests
internal import Host
internal import Synchronization

extension Store {
    /// The record of the step with this key; nil unless it is there, undamaged, with every object of its outputs in its
    /// full size. Always the present state: what other engines publish or delete shows at once.
    ///
    /// Errors: ``AblateError``, if the store cannot be read.
    package func record(for key: Digest) throws -> Record? {
        guard let record = try storedRecord(key), try holdsObjects(of: record) else { return nil }
        return record
    }

    /// Whether every object of a record's outputs is there in its full size.
    func holdsObjects(of record: Record) throws -> Bool {
        try record.outputs.values.allSatisfy { output in
            try output.objects.allSatisfy { try hasObject($0.digest, size: $0.size) }
        }
    }

    /// Whether a record that was found before is still there, with every object of its outputs in its full size.
    package func holds(_ record: Record) throws -> Bool {
        guard try host.files.status(of: recordPath(record.key), following: false)?.form == .file else { return false }
        return try holdsObjects(of: record)
    }

    /// All undamaged records, in the order in which their steps began; whether their objects are there is not looked at.
    package func records() throws -> [Record] {
        try complete {
            var records: [Record] = []
            for row in index.records() {
                let status = try host.files.status(of: recordPath(row.key), following: false)
                let record = status?.stamp == row.stamp ? row.record : nil
                if let record = try record ?? storedRecord(row.key) { records.append(record) }
            }
            return records.sorted { ($0.started, $0.key) < ($1.started, $1.key) }
        }
    }

    /// Whether there is a record with this outline. What other engines did within the last second may be missing.
    package func hasRecord(outline: Digest) throws -> Bool {
        try complete { index.summarised { $0.has(outline: outline) } }
    }

    /// How long such a step may take, in seconds: the median of the records with this outline, or else of all records of
    /// the kind; nil where there are none.
    package func estimatedSeconds(outline: Digest, kind: String) throws -> Double? {
        try complete { index.summarised { $0.medianSeconds(outline: outline, kind: kind) } }
    }

    /// Whether the object is a regular file of this size.
    func hasObject(_ digest: Digest, size: Int) throws -> Bool {
        guard let status = try host.files.status(of: path(of: digest), following: false) else { return false }
        return status.form == .file && status.size == size
    }

    /// The record as it is written, whatever became of its objects: what it says of its step holds without them.
    package func storedRecord(_ key: Digest) throws -> Record? {
        let path = recordPath(key)
        guard let status = try host.files.status(of: path, following: false), status.form == .file else { return nil }
        if let row = index.record(key), row.stamp == status.stamp, let record = row.record { return record }
        return try readRecord(key, path)
    }

    /// Reads the record file and puts it into the index; nil, and out of the index, if it is damaged or gone.
    @discardableResult
    private func readRecord(_ key: Digest, _ path: String) throws -> Record? {
        do {
            let file = try files.open(path, .readingItself)
            let stamp = try file.status().stamp
            if let bytes = try file.content(limit: 1 << 26), let text = String(validating: bytes, as: UTF8.self),
                let record = RecordText.record(in: text, key: key)
            {
                index.remember(IndexedRecord(record, stamp: stamp, text: text))
                return record
            }
        } catch let error as AblateError where error.kind == .missing {}
        index.forget(key)
        return nil
    }

    /// Runs `ask` with every record file in the index.
    private func complete<Value>(_ ask: () throws -> Value) throws -> Value {
        for _ in 0..<3 {
            let losses = indexDatabase.losses
            try refresh()
            let answer = try ask()
            // A database that failed meanwhile took rows with it.
            if indexDatabase.losses == losses { return answer }
            lastRefresh.withLock { $0 = nil }
        }
        try refresh()
        return try ask()
    }

    /// Reads the record files that are new or changed, at most once a second. Only folders that changed since they were
    /// last seen are listed: usually none.
    private func refresh() throws {
        try lastRefresh.withLock { last in
            let now = host.clock.now
            if let last, abs(now - last) < 1_000_000_000 { return }
            let shards = (try files.names(in: root + "/records") ?? []).filter { $0.utf8.count == 2 }
            index.prepare(for: shards.map { "\(root)/records/\($0)" })
            for shard in shards {
                try refresh(shard: shard, "\(root)/records/\(shard)")
            }
            index.save()
            last = now
        }
    }

    private func refresh(shard: String, _ folder: String) throws {
        let seen = host.clock.now
        guard let status = try host.files.status(of: folder, following: true), status.form == .folder else { return }
        if index.observation(of: folder)?.holds(for: status.stamp) == true { return }
        // Known rows first, then names: a record that is published in between is kept.
        var known = index.stamps(inShard: shard)
        for name in try files.names(in: folder) ?? [] {
            guard name.hasSuffix(".json"), name.hasPrefix(shard), let key = Digest(String(name.dropLast(5))),
                let file = try host.files.status(of: "\(folder)/\(name)", following: false), file.form == .file
            else { continue }
            if known.removeValue(forKey: key) != file.stamp { try readRecord(key, "\(folder)/\(name)") }
        }
        for key in known.keys { index.forget(key) }
        index.remember(FileObservation(stamp: status.stamp, seen: seen, digest: nil), of: folder)
    }
}
