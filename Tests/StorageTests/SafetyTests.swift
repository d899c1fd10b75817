// What others put into or in place of a store, and disks without locks: in memory, with a clock that is turned.

import Digests
import Host
import Storage
import Testing

@Suite struct SafetyTests {
    let clock = ManualClock()
    let files: MemoryFiles
    let own = ManualProcesses(host: "here", process: 1)

    init() throws {
        files = MemoryFiles(clock: clock)
        _ = try files.makeFolder("/home/docs/deep")
        try files.write("thesis".utf8, to: "/home/docs/deep/thesis.tex")
        try files.write("notes".utf8, to: "/home/docs/a.txt")
    }

    private func host(_ processes: ManualProcesses? = nil) -> Host {
        .memory(name: (processes ?? own).current.host, clock: clock, files: files, processes: processes ?? own)
    }

    private func store(
        _ path: String = "/project/.ablate", _ access: Access = .readWrite, _ processes: ManualProcesses? = nil
    )
        throws -> Store
    { try Store(at: path, access: access, host: host(processes)) }

    @discardableResult
    private func publish(_ step: String, in store: Store, outline: String? = nil) throws -> Record {
        let attempt = try store.beginAttempt(key: Digest(of: step))
        try files.write("content of \(step)".utf8, to: "\(attempt.outputs)/out")
        return try store.publish(
            attempt,
            Record.Draft(
                outline: Digest(of: outline ?? step), manifest: [:], address: step, kind: "fit", outputs: ["out"],
                started: 1, seconds: 1))
    }

    @Test(arguments: [
        "attempts", "reservations", "quarantine", "runs", "pins", "objects", "live", "scratch", "objects/ab",
        "deliveries", "divergent", "annotations", "annotations/ab",
    ])
    func aStoreWithALinkInPlaceOfAFolderIsRefusedAndNothingIsTouched(_ folder: String) throws {
        _ = try store()
        try? files.remove("/project/.ablate/\(folder)")
        try files.makeLink(at: "/project/.ablate/\(folder)", to: "/home/docs")
        for access in [Access.readWrite, .readOnly] {
            let error = #expect(throws: AblateError.self) { try store("/project/.ablate", access) }
            #expect(error?.kind == .refused)
        }
        #expect(try files.content(of: "/home/docs/deep/thesis.tex", limit: 100) == Array("thesis".utf8))
        #expect(try files.names(in: "/home/docs")?.sorted() == ["a.txt", "deep"])
    }

    /// What is written into a lock to say who holds it would be written into the file that the lock is a second name of.
    @Test(arguments: ["collection.lock", "leases/\(Digest(of: "a step"))"])
    func aLockThatIsASecondNameOfSomebodysFileIsRefused(_ name: String) throws {
        let store = try store()
        try publish("a step", in: store)
        try? files.remove("/project/.ablate/\(name)")
        #expect(try files.claim("/project/.ablate/\(name)", for: "/home/docs/a.txt"))
        let acts: [() throws -> Void] = [
            { _ = try store.collect(dryRun: false, owner: { _ in nil }) { ([], []) } },
            { _ = try store.lease(Digest(of: "a step")) }, { _ = try self.publish("another step", in: store) },
        ]
        let errors = acts.compactMap { act -> AblateError? in
            do {
                try act()
                return nil
            } catch { return error as? AblateError }
        }
        #expect(!errors.isEmpty)
        #expect(errors.allSatisfy { $0.kind == .refused && $0.message.contains("hard link") })
        #expect(try files.content(of: "/home/docs/a.txt", limit: 100) == Array("notes".utf8))
    }

