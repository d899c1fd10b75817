// The text of a record file: one JSON line with a seal. Knows bytes, not where they are kept.

internal import Digests
internal import Formats

/// ``SealedText`` of a record.
enum RecordText {
    /// What the text of a record's file is.
    enum Content {
        case record(Record)
        /// A whole record of a format that this version does not know: it is left alone.
        case newer
        case damaged
    }

    static func text(of record: Record) -> String { SealedText.record.text(of: record.json.text()) }

    /// The record in `text`; nil if a byte of it is not as it was written, or if it is the record of another key.
    static func record(in text: String, key: Digest) -> Record? {
        // The details are kept as text: as values, those of ten thousand records fill a hundred megabytes.
        guard let document = document(in: text), (try? RecordDetails.Value(reading: document)) != nil,
            let record = try? Record(head: document, details: RecordDetails(text: text)), record.key == key
        else { return nil }
        return record
    }

    static func content(of text: String, key: Digest) -> Content {
        if let record = record(in: text, key: key) { return .record(record) }
        // A later format may be sealed otherwise; none of this version's ever had its format outermost.
        let document = document(in: text) ?? (try? JSONDocument(parsing: Array(text.utf8), name: "the record"))
        return ((try? document?.member("format").integer) ?? 1) > 1 ? .newer : .damaged
    }

    /// The same before it is read; nil if a byte is not as it was written.
    static func document(in text: String) -> JSONDocument? {
        var text = text
        return text.withUTF8 { SealedText.record.body(in: UnsafeRawBufferPointer($0)) }
            .map { JSONDocument($0, name: "the record") }
    }
}
