// Taking away what no root needs. Knows which records to keep, not why they are wanted.

package import Digests
internal import Host

/// What a collection removed, or would.
package struct CollectionResult: Sendable {
    /// How many, and their bytes.
    package struct Amount: Sendable {
        package internal(set) var count = 0
        package internal(set) var bytes = 0
        mutating func add(_ size: Int) {
            count += 1
            bytes += size
        }
    }

    package internal(set) var keptRecords = Amount()
    package internal(set) var keptObjects = Amount()
    package internal(set) var records = Amount()
    package internal(set) var objects = Amount()
    /// Checkpoints whose key has a record, documents that were never finished, and what was put into quarantine.
    package internal(set) var remains = Amount()
    /// How many records are kept for runs that go on now.
    package internal(set) var reserved = 0

    package var freed: Int { records.bytes + objects.bytes + remains.bytes }
}

extension Store {
    /// Removes the records whose keys and outlines `roots` does not give, and the objects that no record is left to need. A
    /// record whose objects are not all there is of no use and goes, too. What a newer version wrote stays, with all that it names.
    ///
    /// Safe while engines run: what a living run may reuse is kept (``reserve(_:)``), and nothing is published meanwhile. The
    /// roots are asked for after the reservations were read: a run that ends in between has written its document by then.
    /// Records go first: a crash leaves objects without records, never the other way round. With `dryRun` nothing is
    /// removed. Errors: ``AblateError``.
    ///
    /// - Parameter owner: whose run a document is of, where it says so beyond doubt, also one that is not as it was written.
    package func collect(
        dryRun: Bool, owner: (JSON) -> String?, keeping roots: () throws -> (keys: Set<Digest>, outlines: Set<Digest>)
    ) throws -> CollectionResult {
        try requireWritable()
        return try whileCollecting {
            if let path = try damagedRuns().first {
                throw AblateError(
                    .damaged, "a run's document is not as it was written, so which results it needs is not known",
                    path: path,
                    advice:
                        "nothing was removed; `ablate store verify` puts it aside, and a run of its recipe writes a new one"
                )
            }
            try requireSuccessors(owner)
            var result = CollectionResult()
            let reserved = try reservedOutlines()
            let (keys, outlines) = try roots()
            let all = try recordFiles()
            let named = try namedByNewerVersions(records: all)
            var needed = named
            var doomed: [(path: String, key: Digest)] = []
            for (path, key) in all {
                // What bears no key is not this version's.
                guard let key else { continue }
                let size = try files.status(of: path, following: false)?.size ?? 0
                if let record = try record(for: key) {
                    let isReserved = reserved.contains(record.outline)
                    // What was accepted stays with the record it was accepted from, until a run has it.
                    let isAccepted = record.acceptance.map { keys.contains($0.from) } ?? false
                    let isNamed = named.contains(key) || named.contains(record.outline)
                    if isReserved || isAccepted || isNamed || keys.contains(key) || outlines.contains(record.outline) {
                        if isReserved, !keys.contains(key) { result.reserved += 1 }
                        result.keptRecords.add(size)
                        needed.formUnion(record.objects)
                        continue
                    }
                } else if case .newer = try recordContent(at: path, key: key) {
                    result.keptRecords.add(size)
                    continue
                }
                result.records.add(size)
                doomed.append((path, key))
            }
            if !dryRun {
                for (path, key) in doomed {
                    try files.remove(path)
                    index.forget(key)
                }
            }
            let gone = Set(doomed.map(\.key))
            for (path, key) in try divergentFiles() {
                if case .newer = try recordContent(at: path, key: key) { continue }
                if gone.contains(key) {
                    result.remains.add(try files.status(of: path, following: false)?.size ?? 0)
                    if !dryRun { try files.remove(path) }
                } else {
                    for record in try divergentRecords(key) { needed.formUnion(record.objects) }
                }
            }
            for (path, digest) in try objectFiles() {
                let size = try files.status(of: path, following: false)?.size ?? 0
                guard !needed.contains(digest) else {
                    result.keptObjects.add(size)
                    continue
                }
                result.objects.add(size)
                if !dryRun { try files.remove(path) }
            }
            try collectRemains(&result, dryRun: dryRun)
            return result
        }
    }

    // MARK: Walks

    /// Every record file, in order; the key is nil where the name is none.
    func recordFiles() throws -> [(path: String, key: Digest?)] {
        try shards(of: "records").flatMap { shard, folder in
            try (files.names(in: folder) ?? []).sorted().map { name in
                let key = name.hasSuffix(".json") && name.hasPrefix(shard) ? Digest(String(name.dropLast(5))) : nil
                return ("\(folder)/\(name)", key)
            }
        }
    }

    /// Every object file, in order. What is no object by its name is left out, and left alone.
    func objectFiles() throws -> [(path: String, digest: Digest)] {
        try shards(of: "objects").flatMap { shard, folder in
            try (files.names(in: folder) ?? []).sorted().compactMap { name in
                Digest(shard + name).map { ("\(folder)/\(name)", $0) }
            }
        }
    }

    func shards(of folder: String) throws -> [(shard: String, folder: String)] {
        try (files.names(in: "\(root)/\(folder)") ?? []).filter { $0.utf8.count == 2 }.sorted().map {
            ($0, "\(root)/\(folder)/\($0)")
        }
    }
}

extension Record {
    /// Every object it names, its log included.
    var objects: Set<Digest> {
        Set(outputs.values.flatMap { $0.objects.map(\.digest) } + (log.map { [$0] } ?? []))
    }
}

extension Store {
    /// Bytes of a file, or of all files in a folder.
    func size(of path: String) throws -> Int {
        guard let status = try files.status(of: path, following: false) else { return 0 }
        guard status.form == .folder else { return status.size }
        return try (files.names(in: path) ?? []).reduce(0) { try $0 + size(of: "\(path)/\($1)") }
    }
}
