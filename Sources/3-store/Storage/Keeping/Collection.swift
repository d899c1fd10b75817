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
    /// record whose objects are not all there is of no use and goes, too.
    ///
    /// Safe while engines run: what a living run may reuse is kept (``reserve(_:)``), and nothing is published meanwhile. The
    /// roots are asked for after the reservations were read: a run that ends in between has written its document by then.
    /// Records go first: a crash leaves objects without records, never the other way round. With `dryRun` nothing is
    /// removed. Errors: ``AblateError``.
    package func collect(
        dryRun: Bool, keeping roots: () throws -> (keys: Set<Digest>, outlines: Set<Digest>)
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
            try requireSuccessors()
            var result = CollectionResult()
            let reserved = try reservedOutlines()
            let (keys, outlines) = try roots()
            var needed: Set<Digest> = []
            var doomed: [(path: String, key: Digest?)] = []
            for (path, key) in try recordFiles() {
                let size = try files.status(of: path, following: false)?.size ?? 0
                if let key, let record = try record(for: key) {
                    let isReserved = reserved.contains(record.outline)
                    // What was accepted stays with the record it was accepted from, until a run has it.
                    let isAccepted = record.acceptance.map { keys.contains($0.from) } ?? false
                    if isReserved || isAccepted || keys.contains(key) || outlines.contains(record.outline) {
                        if isReserved, !keys.contains(key) { result.reserved += 1 }
                        result.keptRecords.add(size)
                        needed.formUnion(record.objects)
                        continue
                    }
                }
                result.records.add(size)
                doomed.append((path, key))
            }
            if !dryRun {
                for (path, key) in doomed {
                    try files.remove(path)
                    if let key { index.forget(key) }
                }
            }
            for (path, key) in try divergentFiles() {
                if doomed.contains(where: { $0.key == key }) {
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

    /// Errors: ``AblateError`` where a run's document was put aside and its recipe has not been run since: its results are still
    /// needed by all that is known.
    private func requireSuccessors() throws {
        for name in try files.names(in: root + "/quarantine") ?? []
        where name.hasPrefix("runs-") && !name.hasPrefix("runs-_") {
            // runs-<recipe>-<number>.json-<nonce>
            let recipe = String(name.dropFirst(5).dropLast(17 + 5).dropLast(9))
            let aside = try files.requireStatus(of: "\(root)/quarantine/\(name)", following: false).stamp.changed
            let latest = try (files.names(in: "\(root)/runs/\(recipe)") ?? []).filter { $0.hasSuffix(".json") }
                .compactMap {
                    try files.status(of: "\(root)/runs/\(recipe)/\($0)", following: false)?.stamp.changed
                }.max()
            guard latest ?? 0 < aside else { continue }
            throw AblateError(
                .damaged, "a document of a run of \"\(recipe)\" was put aside, and the recipe has not been run since",
                path: "\(root)/quarantine/\(name)",
                advice: "run the recipe, so that its results are known, or delete the file; nothing was removed")
        }
    }

    /// Logs of failed attempts: of a key that has a record all, of any other all but the last one.
    private func collectFailures(_ result: inout CollectionResult, dryRun: Bool) throws {
        var logs: [Digest: [(path: String, status: FileStatus)]] = [:]
        for name in try files.names(in: root + "/failures") ?? [] {
            let path = "\(root)/failures/\(name)"
            guard let key = Digest(String(name.prefix(64))), let status = try files.status(of: path, following: false)
            else { continue }
            logs[key, default: []].append((path, status))
        }
        for (key, logs) in logs {
            let isDone = try files.status(of: recordPath(key), following: false) != nil
            let sorted = logs.sorted { ($0.status.stamp.modified, $0.path) < ($1.status.stamp.modified, $1.path) }
            for log in isDone ? sorted[...] : sorted.dropLast() {
                result.remains.add(log.status.size)
                if !dryRun { try files.remove(log.path) }
            }
        }
    }

    /// Checkpoints of keys that are published, documents that were never finished, and damaged files.
    private func collectRemains(_ result: inout CollectionResult, dryRun: Bool) throws {
        for name in try files.names(in: root + "/scratch") ?? [] {
            guard let key = Digest(name), try files.status(of: recordPath(key), following: false) != nil
            else { continue }
            result.remains.count += 1
            result.remains.bytes += try size(of: "\(root)/scratch/\(name)")
            if !dryRun { try files.remove("\(root)/scratch/\(name)") }
        }
        for folder in ["pins", "runs"] + (try files.names(in: root + "/runs") ?? []).map({ "runs/\($0)" }) {
            // Nobody writes a document or a pin now: what has a draft's name was given up.
            for name in try files.names(in: "\(root)/\(folder)") ?? [] where name.hasPrefix(".") {
                result.remains.add(try size(of: "\(root)/\(folder)/\(name)"))
                if !dryRun { try files.remove("\(root)/\(folder)/\(name)") }
            }
        }
        try collectFailures(&result, dryRun: dryRun)
        // Where earlier versions kept their index.
        for name in try files.names(in: root + "/index") ?? []
        where [".sqlite", ".sqlite-journal", ".snapshot"].contains(where: name.hasSuffix) {
            result.remains.add(try size(of: "\(root)/index/\(name)"))
            if !dryRun { try files.remove("\(root)/index/\(name)") }
        }
        for name in try files.names(in: root + "/quarantine") ?? [] {
            result.remains.add(try size(of: "\(root)/quarantine/\(name)"))
            if !dryRun { try files.remove("\(root)/quarantine/\(name)") }
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

    private func shards(of folder: String) throws -> [(shard: String, folder: String)] {
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
