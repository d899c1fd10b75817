// The text of a record file: one JSON line with a seal. Knows bytes, not where they are kept.

internal import Digests
internal import Formats

/// `{"record":{...},"seal":"<digest of the bytes of the record>"}`: JSON for any reader, and a changed byte shows.
enum RecordText {
    private static let head = Array(#"{"record":"#.utf8)
    private static let middle = Array(#","seal":""#.utf8)
    private static let tail = Array("\"}\n".utf8)

    static func text(of record: Record) -> String {
        let body = record.json.text()
        return #"{"record":\#(body),"seal":"\#(Digest(of: body))"}\#n"#
    }

    /// The record in `text`; nil if a byte of it is not as it was written, or if it is the record of another key.
    static func record(in text: String, key: Digest) -> Record? {
        // The details are kept as text: as values, those of ten thousand records fill a hundred megabytes.
        guard let document = document(in: text), (try? RecordDetails.Value(reading: document)) != nil,
            let record = try? Record(head: document, details: RecordDetails(text: text)), record.key == key
        else { return nil }
        return record
    }

    /// The same before it is read; nil if a byte is not as it was written.
    static func document(in text: String) -> JSONDocument? {
        var text = text
        return text.withUTF8 { json(in: UnsafeRawBufferPointer($0)) }.map { JSONDocument($0, name: "the record") }
    }

    private static func json(in text: UnsafeRawBufferPointer) -> JSON? {
        let end = text.count - middle.count - 64 - tail.count
        guard end > head.count, text.starts(with: head), text[end...].starts(with: middle) else { return nil }
        let body = UnsafeRawBufferPointer(rebasing: text[head.count..<end])
        let seal = text[(end + middle.count)...]
        var hasher = Digest.Hasher()
        hasher.update(body)
        guard seal.dropFirst(64).elementsEqual(tail), seal.prefix(64).elementsEqual(hasher.finalize().description.utf8)
        else { return nil }
        return try? JSON(parsing: body)
    }
}
