// The parts of a record that only explanations and logbooks read, parsed when they are asked for.

internal import Digests
internal import Formats

/// Manifest, metrics, measurements and environment of a record, from values or from the record's text.
final class RecordDetails: Sendable {
    struct Value: Hashable, Sendable {
        var manifest = JSON.null
        var metrics = JSON.null
        var measurements = JSON.null
        var environment = JSON.null

        var members: [String: JSON] {
            ["manifest": manifest, "metrics": metrics, "measurements": measurements, "environment": environment]
        }
    }

    private enum Source: Sendable {
        case value(Value)
        case text(String)
    }

    private let source: Source
    /// The metrics, where somebody knows them already.
    private let known: JSON?

    init(_ value: Value) { (source, known) = (.value(value), value.metrics) }

    /// From the text of a record file, which was found sound when it was read.
    init(text: String, metrics: JSON? = nil) { (source, known) = (.text(text), metrics) }

    /// All of it. Of a text nothing is kept: the values of ten thousand records fill a hundred megabytes.
    var value: Value {
        switch source {
        case .value(let value): value
        case .text(let text): RecordText.document(in: text).flatMap { try? Value(reading: $0) } ?? Value()
        }
    }

    /// One part, which logbooks ask of every record: the rest of a text is left as it is.
    var manifest: JSON { part("manifest", \.manifest) }
    var metrics: JSON { known ?? part("metrics", \.metrics) }
    var measurements: JSON { part("measurements", \.measurements) }
    var environment: JSON { part("environment", \.environment) }

    private func part(_ name: String, _ member: KeyPath<Value, JSON>) -> JSON {
        switch source {
        case .value(let value): value[keyPath: member]
        case .text(let text): (try? JSON.member("record", name, of: text)) ?? .null
        }
    }
}

extension RecordDetails.Value {
    init(reading document: JSONDocument) throws(FormatError) {
        self.init(
            manifest: try document.value("manifest"), metrics: try document.value("metrics"),
            measurements: try document.value("measurements"), environment: try document.value("environment"))
    }
}
