// Read-only stores, and documents about runs.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct AccessTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture() }

    /// Every file in the store with its time and size.
    private func listing() -> String { Shell.run("cd \(fixture.root) && find . -printf '%p %T@ %C@ %s\\n' | sort") }

    @Test func aReadOnlyStoreIsReadAndNotTouched() throws {
        let record = try fixture.publish(["out": "content"], as: "a", in: try fixture.store())
        Shell.run("rm -rf \(fixture.cache); chmod -R a-w \(fixture.root)")
        let before = listing()
        let store = try fixture.store(.readOnly)
        let file = try fixture.write("abc", to: "file")
        #expect(try store.record(for: record.key) == record)
        #expect(try store.records() == [record])
        #expect(try store.hasRecord(outline: record.outline))
        #expect(try store.digest(ofFile: file) == Digest(of: "abc"))
        try store.materialise(try #require(record.outputs["out"]), at: fixture.path("input"))
        #expect(try fixture.read(fixture.path("input")) == "content")
        store.saveIndex()
        store.sweep()
        #expect(listing() == before)
    }

    @Test func writingToAReadOnlyStoreIsAnError() throws {
        _ = try fixture.store()
        let store = try fixture.store(.readOnly)
        for work in [
            { _ = try store.beginAttempt(key: Digest(of: "a")) }, { _ = try store.lease(Digest(of: "a")) },
            { _ = try store.writeRun("recipe", [:]) },
        ] as [() throws -> Void] {
            let error = #expect(throws: AblateError.self) { try work() }
            #expect(error?.kind == .denied)
        }
    }

    @Test func aStoreThatIsNotThereReadsAsAnEmptyOne() throws {
        let store = try fixture.store(.readOnly)
        #expect(try store.record(for: Digest(of: "a")) == nil)
        #expect(try store.records() == [])
        #expect(try store.hasRecord(outline: Digest(of: "a")) == false)
        #expect(try store.latestRun("recipe")?.document == nil)
        #expect(!fixture.exists(fixture.root))
    }

    @Test func aStoreCannotStandOnAFile() throws {
        try fixture.write("", to: fixture.root)
        #expect(throws: AblateError.self) { try fixture.store() }
    }

    @Test func runsAreKeptInOrder() throws {
        let store = try fixture.store()
        #expect(try store.latestRun("recipe")?.document == nil)
        try store.writeRun("recipe", ["run": 1])
        let second = try store.writeRun("recipe", ["run": 2, "state": "running"])
        try store.writeRun("other", ["run": 9])
        #expect(try store.latestRun("recipe")?.document == ["run": 2, "state": "running"])
        try store.writeRun("recipe", ["run": 2, "state": "done"], replacing: second)
        #expect(try fixture.store(.readOnly).runs("recipe") == [["run": 1], ["run": 2, "state": "done"]])
        #expect(fixture.names(fixture.root + "/runs/recipe").sorted() == ["00000001.json", "00000002.json"])
    }

    @Test func aDamagedRunDocumentIsPassedOver() throws {
        let store = try fixture.store()
        try store.writeRun("recipe", ["run": 1])
        try store.writeRun("recipe", ["run": 2])
        try fixture.write("{", to: fixture.root + "/runs/recipe/00000002.json")
        try fixture.write("?", to: fixture.root + "/runs/recipe/notes.txt")
        #expect(try store.latestRun("recipe")?.document == ["run": 1])
        try store.writeRun("recipe", ["run": 3])
        #expect(try store.runs("recipe") == [["run": 1], ["run": 3]])
    }

    @Test(arguments: ["", "..", "a/b", ".hidden", "/"])
    func runNamesThatLeadElsewhereAreRefused(name: String) throws {
        let store = try fixture.store()
        #expect(throws: AblateError.self) { try store.writeRun(name, [:]) }
        #expect(throws: AblateError.self) { try store.latestRun(name) }
    }
}
