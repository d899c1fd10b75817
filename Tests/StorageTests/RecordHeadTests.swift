// What the index keeps of a record for lookups: read back as it was, and nothing where it is not what was written.

import Digests
import Formats
import Host
@testable import Storage
import Testing

@Suite struct RecordHeadTests {
    private func record(
        outputs: [String: Output], metrics: JSON = [:], address: String = "m/fold-0/fit", log: Digest? = nil,
        acceptance: Acceptance? = nil
    ) -> Record {
        Record(
            key: Digest(of: "key"),
            draft: Record.Draft(
                outline: Digest(of: "outline"), manifest: ["kind": "fit"], address: address, kind: "fit",
                started: 1_700_000_000.1, seconds: 0.1 + 0.2, metrics: metrics, measurements: ["memory": 12],
                environment: ["torch": "2.5"]),
            outputs: outputs, log: log, acceptance: acceptance)
    }

    private var records: [Record] {
        let file = Output(file: Digest(of: "a"), size: 3)
        let folder = Output(folder: [
            .init(path: "b/c d.txt", digest: Digest(of: "b"), size: 1),
            .init(path: "a:1", digest: file.digest, size: 3),
        ])
        return [
            record(outputs: [:]), record(outputs: ["file": file], log: Digest(of: "log")),
            record(outputs: ["12:x\n": file, "folder": folder, "empty": Output(folder: [])], metrics: ["loss": 0.25]),
            record(outputs: ["é": file], metrics: .null, address: ""),
            record(outputs: ["a": file], metrics: ["warnings": .array((0..<20).map { .string("warning \($0)") })]),
            record(
                outputs: ["a": file],
                acceptance: Acceptance(from: Digest(of: "old"), by: "ada", at: 1.5, reason: "a comment")),
        ]
    }

    private func indexed(_ record: Record, head: String? = nil) -> IndexedRecord {
        let stamp = Stamp(device: 1, inode: 2, size: 3, modified: 4, changed: 5)
        let row = IndexedRecord(record, stamp: stamp, text: RecordText.text(of: record))
        return IndexedRecord(
            key: row.key, outline: row.outline, kind: row.kind, seconds: row.seconds, stamp: stamp,
            head: head ?? row.head, text: row.text)
    }

    @Test func aRecordComesBackAsItWas() throws {
        for record in records {
            let read = try #require(indexed(record).record)
            #expect(read == record && read.metrics == record.metrics && read.manifest == record.manifest)
        }
    }

    @Test func theHeadOfAnOlderIndexIsRead() {
        for record in records { #expect(indexed(record, head: JSON.object(record.head).text()).record == record) }
    }

    @Test func whatIsCutOffOrOfAnotherKeyIsNoRecord() {
        let record = records[1]
        let head = indexed(record).head
        for count in 0..<head.utf8.count { #expect(indexed(record, head: String(head.prefix(count))).record == nil) }
        let other = head.replacing(record.key.description, with: Digest(of: "other").description)
        #expect(other != head && indexed(record, head: other).record == nil)
        for text in ["record 2:", "record 2:99999999999999999999:a", "record 2:-1:", "record 2:64", "record 3:1:a"] {
            #expect(indexed(record, head: text).record == nil)
        }
    }
}
