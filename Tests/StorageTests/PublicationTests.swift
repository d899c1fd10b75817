// Publishing attempts and finding their records again.

import Digests
import Formats
import Foundation
import Host
import Storage
import Testing

@Suite struct PublicationTests {
    let fixture: Fixture
    let store: Store

    init() throws {
        fixture = try Fixture()
        store = try fixture.store()
    }

    @Test func aPublishedStepIsFoundByTheNextEngine() throws {
        let record = try fixture.publish(["model.bin": "weights"], as: "a", in: store)
        #expect(record.outputs == ["model.bin": Output(file: Digest(of: "weights"), size: 7)])
        #expect(record.address == "model/a")
        #expect(record.log == Digest(of: "log of a\n"))
        #expect(try fixture.store().record(for: Digest(of: "a")) == record)
        #expect(try fixture.store().record(for: Digest(of: "b")) == nil)
        #expect(try fixture.read(store.path(of: Digest(of: "weights"))) == "weights")
        #expect(Shell.run("stat -c %a \(store.path(of: Digest(of: "weights")))") == "444\n")
    }

    @Test func nothingButTheRecordAndItsObjectsStays() throws {
        try fixture.publish(["a": "1"], as: "a", in: store)
        for folder in ["attempts", "scratch", "leases", "failures"] {
            #expect(fixture.names("\(fixture.root)/\(folder)") == [])
        }
    }

    @Test func aFolderIsToldByItsFiles() throws {
        let record = try fixture.publish(
            ["model/b/c.txt": "c", "model/a.txt": "aa", "model/b.txt": "b"], as: "a", in: store)
        let output = try #require(record.outputs["model"])
        #expect(output.size == 4)
        let entries = [
            Output.Entry(path: "a.txt", digest: Digest(of: "aa"), size: 2),
            Output.Entry(path: "b.txt", digest: Digest(of: "b"), size: 1),
            Output.Entry(path: "b/c.txt", digest: Digest(of: "c"), size: 1),
        ]
        #expect(output == Output(folder: entries.reversed()))
        #expect(output.form == .folder(entries))
        #expect(try fixture.store().record(for: Digest(of: "a"))?.outputs["model"] == output)

        let place = fixture.path("inputs/model")
        try FileManager.default.createDirectory(atPath: fixture.path("inputs"), withIntermediateDirectories: true)
        try store.materialise(output, at: place)
        #expect(try fixture.read(place + "/b/c.txt") == "c")
        #expect(try store.digest(ofFolder: place) == output.digest)
    }

