// The index: fast while it is there, and never missed.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct IndexTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private var databases: [String] {
        fixture.names(fixture.cache + "/stores").flatMap { store in
            fixture.names("\(fixture.cache)/stores/\(store)").filter { $0.hasSuffix(".sqlite") }.map {
                "\(fixture.cache)/stores/\(store)/\($0)"
            }
        }
    }

    private func fill(_ count: Int) throws -> [Record] {
        let store = try fixture.store()
        return try (0..<count).map {
            try fixture.publish(["out": "\($0)"], as: "step \($0)", in: store, seconds: Double($0))
        }
    }

    private func expectAll(_ records: [Record], in store: Store) throws {
        for record in records { #expect(try store.record(for: record.key) == record) }
        #expect(Set(try store.records()) == Set(records))
        #expect(try store.hasRecord(outline: records[0].outline))
        #expect(try store.hasRecord(outline: Digest(of: "none")) == false)
        #expect(try store.estimatedSeconds(outline: records[3].outline, kind: "finetune") == 3)
        #expect(
            try store.estimatedSeconds(outline: Digest(of: "none"), kind: "finetune") == Double(records.count - 1) / 2)
        #expect(try store.estimatedSeconds(outline: Digest(of: "none"), kind: "predict") == nil)
    }

    @Test func theIndexAnswersAsTheFilesDo() throws {
        let records = try fill(20)
        try expectAll(records, in: try fixture.store())
        try expectAll(records, in: try fixture.store())
        #expect(databases.count == 1)
        for index in 0..<20 {
            #expect(
                Shell.run("grep -c 'model/step \(index)\"' \(databases[0])") == "1\n",
                "not every record is in the index")
        }
    }

    @Test(arguments: [
        "rm -f INDEX", ": > INDEX", "printf garbage > INDEX", "head -c 5000 INDEX > I; mv I INDEX",
        "dd if=/dev/urandom of=INDEX bs=1024 seek=3 count=20 conv=notrunc",
        "rm -f INDEX; mkdir INDEX; touch INDEX/file",
        "rm -f INDEX; ln -s /dev/full INDEX", "rm -f INDEX; mkfifo INDEX", "rm -f INDEX-journal; mkfifo INDEX-journal",
        "rm -f INDEX; ln -s made-by-a-link INDEX", "rm -f INDEX-journal; ln -s /dev/full INDEX-journal",
        "sqlite3 INDEX 'drop table record' || printf x > INDEX",
        "sqlite3 INDEX 'pragma user_version = 9' || printf x > INDEX",
    ])
    func aLostOrDamagedIndexIsMadeAnew(command: String) throws {
        let records = try fill(20)
        for path in databases {
            Shell.run("cd \(fixture.folder); " + command.replacingOccurrences(of: "INDEX", with: path))
        }
        try expectAll(records, in: try fixture.store(.readOnly))
        try expectAll(records, in: try fixture.store())
        try expectAll(records, in: try fixture.store())
    }

    @Test(arguments: [
        "seconds = 'many'", "modified = 'x'", "size = x'ff'", "text = NULL", "head = 7",
        "head = replace(head, 'finetune', 'fit')",
        "seal = NULL", "text = x'c328'",
    ])
    func aGarbledRowCountsAsAbsent(change: String) throws {
        let records = try fill(8)
        Shell.run("sqlite3 \(databases[0]) \"update record set \(change)\" || printf garbage > \(databases[0])")
        #expect(Set(try fixture.store(.readOnly).records()) == Set(records))
        let reader = try fixture.store(.readOnly)
        for record in records { #expect(try reader.record(for: record.key) == record) }
        try expectAll(records, in: try fixture.store())
        try expectAll(records, in: try fixture.store())
    }

    @Test func theIndexMayGoWhileAnEngineUsesIt() throws {
        let records = try fill(20)
        let store = try fixture.store()
        try expectAll(records, in: store)
        for path in databases { Shell.run("dd if=/dev/urandom of=\(path) bs=1024 count=60 conv=notrunc") }
        try expectAll(records, in: store)
        Shell.run("rm -rf \(fixture.cache)")
        try expectAll(records, in: store)
        try expectAll(records, in: try fixture.store())
    }

    @Test func aFolderThatCannotHoldAnIndexIsNoError() throws {
        let records = try fill(5)
        Shell.run("rm -rf \(fixture.cache); touch \(fixture.cache)")
        try expectAll(records, in: try fixture.store())
    }

    @Test func recordsOfOtherEnginesShow() throws {
        // The store looks for records of others once a second, by a clock that is turned here.
        let (clock, system) = (ManualClock(now: Host.system.clock.now), Host.system)
        let host = Host(
            name: system.name, files: system.files, clock: clock, processes: system.processes,
            variables: system.variables)
        let store = try Store(at: fixture.root, host: host, cache: fixture.cache)
        #expect(try store.records() == [])
        let first = try fixture.publish(["out": "1"], as: "first", in: try fixture.store())
        #expect(try store.record(for: first.key) == first)
        clock.advance(seconds: 1.1)
        #expect(try store.hasRecord(outline: first.outline))
        let second = try fixture.publish(["out": "2"], as: "second", in: try fixture.store())
        clock.advance(seconds: 1.1)
        #expect(try store.records().count == 2)
        Shell.run("rm -f \(fixture.recordPath("first"))")
        #expect(try store.record(for: first.key) == nil)
        #expect(try store.records() == [second])
        clock.advance(seconds: 1.1)
        #expect(try store.hasRecord(outline: first.outline) == false)
    }

    @Test func ownRecordsShowAtOnce() throws {
        let store = try fixture.store()
        #expect(try store.hasRecord(outline: Digest(of: "outline of a")) == false)
        let record = try fixture.publish(["out": "1"], as: "a", in: store, seconds: 4)
        #expect(try store.hasRecord(outline: record.outline))
        #expect(try store.estimatedSeconds(outline: record.outline, kind: "finetune") == 4)
    }
}