    /// Only what is called as the draft of a mark is one: a file, sixteen digits, no other name.
    @Test func aFolderWithNamesLikeADraftsIsNoStoreAndNothingOfItIsSwept() throws {
        _ = try files.makeFolder("/mine/.store-notes")
        try files.write("mine".utf8, to: "/mine/.store-notes/a")
        #expect(throws: AblateError.self) { try store("/mine") }
        _ = try store()
        for name in [".store-notes", ".store-0123456789ABCDEF", ".store-0123456789abcde"] {
            try files.write("mine".utf8, to: "/project/.ablate/\(name)")
        }
        _ = try files.makeFolder("/project/.ablate/.store-0123456789abcdef")
        try files.write("draft".utf8, to: "/project/.ablate/.store-fedcba9876543210")
        clock.advance(seconds: 86_400)
        _ = try store()
        let left = try (files.names(in: "/project/.ablate") ?? []).filter { $0.hasPrefix(".store-") }.sorted()
        #expect(
            left == [".store-0123456789ABCDEF", ".store-0123456789abcde", ".store-0123456789abcdef", ".store-notes"])
    }

    /// The user's cache folder may be a link to a disk on which other things lie.
    @Test func whatIsKeptForAStoreThatIsGoneGoesAndNothingElse() throws {
        let gone = "0123456789ab"
        for (name, content) in [
            (gone, ["store": "/gone/.ablate", "here.sqlite": "rows", "here-numbers.numbers": "1"]),
            ("mine", ["store": "/gone/.ablate", "precious": "mine"]),
            ("ba9876543210", ["store": "/gone/.ablate", "precious": "mine"]), ("aaaaaaaaaaaa", ["store": "a text"]),
        ] {
            _ = try files.makeFolder("/cache/stores/\(name)")
            for (file, text) in content { try files.write(text.utf8, to: "/cache/stores/\(name)/\(file)") }
        }
        _ = try Store(at: "/project/.ablate", access: .readWrite, host: host(), cache: "/cache")
        _ = try Store(at: "/other/.ablate", access: .readWrite, host: host(), cache: "/cache")
        let left = Set(try files.names(in: "/cache/stores") ?? [])
        #expect(left.isSuperset(of: ["mine", "ba9876543210", "aaaaaaaaaaaa"]) && !left.contains(gone))
        #expect(try files.content(of: "/cache/stores/mine/precious", limit: 10) == Array("mine".utf8))
    }

    @Test func logsThatNobodyReadsWholeLoseTheirMiddle() throws {
        let store = try store()
        let attempt = try store.beginAttempt(key: Digest(of: "loud"))
        let line = Array("the same line again\n".utf8)
        try files.write(
            Array("first\n".utf8) + (0..<1_000_000).flatMap { _ in line } + Array("last\n".utf8), to: attempt.log)
        let kept = try #require(store.discard(attempt, keepingLog: true))
        let text = String(decoding: try files.content(of: kept, limit: 1 << 30), as: UTF8.self)
        #expect(text.utf8.count < 17 << 20 && text.hasPrefix("first\n") && text.hasSuffix("last\n"))
        #expect(text.contains("bytes are left out here"))
    }

    @Test func logsOfFailuresGoWithTheNextSuccessOrTheNextFailure() throws {
        let store = try store()
        func fail(_ step: String, _ text: String) throws {
            let attempt = try store.beginAttempt(key: Digest(of: step))
            try files.write(text.utf8, to: attempt.log)
            store.discard(attempt, keepingLog: true)
            clock.advance(seconds: 1)
        }
        for text in ["one", "two"] { try fail("a", text) }
        try fail("b", "three")
        try publish("b", in: store)
        let result = try store.collect(dryRun: false, owner: { _ in nil }) { ([Digest(of: "b")], []) }
        #expect(result.remains.count == 2)
        let names = try #require(try files.names(in: "/project/.ablate/failures"))
        #expect(names.count == 1)
        #expect(try files.content(of: "/project/.ablate/failures/\(names[0])", limit: 10) == Array("two".utf8))
    }

    @Test func anEmptyMarkIsToldFromAnotherFormat() throws {
        _ = try store()
        try files.write([0, 0, 0], to: "/project/.ablate/store.json")
        let error = #expect(throws: AblateError.self) { try store() }
        #expect(error?.kind == .damaged && error?.advice.contains("{\"format\":1}") == true)
    }

    @Test func aFolderWithoutTheMarkIsNoStore() throws {
        _ = try files.makeFolder("/work/attempts/2024")
        try files.write("mine".utf8, to: "/work/attempts/2024/notes.txt")
        for access in [Access.readWrite, .readOnly] {
            let error = #expect(throws: AblateError.self) { try store("/work", access) }
            #expect(error?.kind == .foreign)
        }
        #expect(try files.names(in: "/work") == ["attempts"])
        _ = try files.makeFolder("/empty")
        _ = try store("/empty")
        #expect(files.exists("/empty/store.json"))
        #expect(files.exists("/empty/.gitignore"))
    }

    @Test func whatOthersPutAmongAttemptsStays() throws {
        _ = try store()
        try files.write("mine".utf8, to: "/project/.ablate/attempts/list.txt")
        _ = try store()
        #expect(files.exists("/project/.ablate/attempts/list.txt"))
    }

    // MARK: Disks without locks

    @Test func withoutLocksTheAttemptOfALivingEngineStaysAndOneOfAGoneEngineGoes() throws {
        files.setLocks(false)
        let engine = ManualProcesses(host: "here", process: 7)
        own.start(engine.current)
        var attempt: Attempt? = try store("/project/.ablate", .readWrite, engine).beginAttempt(key: Digest(of: "a"))
        let folder = try #require(attempt?.folder)
        _ = try store()
        #expect(files.exists(folder))
        own.end(engine.current)
        _ = try store("/project/.ablate", .readOnly)
        #expect(files.exists(folder))
        _ = try store()
        #expect(!files.exists(folder))
        attempt = nil
    }

    @Test func withoutLocksAnEngineOfAnotherMachineIsKnownByItsSignsOfLife() throws {
        files.setLocks(false)
        let far = ManualProcesses(host: "far", process: 7)
        let attempt = try store("/project/.ablate", .readWrite, far).beginAttempt(key: Digest(of: "a"))
        clock.advance(seconds: 500)
        _ = try store()
        #expect(files.exists(attempt.folder))
        clock.advance(seconds: 200)
        _ = try store()
        #expect(!files.exists(attempt.folder))
    }

    /// The clock that marks files is the disk's, which may be a server's: a machine whose own is ahead ends nobody.
    @Test func withoutLocksSignsOfLifeAreReadByTheDisksClock() throws {
        files.setLocks(false)
        let far = ManualProcesses(host: "far", process: 7)
        let attempt = try store("/project/.ablate", .readWrite, far).beginAttempt(key: Digest(of: "a"))
        let ahead = ManualClock(now: clock.now)
        ahead.advance(seconds: 3 * 86_400)
        let host = Host.memory(name: "here", clock: ahead, files: files, processes: own)
        _ = try Store(at: "/project/.ablate", access: .readWrite, host: host)
        #expect(files.exists(attempt.folder))
        clock.advance(seconds: 700)
        _ = try Store(at: "/project/.ablate", access: .readWrite, host: host)
        #expect(!files.exists(attempt.folder))
    }

    @Test func withoutLocksALeaseIsHeldByOneAndSaysByWhom() throws {
        files.setLocks(false)
        let engine = ManualProcesses(host: "here", process: 7)
        own.start(engine.current)
        let lease = try store("/project/.ablate", .readWrite, engine).lease(Digest(of: "a"))
        #expect(lease != nil)
        clock.advance(seconds: 180)
        let mine = try store()
        #expect(try mine.lease(Digest(of: "a")) == nil)
        #expect(mine.leaseHolder(Digest(of: "a")) == "process 7 on here, for 3 min")
        own.end(engine.current)
        #expect(try mine.lease(Digest(of: "a")) != nil)
    }

    @Test func withoutLocksNothingIsCollectedWhileARunGoesOn() throws {
        files.setLocks(false)
        let store = try store()
        let record = try publish("a", in: store)
        let reservation = try store.reserve([record.outline])
        let error = #expect(throws: AblateError.self) {
            try store.collect(dryRun: false, owner: { _ in nil }) { ([], []) }
        }
        #expect(error?.kind == .busy)
        #expect(try store.record(for: record.key) != nil)
        withExtendedLifetime(reservation) {}
    }

    @Test func aWaitForACollectionIsTold() throws {
        let store = try store()
        let lock = Box(try files.open("/project/.ablate/collection.lock", .locking))
        #expect(try lock.file?.lock(shared: false) == .held)
        let said = Said()
        store.reportWaits {
            said.add($0)
            lock.drop()
        }
        // The lock goes once the wait was told; a pause turns the clock.
        _ = try store.reserve([])
        #expect(said.all.count == 1)
        #expect(said.all.first?.contains("collection.lock") == true)
    }

    // MARK: Read means verified

    @Test func damagedContentIsNamedAndPutAside() throws {
        let store = try store()
        let record = try publish("a", in: store)
        let output = try #require(record.outputs["out"])
        #expect(try store.content(of: output, from: "a") == Array("content of a".utf8))
        try damage(store.path(of: output.digest))
        for reader in [try self.store("/project/.ablate", .readOnly), store] {
            let error = #expect(throws: AblateError.self) { try reader.content(of: output, from: "m/evaluate") }
            #expect(error?.kind == .damaged)
            #expect(error?.description.contains("m/evaluate") == true)
        }
        #expect(try store.record(for: record.key) == nil)
        #expect(try files.names(in: "/project/.ablate/quarantine")?.count == 1)
    }

    /// Same size, other bytes.
    private func damage(_ path: String) throws {
        var bytes = try files.content(of: path, limit: 1 << 20)
        bytes[bytes.count / 2] ^= 1
        let stamp = try files.requireStatus(of: path, following: false)
        try files.write(bytes, to: path)
        try files.setPermissions(stamp.permissions, of: path)
    }

    @Test func nothingIsCollectedWhileARunsDocumentCannotBeRead() throws {
        let store = try store()
        let record = try publish("a", in: store)
        try store.writeRun("recipe", ["schema_version": 1, "keys": ["a": .string(record.key.description)]])
        let path = "/project/.ablate/runs/recipe/00000001.json"
        let whole = try files.content(of: path, limit: 1 << 20)
        for bit in 0..<(whole.count * 8) {
            var bytes = whole
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            try files.write(bytes, to: path)
            // A flip may fall into the white space around what is sealed; then the document says what it said.
            if try store.latestRun("recipe")?.document["keys"]?["a"]?.string == record.key.description { continue }
            #expect(try store.latestRun("recipe")?.document == nil, "bit \(bit)")
            let error = #expect(throws: AblateError.self, "bit \(bit)") {
                try store.collect(dryRun: false, owner: { _ in nil }) { ([], []) }
            }
            #expect(error?.kind == .damaged)
        }
        #expect(try store.record(for: record.key) != nil)
        try files.write("{".utf8, to: path)
        let found = try store.verify()
        #expect(found.damaged.map(\.path) == [path])
        let error = #expect(throws: AblateError.self) {
            try store.collect(dryRun: true, owner: { _ in nil }) { ([], []) }
        }
        try files.remove(try #require(error?.path))
        #expect(try store.collect(dryRun: true, owner: { _ in nil }) { ([], []) }.records.count == 1)
    }

    @Test func documentsOfEarlierVersionsAreRead() throws {
        let store = try store()
        _ = try files.makeFolder("/project/.ablate/runs/recipe")
        try files.write("{\"schema_version\":1,\"keys\":{}}".utf8, to: "/project/.ablate/runs/recipe/00000001.json")
        #expect(try store.latestRun("recipe")?.document == ["schema_version": 1, "keys": [:]])
        _ = try store.collect(dryRun: true, owner: { _ in nil }) { ([], []) }
    }

    @Test func numbersThatNoDocumentEverHadAreNoTrap() throws {
        let store = try store()
        _ = try files.makeFolder("/project/.ablate/runs/recipe")
        for name in ["9223372036854775807", "99999999999999999999", "-0000001", "0000000001"] {
            try files.write("{}".utf8, to: "/project/.ablate/runs/recipe/\(name).json")
        }
        #expect(try store.writeRun("recipe", [:]) == 1)
    }

    @Test func recordsOfANewerVersionAreLeftAlone() throws {
        let store = try store()
        let record = try publish("a", in: store)
        let path = "/project/.ablate/records/\(record.key.description.prefix(2))/\(record.key).json"
        let text = String(decoding: try files.content(of: path, limit: 1 << 20), as: UTF8.self)
        let body = text.dropFirst(10).prefix { $0 != "\n" }.dropLast(75).replacing("\"format\":1", with: "\"format\":2")
        let newer = "{\"record\":\(body),\"seal\":\"\(Digest(of: String(body)))\"}\n"
        try files.write(newer.utf8, to: path)
        let found = try self.store().verify()
        #expect(found.damaged.isEmpty)
        #expect(found.foreign == 1)
        #expect(files.exists(path))
    }
}

/// Texts that were said.
private final class Said: @unchecked Sendable {
    private(set) var all: [String] = []
    func add(_ text: String) { all.append(text) }
}

/// A file that is let go of from another place.
private final class Box: @unchecked Sendable {
    private(set) var file: (any OpenFile)?
    init(_ file: any OpenFile) { self.file = file }
    func drop() { file = nil }
}