    @Test func aFileIsMaterialisedAsALink() throws {
        let record = try fixture.publish(["table.csv": "x,y\n"], as: "a", in: store)
        try store.materialise(try #require(record.outputs["table.csv"]), at: fixture.path("input.csv"))
        #expect(try fixture.read(fixture.path("input.csv")) == "x,y\n")
        #expect(Shell.run("test -L \(fixture.path("input.csv")) && echo link") == "link\n")
    }

    @Test func theFirstPublisherWins() throws {
        let other = try fixture.store()
        let slow = try other.beginAttempt(key: Digest(of: "a"))
        try fixture.write("second", to: slow.outputs + "/out")
        let first = try fixture.publish(["out": "first"], as: "a", in: store)
        #expect(try other.publish(slow, fixture.draft("a")) == first)
        #expect(try fixture.store().record(for: Digest(of: "a")) == first)
        #expect(fixture.names(fixture.root + "/attempts") == [])
    }

    @Test func manyPublishersAgreeOnOneRecord() async throws {
        let (fixture, root) = (fixture, fixture.root)
        let records = try await withThrowingTaskGroup(of: Record.self) { group in
            for index in 0..<16 {
                group.addTask { try fixture.publish(["out": "\(index)"], as: "a", in: try Store(at: root)) }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(records.count == 1)
        #expect(try fixture.store().record(for: Digest(of: "a")) == records.first)
    }

    @Test func equalContentsAreKeptOnce() throws {
        try fixture.publish(["out": "same"], as: "a", in: store)
        let before = Shell.run("stat -c %i \(store.path(of: Digest(of: "same")))")
        try fixture.publish(["out": "same"], as: "b", in: store)
        #expect(Shell.run("stat -c %i \(store.path(of: Digest(of: "same")))") == before)
    }

    @Test func whatJSONCannotSayBecomesNull() throws {
        let record = try fixture.publish(["out": "1"], as: "a", in: store, metrics: ["loss": .number(.nan)])
        #expect(record.metrics == ["loss": .null])
        #expect(try fixture.store().record(for: Digest(of: "a")) == record)
    }

    @Test func aMissingOutputIsNeverPublished() throws {
        let error = #expect(throws: AblateError.self) {
            try fixture.publish(["other": "1"], as: "a", in: store, expecting: ["model"])
        }
        #expect(error?.kind == .incomplete)
        #expect(error?.message == "the step ended without its output \"model\"")
        #expect(try store.record(for: Digest(of: "a")) == nil)
    }

    @Test(arguments: [
        "ln -s /etc/passwd out", "mkfifo out", "mkdir out && ln -s ../../log.txt out/a", "mkdir out && mkfifo out/a",
        "mkdir out", "mkdir -p out/a/b", "ln -s . out",
    ])
    func whatIsNoPlainFileIsRefused(command: String) throws {
        let attempt = try store.beginAttempt(key: Digest(of: "a"))
        Shell.run("cd \(attempt.outputs) && \(command)")
        let error = #expect(throws: AblateError.self) { try store.publish(attempt, fixture.draft("a")) }
        #expect(error?.kind == .refused)
        #expect(try store.record(for: Digest(of: "a")) == nil)
    }

    @Test(arguments: ["", "..", ".", "a/b", "/etc/passwd"])
    func namesThatLeadElsewhereAreRefused(name: String) throws {
        let error = #expect(throws: AblateError.self) {
            try fixture.publish(["out": "1"], as: "a", in: store, expecting: [name])
        }
        #expect(error?.kind == .refused)
    }

    @Test(arguments: ["../x", "/x", "a/../../x", "a//b", "", "."])
    func entriesThatLeadElsewhereAreRefused(path: String) throws {
        try fixture.publish(["out": "1"], as: "a", in: store)
        let output = Output(folder: [Output.Entry(path: path, digest: Digest(of: "1"), size: 1)])
        #expect(throws: FormatError.self) {
            try Output(reading: JSONDocument(output.json, name: "the record"))
        }
        let error = #expect(throws: AblateError.self) { try store.materialise(output, at: fixture.path("inputs")) }
        #expect(error?.kind == .refused)
    }

    @Test func anOutputWithASecondNameIsCopied() throws {
        let attempt = try store.beginAttempt(key: Digest(of: "a"))
        try fixture.write("kept", to: "outside")
        Shell.run("ln \(fixture.path("outside")) \(attempt.outputs)/out")
        _ = try store.publish(attempt, fixture.draft("a"))
        try fixture.write("changed", to: fixture.path("outside"))
        #expect(try fixture.read(store.path(of: Digest(of: "kept"))) == "kept")
    }

    @Test func aDiscardedAttemptLeavesItsLogAndItsScratchFolder() throws {
        let attempt = try store.beginAttempt(key: Digest(of: "a"))
        try fixture.write("it failed", to: attempt.log)
        try fixture.write("checkpoint", to: attempt.scratch + "/checkpoint")
        let log = try #require(store.discard(attempt, keepingLog: true))
        #expect(try fixture.read(log) == "it failed")
        #expect(fixture.names(fixture.root + "/attempts") == [])
        let next = try store.beginAttempt(key: Digest(of: "a"))
        #expect(try fixture.read(next.scratch + "/checkpoint") == "checkpoint")
        #expect(store.discard(next, keepingLog: true) == nil)
    }
}
