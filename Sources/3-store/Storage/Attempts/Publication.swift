// Attempts and how they become records. The order of writes is the promise: objects, then the record, then nothing else.

package import Digests
internal import Host

extension Store {
    /// A private folder in which to make the outputs of the step with this key. Errors: ``AblateError``.
    package func beginAttempt(key: Digest) throws -> Attempt {
        try requireWritable()
        return try Attempt(key: key, in: self)
    }

    /// Makes the attempt's outputs and its record part of the store, and removes attempt and scratch folder.
    ///
    /// Every output is on the disk under its content's name before the record appears, and the record appears whole or not
    /// at all; so a crash at any moment leaves either a finished step or an unfinished one. If a usable record with this
    /// key is there already, it stays, and is returned: the first publisher wins.
    ///
    /// Errors: ``AblateError``; of kind `refused` for links, devices or pipes among the outputs, `incomplete` for a
    /// missing output, `changed` if something still writes to one. The attempt can then be discarded.
    ///
    /// Outputs that differ from those of the record that is there are kept beside it (``divergentRecords(_:)``). With
    /// `replacing`, the new record takes the place of the one that is there.
    package func publish(_ attempt: Attempt, _ draft: Record.Draft, replacing: Bool = false) throws -> Record {
        try requireWritable()
        // An object that is there already must not be collected before the record that needs it is there, too.
        return try withoutCollection { try admitAll(attempt, draft, replacing) }
    }

    private func admitAll(_ attempt: Attempt, _ draft: Record.Draft, _ replacing: Bool) throws -> Record {
        let harvest = try Harvest(of: attempt.outputs, expected: draft.outputs, files)
        var shards: Set<String> = []
        var outputs: [String: Output] = [:]
        for (name, form) in harvest.outputs {
            let path = "\(attempt.outputs)/\(name)"
            switch form {
            case .file:
                let (digest, size) = try admit(path, from: attempt, &shards)
                outputs[name] = Output(file: digest, size: size)
            case .folder(let files):
                outputs[name] = Output(
                    folder: try files.map { file in
                        let (digest, size) = try admit("\(path)/\(file)", from: attempt, &shards)
                        return Output.Entry(path: file, digest: digest, size: size)
                    })
            }
        }
        let log = try admitLog(of: attempt, &shards)
        for shard in shards { try files.sync(folder: shard) }
        let record = try claim(
            Record(key: attempt.key, draft: draft, outputs: outputs, log: log), attempt, replacing: replacing)
        try? files.remove(attempt.scratch)
        try? attempt.remove()
        return record
    }

    /// Gives an attempt up. Its scratch folder stays for the next one. Returns the absolute path at which the log is kept,
    /// or nil if there is none or it is not to be kept.
    @discardableResult
    package func discard(_ attempt: Attempt, keepingLog: Bool) -> String? {
        let kept = keepingLog ? keepLog(ofAttempt: attempt.name) : nil
        try? attempt.remove()
        return kept
    }

    /// Moves the log of an attempt out of its folder, unless it is empty.
    func keepLog(ofAttempt name: String) -> String? {
        let log = "\(root)/attempts/\(name)/log.txt"
        let kept = "\(root)/failures/\(name).log"
        guard let status = try? files.status(of: log, following: false), status.form == .file, status.size > 0,
            (try? shorten(log, status)) != nil, (try? files.move(log, to: kept)) != nil
        else { return nil }
        return kept
    }

    private func admitLog(of attempt: Attempt, _ shards: inout Set<String>) throws -> Digest? {
        guard let status = try files.status(of: attempt.log, following: false), status.form == .file,
            status.size > 0
        else { return nil }
        try shorten(attempt.log, status)
        return try admit(attempt.log, from: attempt, &shards).digest
    }

