// Snapshots: an answer is given while all it rests on is as it was, and never otherwise.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct SnapshotTests {
    let fixture: Fixture
    let store: Store
    let name = Digest(of: "the question")
    let start = Host.system.clock.now

    init() throws {
        fixture = try Fixture()
        store = try fixture.store()
    }

    private var answer: String? { store.remembered(name) }

    private func remember(_ change: (inout FileDependencies) throws -> Void) rethrows -> Bool {
        var dependencies = FileDependencies()
        try change(&dependencies)
        return store.remember("the answer", on: dependencies, since: start, as: name)
    }

    /// The object of an output, made writable.
    private func object(_ record: Record, _ output: String) throws -> String {
        let path = store.path(of: try #require(record.outputs[output]).digest)
        Shell.run("chmod u+w \(path)")
        return path
    }

    @Test func recordsNeedNoTimeToSettle() throws {
        let record = try fixture.publish(["text": "words"], as: "step", in: store)
        #expect(remember { $0.records = [record] })
        #expect(answer == "the answer")
    }

    @Test func aRecordThatIsGoneOrReplacedIsSeen() throws {
        let record = try fixture.publish(["text": "words"], as: "step", in: store)
        #expect(remember { $0.records = [record] })
        let path = fixture.recordPath("step")
        let text = try fixture.read(path)
        Shell.run("rm -f \(path)")
        #expect(answer == nil)
        #expect(!remember { $0.records = [record] })
        try fixture.write(text, to: path)
        #expect(answer == nil, "another file in its place")
    }

    @Test func anObjectThatIsGoneOrCutShortIsSeen() throws {
        let record = try fixture.publish(["text": "words"], as: "step", in: store)
        #expect(remember { $0.records = [record] })
        Shell.run("truncate -s 3 \(try object(record, "text"))")
        #expect(answer == nil)
        #expect(!remember { $0.records = [record] }, "the object is not in its full size")
        Shell.run("rm -f \(try object(record, "text"))")
        #expect(!remember { $0.records = [record] })
    }

    @Test func aFileJustWrittenIsHeldToItsContent() throws {
        let path = try fixture.write("as delivered", to: "page.html")
        #expect(remember { $0.contents = [path: Digest(of: "as delivered")] })
        #expect(answer == "the answer")
        // In the same instant, in the same size.
        Shell.run("printf 'AS DELIVERED' 1<>\(path)")
        #expect(answer == nil)
        Shell.run("printf 'as delivered' 1<>\(path)")
        #expect(answer == "the answer", "what it holds counts, not when it was written")
        Shell.run("chmod a-w \(path)")
        #expect(answer == nil, "somebody wants it kept")
        Shell.run("chmod u+w \(path); rm \(path)")
        #expect(answer == nil)
    }

    @Test func aFileOtherwiseThanItWasWrittenGivesNoAnswer() throws {
        // Somebody wrote to it before it was looked at again: the digest is that of what was delivered.
        let path = try fixture.write("edited", to: "page.html")
        #expect(remember { $0.contents = [path: Digest(of: "as delivered")] })
        #expect(answer == nil)
    }

    @Test func aFurtherNameInAFolderIsSeen() throws {
        try fixture.write("{}", to: "runs/00000001.json")
        let folder = fixture.path("runs")
        #expect(remember { $0.folders = [folder: ["00000001.json"]] })
        #expect(answer == "the answer")
        try fixture.write("{}", to: "runs/00000002.json")
        #expect(answer == nil)
        #expect(remember { $0.folders = [folder: ["00000001.json"]] })
        #expect(answer == nil, "the names are those that were seen, not those that are there now")
        Shell.run("rm -r \(folder)")
        #expect(answer == nil)
    }

    @Test func aFileThatWasReadSinceItWasWrittenIsNotRemembered() throws {
        let path = try fixture.write("a recipe", to: "recipe.yaml")
        #expect(!remember { $0.present = [ExactText(path)] })
        #expect(!remember { $0.absent = [ExactText(path)] })
    }

    @Test func whatIsNotAsItWasWrittenIsNoAnswer() throws {
        let record = try fixture.publish(["text": "words"], as: "step", in: store)
        let page = try fixture.write("as delivered", to: "page.html")
        #expect(
            remember {
                $0.records = [record]
                $0.contents = [page: Digest(of: "as delivered")]
                $0.folders = [fixture.folder: fixture.names(fixture.folder)]
            })
        let file = Shell.run("ls \(fixture.cache)/stores/*/*.snapshot").trimmingCharacters(in: .whitespacesAndNewlines)
        let bytes = try Data(contentsOf: URL(filePath: file))
        for position in bytes.indices {
            var other = bytes
            other[position] ^= 0x10
            try other.write(to: URL(filePath: file))
            #expect(answer == nil, "a flipped bit in byte \(position)")
        }
        for count in bytes.indices {
            try bytes.prefix(count).write(to: URL(filePath: file))
            #expect(answer == nil, "the first \(count) bytes")
        }
        try bytes.write(to: URL(filePath: file))
        #expect(answer == "the answer")
    }
}
