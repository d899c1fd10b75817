// What is known of one finished step. Knows nothing of files; the manifest is a value it does not look into.

package import Digests
package import Formats

/// The record of a finished step. One object wherever it is looked at.
package final class Record: Sendable {
    /// The key of the step: the digest of its manifest.
    package let key: Digest
    /// The digest of the manifest without its inputs.
    package let outline: Digest
    /// The address that the step had when it ran; others may share the record later.
    package let address: String
    package let kind: String
    package let outputs: [String: Output]
    /// When the step began, in seconds since 1970.
    package let started: Double
    /// How long it took, in seconds.
    package let seconds: Double
    /// The object with the step's log. Nothing depends on it, so it may be gone.
    package let log: Digest?
    /// Nil for a step that ran; else who declared older outputs valid for this key.
    package let acceptance: Acceptance?
    private let details: RecordDetails

    /// Kind, version, parameters and inputs, as the caller gave them.
    package var manifest: JSON { details.manifest }
    package var metrics: JSON { details.metrics }
    package var measurements: JSON { details.measurements }
    /// Versions and device: not in the key.
    package var environment: JSON { details.environment }

    /// What a step hands in to have its attempt published; the store adds key, outputs and log.
    package struct Draft: Sendable {
        package var outline: Digest
        package var manifest: JSON
        package var address: String
        package var kind: String
        /// Names of the outputs that must be there. Whatever else lies in the attempt's `outputs/` is published too.
        package var outputs: [String]
        package var started: Double
        package var seconds: Double
        package var metrics: JSON
        package var measurements: JSON
        package var environment: JSON

        package init(
            outline: Digest, manifest: JSON, address: String, kind: String, outputs: [String] = [], started: Double,
            seconds: Double, metrics: JSON = .null, measurements: JSON = .null, environment: JSON = .null
        ) {
            self.outline = outline
            self.manifest = manifest
            self.address = address
            self.kind = kind
            self.outputs = outputs
            self.started = started
            self.seconds = seconds
            self.metrics = metrics
            self.measurements = measurements
            self.environment = environment
        }
    }

    init(
        key: Digest, outline: Digest, address: String, kind: String, outputs: [String: Output], started: Double,
        seconds: Double, log: Digest?, acceptance: Acceptance?, details: RecordDetails
    ) {
        (self.key, self.outline, self.address, self.kind) = (key, outline, address, kind)
        (self.outputs, self.started, self.seconds) = (outputs, started, seconds)
        (self.log, self.acceptance, self.details) = (log, acceptance, details)
    }

    convenience init(key: Digest, draft: Draft, outputs: [String: Output], log: Digest?, acceptance: Acceptance? = nil)
    {
        self.init(
            key: key, outline: draft.outline, address: draft.address, kind: draft.kind, outputs: outputs,
            started: draft.started, seconds: draft.seconds, log: log, acceptance: acceptance,
            details: RecordDetails(
                RecordDetails.Value(
                    manifest: draft.manifest, metrics: draft.metrics, measurements: draft.measurements,
                    environment: draft.environment)))
    }
}

extension Record: Hashable {
    package static func == (left: Record, right: Record) -> Bool {
        left === right
            || left.key == right.key && left.outline == right.outline && left.address == right.address
                && left.kind == right.kind && left.outputs == right.outputs && left.started == right.started
                && left.seconds == right.seconds && left.log == right.log
                && left.acceptance == right.acceptance && left.details.value == right.details.value
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

extension Record {
    /// The record as a value, for files and for other programs.
    package var json: JSON { .object(head.merging(details.value.members) { head, _ in head }) }

    /// The members that every lookup needs: all but ``RecordDetails``.
    var head: [String: JSON] {
        var members: [String: JSON] = [
            "format": 1, "key": .string(key.description), "outline": .string(outline.description),
            "address": .string(address), "kind": .string(kind), "outputs": .object(outputs.mapValues(\.json)),
            "started": .number(started), "seconds": .number(seconds), "log": JSON(log?.description),
        ]
        if let acceptance { members["accepted"] = acceptance.json }
        return members
    }

    /// Reads what ``json`` wrote. Errors: ``FormatError``, naming the first member that is missing or wrong.
    package convenience init(reading document: JSONDocument) throws(FormatError) {
        try self.init(head: document, details: RecordDetails(RecordDetails.Value(reading: document)))
    }

    /// Reads ``head``. Errors: ``FormatError``.
    convenience init(head: JSONDocument, details: RecordDetails) throws(FormatError) {
        let format = try head.member("format")
        guard try format.integer == 1 else { throw format.unexpected("format 1") }
        var outputs: [String: Output] = [:]
        for (name, output) in try head.member("outputs").members {
            guard Output.isSafe(name: name) else { throw output.error("expected a name without a slash") }
            outputs[name] = try Output(reading: output)
        }
        self.init(
            key: try head.member("key").digest, outline: try head.member("outline").digest,
            address: try head.member("address").text, kind: try head.member("kind").text, outputs: outputs,
            // Within what a clock can show, so that nobody who adds them up or shows them needs to look.
            started: try Self.number(head, "started", within: -1e12..<1e12),
            seconds: try Self.number(head, "seconds", within: 0..<1e10),
            log: try head.member(ifPresent: "log")?.digest,
            acceptance: try head.member(ifPresent: "accepted").map { document throws(FormatError) in
                try Acceptance(reading: document)
            }, details: details)
    }

    private static func number(
        _ head: JSONDocument, _ name: String, within range: Range<Double>
    ) throws(FormatError) -> Double {
        let member = try head.member(name)
        let number = try member.number
        guard range.contains(number) else { throw member.unexpected("seconds") }
        return number
    }
}
