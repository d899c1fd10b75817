// Stores that something has happened to: a damaged record or object counts as absent, and the next run heals it.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct DamageTests {
    let fixture: Fixture
    let store: Store
    let record: Record
    let object: String

    init() throws {
        fixture = try Fixture()
        store = try fixture.store()
        record = try fixture.publish(["out": "content"], as: "a", in: store)
        object = store.path(of: Digest(of: "content"))
        #expect(try store.record(for: Digest(of: "a")) != nil)
    }

    @Test(arguments: [
        "rm OBJECT", "chmod u+w OBJECT; printf cont > OBJECT", "chmod u+w OBJECT; : > OBJECT",
        "mv OBJECT OBJECT.away; ln -s OBJECT.away OBJECT", "rm OBJECT; mkdir OBJECT; touch OBJECT/file",
    ])
    func aStepWhoseObjectIsNotWholeRunsAgain(command: String) throws {
        Shell.run(command.replacingOccurrences(of: "OBJECT", with: object))
        #expect(try store.record(for: Digest(of: "a")) == nil)
        #expect(try fixture.store().record(for: Digest(of: "a")) == nil)

        #expect(try fixture.publish(["out": "content"], as: "a", in: store) == record)
        #expect(try fixture.read(object) == "content")
        #expect(try fixture.store().record(for: Digest(of: "a")) == record)
    }

    @Test func anObjectWithAFlippedBitIsFoundWhenItIsUsed() throws {
        let time = Shell.run("stat -c %y \(object)").trimmingCharacters(in: .newlines)
        Shell.run("chmod u+w \(object); printf contenT > \(object); touch -d '\(time)' \(object); chmod 444 \(object)")
        let output = try #require(try store.record(for: Digest(of: "a"))?.outputs["out"])
        let error = #expect(throws: AblateError.self) { try store.materialise(output, at: fixture.path("input")) }
        #expect(error?.kind == .damaged)
        #expect(error?.path == object)
        #expect(try store.record(for: Digest(of: "a")) == nil)
        try fixture.publish(["out": "content"], as: "a", in: store)
        try store.materialise(output, at: fixture.path("input"))
        #expect(try fixture.read(fixture.path("input")) == "content")
    }

    @Test func aLostObjectIsReplacedByWhateverTheStepNowMakes() throws {
        Shell.run("rm -f \(object)")
        let again = try fixture.publish(["out": "other content"], as: "a", in: store)
        #expect(again.outputs["out"]?.digest == Digest(of: "other content"))
        #expect(try fixture.store().record(for: Digest(of: "a")) == again)
    }

    @Test(arguments: [
        ": > RECORD", "printf '{' > RECORD", "printf 'null' > RECORD", "sed -i 's/0.5/0.6/' RECORD",
        "sed -i 's/\"model/\"modem/' RECORD", "printf x >> RECORD", "head -c 100 RECORD > R; mv R RECORD",
        "rm RECORD; mkdir RECORD; touch RECORD/file", "rm RECORD; ln -s /etc/passwd RECORD", "rm RECORD",
        "head -c 3000000 /dev/zero > RECORD",
    ])
    func aDamagedRecordCountsAsAbsent(command: String) throws {
        let path = fixture.recordPath("a")
        Shell.run("cd \(fixture.folder); chmod u+w \(path); " + command.replacingOccurrences(of: "RECORD", with: path))
        for store in [store, try fixture.store(), try fixture.store(.readOnly)] {
            #expect(try store.record(for: Digest(of: "a")) == nil)
            #expect(try store.records() == [])
        }
        #expect(try fixture.store().hasRecord(outline: record.outline) == false)

        #expect(try fixture.publish(["out": "content"], as: "a", in: store) == record)
        #expect(try fixture.store().records() == [record])
    }

    @Test func theRecordOfAnotherKeyCountsAsAbsent() throws {
        let other = fixture.recordPath("b")
        Shell.run("mkdir -p $(dirname \(other)); cp \(fixture.recordPath("a")) \(other)")
        #expect(try store.record(for: Digest(of: "b")) == nil)
        #expect(try fixture.store().records() == [record])
    }

    @Test func aLostLogCostsNothing() throws {
        Shell.run("rm -f \(store.path(of: try #require(record.log)))")
        #expect(try fixture.store().record(for: Digest(of: "a")) == record)
    }

    @Test func aStoreOfAnotherFormatIsRefused() throws {
        Shell.run("chmod u+w \(fixture.root)/store.json; echo '{\"format\":2}' > \(fixture.root)/store.json")
        #expect(throws: AblateError.self) { try fixture.store() }
        let error = #expect(throws: AblateError.self) { try fixture.store(.readOnly) }
        #expect(error?.kind == .foreign)
    }
}
