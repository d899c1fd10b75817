// The parts of a record that only explanations and logbooks read, parsed when they are first asked for.

internal import Digests
internal import Formats
internal import Synchronization

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

    private let source: Mutex<Source>

    init(_ value: Value) { source = Mutex(.value(value)) }

    /// From the text of a record file, which was found sound when it was read.
    init(text: String) { source = Mutex(.text(text)) }

    /// The environment alone, which logbooks ask of every record: the rest of a text is left as it is.
    var environment: JSON {
        let text: String? = source.withLock { if case .text(let text) = $0 { text } else { nil } }
        guard let text else { return value.environment }
        return (try? JSON.member("record", "environment", of: text)) ?? .null
    }

    var value: Value {
        source.withLock { source in
            switch source {
            case .value(let value): return value
            case .text(let text):
                let value = RecordText.document(in: text).flatMap { try? Value(reading: $0) } ?? Value()
                source = .value(value)
                return value
            }
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