    /// Cuts the middle out of a log that nobody would read whole: a program may say the same line for hours.
    private func shorten(_ log: String, _ status: FileStatus) throws {
        guard status.size > Self.longestLog else { return }
        let (first, last) = (Self.longestLog / 4, Self.longestLog / 2)
        var (head, tail): ([UInt8], [UInt8]) = ([], [])
        try files.open(log, .readingItself).forEachPiece { piece in
            let room = min(first - head.count, piece.count)
            head += piece.prefix(room)
            tail += piece.dropFirst(room)
            if tail.count > 2 * last { tail.removeFirst(tail.count - last) }
            return true
        }
        tail = tail.suffix(last)
        let left = status.size - head.count - tail.count
        let note = "\n[ablate: \(left) bytes are left out here]\n"
        let draft = "\(log).\(makeNonce())"
        try files.write(head + Array(note.utf8) + tail, to: draft)
        try files.move(draft, to: log)
    }

    /// Bytes of a log that are kept.
    private static let longestLog = 16 << 20

    /// Moves a file of an attempt to its place among the objects, unless its content is there already.
    private func admit(
        _ original: String, from attempt: Attempt, _ shards: inout Set<String>
    ) throws -> (digest: Digest, size: Int) {
        let (path, file) = try own(original, in: attempt)
        let before = try file.status().stamp
        let digest = try file.digest()
        guard try file.status().stamp == before else { throw Self.changed(original) }
        let object = self.path(of: digest)
        shards.insert(try makeShard(for: object))
        if try hasObject(digest, size: before.size) { return (digest, before.size) }
        try file.protect()
        try file.sync()
        // What stands in the way is no object: cut short, or a link, or a folder.
        if try files.status(of: object, following: false)?.form == .folder {
            try files.move(object, to: "\(attempt.folder)/\(makeNonce())")
        }
        try files.move(path, to: object)
        let after = try file.status().stamp
        guard after.size == before.size, after.modified == before.modified else {
            try files.remove(object)
            throw Self.changed(original)
        }
        // Nobody writes to objects, so this look needs no time to settle.
        index.remember(FileObservation(stamp: after, seen: .max, digest: digest), of: object)
        return (digest, before.size)
    }

    /// Opens a regular file of the attempt; a file that has names elsewhere, through which it could change, is copied.
    private func own(_ path: String, in attempt: Attempt) throws -> (path: String, file: any OpenFile) {
        let file = try files.open(path, .readingItself)
        let status = try file.status()
        try files.requireRegular(status, path)
        if status.links == 1 { return (path, file) }
        let copy = "\(attempt.folder)/\(makeNonce())"
        try files.open(copy, .creating).copy(from: file)
        return (copy, try files.open(copy, .reading))
    }

    /// Writes the record under its key, unless a usable one is there; returns the one that is there in the end.
    func claim(_ record: Record, _ attempt: Attempt, replacing: Bool = false) throws -> Record {
        let text = RecordText.text(of: record)
        let draft = "\(attempt.folder)/record.json"
        try? files.remove(draft)
        let file = try files.open(draft, .creating)
        try file.append(text.utf8)
        try file.protect()
        try file.sync()
        let path = recordPath(record.key)
        let shard = try makeShard(for: path)
        if try !files.claim(path, for: draft) {
            if !replacing, let first = try self.record(for: record.key) {
                if first.outputs != record.outputs { try keep(divergent: record) }
                return first
            }
            if let before = try storedRecord(record.key), before.outputs != record.outputs {
                try keep(divergent: before)
            }
            // What stands there is damaged, or its objects are gone.
            if try files.status(of: path, following: false)?.form == .folder {
                try files.move(path, to: "\(attempt.folder)/\(makeNonce())")
            }
            try files.move(draft, to: path)
        }
        // Its other name goes first: that it goes shows in the file's stamp, and the index would have to read the record again.
        try? files.remove(draft)
        try files.sync(folder: shard)
        guard let published = try storedRecord(record.key) else {
            throw AblateError(
                .damaged, "the record is gone as soon as it was written", path: path, advice: "check the disk")
        }
        return published
    }
}
