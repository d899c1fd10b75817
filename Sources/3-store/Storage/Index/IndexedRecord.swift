// A record file as the index keeps it: the part that lookups need apart from the rest. Knows no file and no database.

internal import Digests
internal import Formats
internal import Host

/// A record file as it was last read and found sound.
final class IndexedRecord: Sendable {
    let key: Digest
    let outline: Digest
    let kind: String
    let seconds: Double
    /// The stamp of the file when it was read.
    let stamp: Stamp
    /// ``Record/head``, so that a lookup need not parse the rest: as ``RecordHead`` has it or, in older indexes, as JSON.
    let head: String
    /// The whole text of the file.
    let text: String

    init(_ record: Record, stamp: Stamp, text: String) {
        self.key = record.key
        self.outline = record.outline
        self.kind = record.kind
        self.seconds = record.seconds
        self.stamp = stamp
        self.head = RecordHead.text(of: record)
        self.text = text
    }

    init(
        key: Digest, outline: Digest, kind: String, seconds: Double, stamp: Stamp, head: String, text: String
    ) {
        self.key = key
        self.outline = outline
        self.kind = kind
        self.seconds = seconds
        self.stamp = stamp
        self.head = head
        self.text = text
    }

    /// The record; nil if the row is not what it was.
    var record: Record? {
        if RecordHead.isHead(head) {
            return RecordHead.record(in: head, text: text).flatMap { $0.key == key ? $0 : nil }
        }
        guard let document = try? JSONDocument(parsing: Array(head.utf8), name: "the record"),
            let record = try? Record(head: document, details: RecordDetails(text: text)), record.key == key
        else { return nil }
        return record
    }
}
