// Records that nobody ran: somebody declared an older record's outputs valid for another key, and said why.

package import Digests
internal import Formats
internal import Host

/// Who declared an old output valid for the key of the record that this stands in, when and why.
package struct Acceptance: Hashable, Sendable {
    /// The key of the record whose outputs they are.
    package let from: Digest
    package let by: String
    /// Seconds since 1970.
    package let at: Double
    package let reason: String

    package init(from: Digest, by: String, at: Double, reason: String) {
        (self.from, self.by, self.at, self.reason) = (from, by, at, reason)
    }

    package var json: JSON {
        ["from": .string(from.description), "by": .string(by), "at": .number(at), "reason": .string(reason)]
    }

    /// Reads what ``json`` wrote. Errors: ``FormatError``.
    init(reading document: JSONDocument) throws(FormatError) {
        self.init(
            from: try document.member("from").digest, by: try document.member("by").text,
            at: try document.member("at").number, reason: try document.member("reason").text)
    }
}

extension Store {
    /// Publishes a record under `key` with the outputs of `old`, which are in the store already. A usable record with the
    /// key that is there stays, and is returned. Errors: ``AblateError``.
    package func accept(
        _ old: Record, as key: Digest, outline: Digest, manifest: JSON, address: String, _ acceptance: Acceptance
    ) throws -> Record {
        try requireWritable()
        return try withoutCollection {
            guard try record(for: old.key) != nil else {
                throw AblateError(
                    .missing, "the old record is gone", path: recordPath(old.key), advice: "run the step instead")
            }
            let attempt = try beginAttempt(key: key)
            defer { discard(attempt, keepingLog: false) }
            let draft = Record.Draft(
                outline: outline, manifest: manifest, address: address, kind: old.kind, started: acceptance.at,
                seconds: old.seconds, metrics: old.metrics, measurements: old.measurements,
                environment: old.environment)
            let record = Record(key: key, draft: draft, outputs: old.outputs, log: old.log, acceptance: acceptance)
            return try claim(record, attempt)
        }
    }

    /// Takes an accepted record back; false where the key has no such record. Its outputs stay, for the record they are of.
    package func withdraw(_ key: Digest) throws -> Bool {
        try requireWritable()
        return try withoutCollection {
            guard try storedRecord(key)?.acceptance != nil else { return false }
            try files.remove(recordPath(key))
            index.forget(key)
            return true
        }
    }
}
