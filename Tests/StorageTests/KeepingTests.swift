// What a look at everything finds and what a collection leaves alone, in memory.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct KeepingTests {
    let files = MemoryFiles(clock: ManualClock())
    let root = "/project/.ablate"

    private func store() throws -> Store {
        try Store(at: root, host: .memory(name: "here", clock: ManualClock(), files: files))
    }

    @discardableResult
    private func publish(
        _ step: String, in store: Store, content: String? = nil, replacing: Bool = false
    ) throws -> Record {
        let attempt = try store.beginAttempt(key: Digest(of: step))
        try files.write((content ?? "content of \(step)").utf8, to: "\(attempt.outputs)/out")
        return try store.publish(
            attempt,
            Record.Draft(
                outline: Digest(of: "outline of \(step)"), manifest: [:], address: step, kind: "fit", outputs: ["out"],
                started: 1, seconds: 1), replacing: replacing)
    }

    private func collect(_ store: Store, keeping keys: Set<Digest> = []) throws -> CollectionResult {
        try store.collect(dryRun: false, owner: { $0["owner"]?.string }) { (keys, []) }
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try files.content(of: path, limit: 1 << 20), as: UTF8.self)
    }

    /// Changes a text in a file.
    private func edit(_ path: String, _ old: String, _ new: String) throws {
        let before = try text(path)
        #expect(before.contains(old))
        if let stamp = try files.status(of: path, following: false), stamp.permissions & 0o200 == 0 {
            try files.remove(path)
        }
        try files.write(before.replacing(old, with: new, maxReplacements: 1).utf8, to: path)
    }

    private func path(_ key: Digest) -> String { "\(root)/records/\(key.description.prefix(2))/\(key).json" }

    // MARK: Documents of runs that were put aside

    @Test func aDocumentPutAsideWaitsForTheNextRunOfItsOwnRecipe() throws {
        let store = try store()
        try store.writeRun("base", ["owner": "a", "what": "x"])
        try store.writeRun("base", ["owner": "b"])
        try edit("\(root)/runs/base/00000001.json", "\"x\"", "\"y\"")
        #expect(try store.verify().damaged.count == 1)
        try store.writeRun("base", ["owner": "b"])
        let error = #expect(throws: AblateError.self) { try collect(store) }
        #expect(error?.kind == .damaged && error?.path.contains("/quarantine/runs-base-00000001") == true)
        #expect(error?.message.contains("has not been run since") == true)
        try store.writeRun("base", ["owner": "a"])
        _ = try collect(store)
    }

    @Test func aDocumentPutAsideThatHadASuccessorAlreadyHoldsNothingUp() throws {
        let store = try store()
        try store.writeRun("my-recipe", ["owner": "a", "what": "x"])
        try store.writeRun("my-recipe", ["owner": "a"])
        try edit("\(root)/runs/my-recipe/00000001.json", "\"x\"", "\"y\"")
        _ = try store.verify()
        _ = try collect(store)
    }

    @Test func aDocumentPutAsideThatDoesNotSayWhoseItIsStaysInTheWay() throws {
        let store = try store()
        try store.writeRun("base", ["owner": "a"])
        try files.write("{".utf8, to: "\(root)/runs/base/00000001.json")
        _ = try store.verify()
        try store.writeRun("base", ["owner": "a"])
        let error = #expect(throws: AblateError.self) { try collect(store) }
        #expect(error?.message.contains("does not say any more") == true)
        #expect(error?.advice.contains("delete the file") == true)
        try files.remove(try #require(error?.path))
        _ = try collect(store)
    }

    // MARK: What a newer version wrote

    /// The text of a sealed document as a later version may write it.
    private func newer(_ path: String) throws {
        var members = try #require(try JSON(parsing: text(path)).object)
        members["seal"] = nil
        members["store_format"] = 3
        members["seal"] = .string(Digest(of: JSON.object(members).text()).description)
        try files.write((JSON.object(members).text(.indented) + "\n").utf8, to: path)
    }

    private func newerRecord(_ path: String) throws {
        let old = try text(path)
        let body = old.dropFirst(10).dropLast(76).replacing("\"format\":1", with: "\"format\":2")
        try files.remove(path)
        try files.write("{\"record\":\(body),\"seal\":\"\(Digest(of: String(body)))\"}\n".utf8, to: path)
    }

    @Test func recordsOfANewerVersionStayWithWhatTheyName() throws {
        let store = try store()
        let (newer, old) = (try publish("newer", in: store), try publish("old", in: store))
        let further = try publish("further", in: store)
        _ = try publish("further", in: store, content: "another", replacing: true)
        let divergent = try #require(try files.names(in: "\(root)/divergent")?.first)
        try newerRecord(path(newer.key))
        try newerRecord("\(root)/divergent/\(divergent)")
        _ = try files.makeFolder("\(root)/records/aa")
        try files.write("of another version".utf8, to: "\(root)/records/aa/list")
        #expect(try store.verify().foreign == 2)
        let result = try collect(self.store())
        #expect(result.records.count == 1)
        // The further one is named by what a newer version kept of its key.
        #expect(result.keptRecords.count == 2)
        for object in [newer.outputs["out"], further.outputs["out"]] {
            #expect(files.exists(store.path(of: try #require(object?.digest))))
        }
        #expect(files.exists(path(newer.key)) && files.exists("\(root)/divergent/\(divergent)"))
        #expect(files.exists("\(root)/records/aa/list") && !files.exists(path(old.key)))
        #expect(!files.exists(store.path(of: try #require(old.outputs["out"]?.digest))))
    }

    @Test(arguments: ["run", "pin"])
    func documentsOfANewerVersionStayWithWhatTheyName(_ what: String) throws {
        let store = try store()
        let (kept, lost) = (try publish("kept", in: store), try publish("lost", in: store))
        let document: JSON = ["keys": ["kept": .string(kept.key.description)]]
        if what == "run" { try store.writeRun("r", document) } else { try store.pin("r", document) }
        let place = what == "run" ? "\(root)/runs/r/00000001.json" : "\(root)/pins/r.json"
        try newer(place)
        let before = try text(place)
        let found = try store.verify()
        #expect(found.damaged.isEmpty && found.foreign == 1)
        #expect(try store.pins().isEmpty && store.runs("r").isEmpty)
        #expect(try collect(store).records.count == 1)
        #expect(try text(place) == before)
        #expect(try store.record(for: kept.key) != nil && store.record(for: lost.key) == nil)
    }

    @Test func remarksOfANewerVersionArePassedOver() throws {
        let store = try store()
        try store.writeRun("_notes.r", ["text": "one"])
        try store.writeRun("_notes.r", ["text": "two"])
        try newer("\(root)/runs/_notes.r/00000001.json")
        #expect(try store.remarks("_notes.r", what: "a note", advice: "") == [["text": "two"]])
        #expect(try store.verify().isSound)
    }

    @Test func aChangedFormatMakesNoNewerDocument() throws {
        let store = try store()
        try store.writeRun("r", ["owner": "a"])
        try edit("\(root)/runs/r/00000001.json", "\"store_format\": 2", "\"store_format\": 3")
        let record = try publish("a", in: store)
        try edit(path(record.key), "\"format\":1", "\"format\":3")
        let found = try store.verify()
        #expect(found.damaged.count == 2 && found.foreign == 0)
    }

    // MARK: What is damaged

    @Test func aDamagedRemarkIsToldAndNothingIsClaimedOfTheRest() throws {
        let store = try store()
        try store.writeRun("_notes.r", ["text": "one"])
        try store.writeRun("_notes.r", ["text": "two"])
        try edit("\(root)/runs/_notes.r/00000001.json", "one", "own")
        let error = #expect(throws: AblateError.self) { try store.remarks("_notes.r", what: "a note", advice: "") }
        #expect(error?.kind == .damaged && error?.path == "\(root)/runs/_notes.r/00000001.json")
        #expect(error?.message.contains("a note is not as it was written") == true)
        let found = try store.verify()
        #expect(found.damaged.map(\.isLastCopy) == [true])
        #expect(files.exists("\(root)/runs/_notes.r/00000001.json"))
        _ = try collect(store)
    }

    @Test func aDamagedNoteOfADeliveryIsNoRunsDocument() throws {
        let store = try store()
        let ledger = store.ledger(ofProject: "/project")
        try ledger.note(.init(digest: Digest(of: "x"), previous: nil, author: "r.yaml"), for: "/project/submission.csv")
        let name = try #require(try files.names(in: "\(root)/deliveries")?.first)
        try edit("\(root)/deliveries/\(name)", "r.yaml", "s.yaml")
        _ = try collect(store)
        let found = try store.verify()
        #expect(found.damaged.count == 1 && found.damaged[0].message.contains("delivered file"))
        #expect(found.damaged[0].message.contains("recipe") == false)
        #expect(try store.verify().isSound)
    }

    @Test(arguments: ["one digit", "its object"])
    func aFurtherResultThatIsNotWholeIsFoundAndNoLongerTold(_ damage: String) throws {
        let store = try store()
        let first = try publish("a", in: store, content: "one")
        _ = try publish("a", in: store, content: "two", replacing: true)
        let name = try #require(try files.names(in: "\(root)/divergent")?.first)
        #expect(try store.isDivergent(first.key) && store.divergentRecords(first.key).count == 1)
        if damage == "one digit" {
            try edit("\(root)/divergent/\(name)", "\"seconds\":1", "\"seconds\":9")
            #expect(try !store.isDivergent(first.key) && store.divergentRecords(first.key).isEmpty)
        } else {
            try files.remove(store.path(of: Digest(of: "one")))
        }
        let found = try store.verify()
        #expect(found.damaged.map(\.path) == ["\(root)/divergent/\(name)"])
        #expect(try files.names(in: "\(root)/divergent") == [] && !store.isDivergent(first.key))
        #expect(try store.verify().isSound)
    }

    // MARK: Checkpoints

    /// As the worker's Python writes it: two tensors and `{"losses": [0.5]}`.
    private static let checkpoint = """
        +AAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJwcm9ncmVzcyI6IntcImxvc3Nlc1wiOiBbMC41XX0iLCJzZWFsIjoiNGZhNzMxMDZkOGMyOTRjZmY4
        MGRmZTg2OWU0NzM4NDI2ZmNlYmJjMTFmODgwNGM0YjAzNjExMGVlOTdmZWVhYyJ9LCJ3ZWlnaHQuYSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpb
        M10sImRhdGFfb2Zmc2V0cyI6WzAsMTJdfSwicmFuZG9tIjp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzVdLCJkYXRhX29mZnNldHMiOlsxMiwxN119
        fSAgIAAAAAAAAIA/AAAAQAABAgME
        """

    @Test func checkpointsAreHeldToTheirDigest() throws {
        let store = try store()
        let whole = Array(try #require(Data(base64Encoded: Self.checkpoint, options: .ignoreUnknownCharacters)))
        let folder = "\(root)/scratch/\(Digest(of: "a step"))"
        let path = "\(folder)/checkpoint.safetensors"
        _ = try files.makeFolder(folder)
        try files.write(whole, to: path)
        #expect(try store.verify().isSound)
        let header = 8 + 248
        for place in [0, 8, 40, 52, 90, 130, header - 1, header, header + 3, whole.count - 1] {
            var bytes = whole
            bytes[place] ^= 1
            try files.write(bytes, to: path)
            #expect(try store.verify().damaged.map(\.path) == [path], "byte \(place)")
            #expect(!files.exists(path))
        }
        for count in [0, 7, 100, header, whole.count - 1] {
            try files.write(whole.prefix(count), to: path)
            #expect(try store.verify().damaged.map(\.path) == [path], "\(count) bytes")
        }
    }

    // MARK: Answers of endpoints

    /// As the worker's Python writes it.
    private static let asked = String(repeating: "ab", count: 32)
    private static let answer =
        #"{"answer":{"asked":"\#(asked)","completion-tokens":2,"prompt-tokens":11,"text":"3 \#u{2028} é \u0001 \"q\""}"#
        + #","seal":"fa2b5818857f44c169e74c12c7ae7992cad95b70b19da2597c622fb3f2f68097"}"# + "\n"

    @Test func keptAnswersAreHeldToTheirSeal() throws {
        let store = try store()
        let folder = "\(root)/annotations/ab"
        _ = try files.makeFolder(folder)
        let path = "\(folder)/\(Self.asked.dropFirst(2)).json"
        try files.write(Self.answer.utf8, to: path)
        try files.write("half".utf8, to: path + ".77.part")
        #expect(try store.verify().isSound && store.verify().answers == 1)
        for (old, new) in [("3 ", "9 "), (":11", ":12"), ("fa2b", "fa2c"), ("\"asked\":\"ab", "\"asked\":\"ac")] {
            try files.write(Self.answer.replacing(old, with: new).utf8, to: path)
            let found = try store.verify()
            #expect(found.damaged.map(\.path) == [path], "\(new)")
            #expect(!files.exists(path))
        }
        // The answer to another question.
        let other = "\(folder)/\(String(repeating: "0", count: 62)).json"
        try files.write(Self.answer.utf8, to: other)
        #expect(try store.verify().damaged.map(\.path) == [other])
    }

    @Test func answersThatOlderVersionsKeptAreSoundAsTheyAre() throws {
        let store = try store()
        _ = try files.makeFolder("\(root)/annotations/ab")
        let path = "\(root)/annotations/ab/\(String(repeating: "0", count: 62)).json"
        try files.write(#"{"completion-tokens":2,"prompt-tokens":11,"text":"3"}"#.utf8, to: path)
        #expect(try store.verify().isSound)
        try files.write(#"{"completion-tokens":2,"prompt-tok"#.utf8, to: path)
        #expect(try store.verify().damaged.map(\.path) == [path])
    }
}
