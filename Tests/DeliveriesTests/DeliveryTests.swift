// What may be replaced in a user's folder, and what may not.

import Deliveries
import Digests
import Foundation
import Host
import Storage
import Synchronization
import Testing

@Suite struct DeliveryTests {
    let clock = ManualClock()
    let files: MemoryFiles

    init() throws {
        files = MemoryFiles(clock: clock)
        _ = try files.makeFolder("/project")
        try files.write("rows".utf8, to: "/project/train.csv")
        try files.write("recipe".utf8, to: "/project/recipe.yaml")
    }

    private func delivery(_ author: String = "recipe.yaml", overwrites: Bool = false) -> Delivery {
        Delivery(
            host: .memory(clock: clock, files: files), project: "/project",
            ledgers: [Ledger(folder: "/ledger", project: "/project", files: files)],
            author: Author(madeOf: ["/project/\(author)"]),
            inputs: ["/project/train.csv", "/project/recipe.yaml"], reserved: ["/project/.ablate"],
            overwrites: overwrites)
    }

    private func deliver(_ bytes: [UInt8], to path: String, by delivery: Delivery, _ mark: FileMark? = nil) throws {
        try delivery.write(delivery.require(path, mark: mark, remedy: "choose another path"), bytes)
    }

    private func content(_ path: String) throws -> String {
        String(decoding: try files.content(of: path, limit: 1_000), as: UTF8.self)
    }

    @Test func whatWasDeliveredAndIsAsItWasIsReplaced() throws {
        let path = "/project/submission.csv"
        #expect(try delivery().standing(of: path) == .free)
        try deliver(Array("one".utf8), to: path, by: delivery())
        #expect(try delivery().standing(of: path) == .ours)
        try deliver(Array("two".utf8), to: path, by: delivery())
        #expect(try content(path) == "two")
        #expect(try delivery().standing(of: path) == .ours)
    }

    /// Several engines that write to one place take turns: none takes another's file for the user's, and the last one's stands.
    @Test func enginesThatDeliverToOnePlaceTakeTurns() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "turns-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let system = Host.system.files
        _ = try system.makeFolder(folder)
        let ledger = Ledger(folder: folder + "/ledger", project: "/", files: system)
        @Sendable func delivery() -> Delivery {
            Delivery(
                project: folder, ledgers: [ledger], author: Author(madeOf: [folder + "/recipe.yaml"]), inputs: [],
                overwrites: false)
        }
        let path = folder + "/submission.csv"
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 4) { engine in
            for round in 0..<12 {
                do {
                    let own = delivery()
                    try own.write(
                        own.require(path, remedy: "choose another path"), Array("engine \(engine), \(round)".utf8))
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        // What is asked before a turn may meet another's file as it is exchanged; what is written is written in turn.
        #expect(failures.withLock { $0 } == [])
        #expect(try delivery().standing(of: path) == .ours)
    }

    @Test func noPathLeavesTheFolderOfSeveralProjectsThroughALink() throws {
        _ = try files.makeFolder("/elsewhere")
        _ = try files.makeFolder("/all/one")
        try files.makeLink(at: "/all/logbook", to: "/elsewhere")
        func delivery(_ bounds: [String]) -> Delivery {
            Delivery(
                host: .memory(clock: clock, files: files), project: "/all/one", bounds: bounds,
                ledgers: [Ledger(folder: "/ledger", project: "/all/one", files: files)],
                author: Author(madeOf: ["/all/one/recipe.yaml", "/all/two/recipe.yaml"]), inputs: [], overwrites: false)
        }
        let error = #expect(throws: AblateError.self) {
            try delivery(["/all"]).require("/all/logbook/index.html", remedy: "")
        }
        #expect(error?.kind == .refused && error?.message.contains("through a link, to /elsewhere") == true)
        try delivery([]).require("/all/logbook/index.html", remedy: "choose another path")
        try delivery(["/all"]).require("/all/one/index.html", remedy: "choose another path")
    }

    @Test(arguments: [0o444, 0o400, 0o555])
    func whatWasMadeReadOnlyIsKept(_ permissions: Int) throws {
        let path = "/project/submission.csv"
        try deliver(Array("one".utf8), to: path, by: delivery())
        try files.setPermissions(permissions, of: path)
        #expect(try delivery().standing(of: path) == .edited)
        #expect(throws: AblateError.self) { try delivery().require(path, remedy: "choose another path") }
        try delivery(overwrites: true).require(path, remedy: "choose another path")
    }

    @Test func aRemedyThatWasTriedIsNotNamedAgain() throws {
        let path = "/project/submission.csv"
        try files.makeLink(at: path, to: "/nowhere")
        let error = #expect(throws: AblateError.self) {
            try delivery(overwrites: true).require(path, remedy: "choose another path")
        }
        #expect(error?.advice.contains("or say --overwrite") == false)
    }

    @Test func rightsThatAProgramRunsWithAreNotHandedOn() throws {
        let path = "/project/submission.csv"
        try deliver(Array("one".utf8), to: path, by: delivery())
        try files.setPermissions(0o4755, of: path)
        try deliver(Array("two".utf8), to: path, by: delivery())
        #expect(try files.status(of: path, following: false)?.permissions == 0o755)
    }

    @Test func whatWasEditedIsNot() throws {
        let path = "/project/submission.csv"
        try deliver(Array("one".utf8), to: path, by: delivery())
        try files.write("edited".utf8, to: path)
        #expect(try delivery().standing(of: path) == .edited)
        let error = #expect(throws: AblateError.self) { try delivery().require(path, remedy: "choose another path") }
        #expect(error?.kind == .exists)
        #expect(error?.advice.contains("--overwrite") == true)
        try delivery(overwrites: true).require(path, remedy: "choose another path")
    }

    @Test func whatWasReplacedOnDemandAndComesBackIsTheUsersAgain() throws {
        let path = "/project/submission.csv"
        try files.write("by hand".utf8, to: path)
        try deliver(Array("one".utf8), to: path, by: delivery(overwrites: true))
        #expect(try delivery().standing(of: path) == .ours)
        try files.write("by hand".utf8, to: path)
        #expect(try delivery().standing(of: path) == .edited)
        #expect(throws: AblateError.self) { try deliver(Array("two".utf8), to: path, by: delivery()) }
        #expect(try content(path) == "by hand")
        // Nor is an edit that was replaced.
        try deliver(Array("two".utf8), to: path, by: delivery(overwrites: true))
        try files.write("by hand".utf8, to: path)
        #expect(try delivery().standing(of: path) == .edited)
    }

    @Test(arguments: [false, true])
    func whatComesBetweenAskingAndWritingIsKept(isThereBefore: Bool) throws {
        let path = "/project/out.csv"
        if isThereBefore { try deliver(Array("one".utf8), to: path, by: delivery()) }
        let target = try delivery().require(path, remedy: "name another file")
        try files.write("by hand".utf8, to: path)
        let error = #expect(throws: AblateError.self) { try delivery().write(target, Array("two".utf8)) }
        #expect(error?.kind == .exists)
        #expect(try content(path) == "by hand")
        // In the very moment of writing.
        try files.remove(path)
        if isThereBefore { try deliver(Array("one".utf8), to: path, by: delivery()) }
        let again = try delivery().require(path, remedy: "name another file")
        #expect(throws: AblateError.self) {
            try delivery().write(again, digest: Digest(of: "two")) {
                try $0.append(Array("two".utf8))
                try files.write("by hand".utf8, to: path)
            }
        }
        #expect(try content(path) == "by hand")
        #expect(try files.names(in: "/project")?.contains { $0.contains("part") } == false)
    }

    @Test func aReadersLedgerLearnsNothingAndTheOtherIsBelieved() throws {
        func delivery(_ ledgers: [Ledger]) -> Delivery {
            Delivery(
                host: .memory(clock: clock, files: files), project: "/project", ledgers: ledgers,
                author: Author(madeOf: ["/project/recipe.yaml"]), inputs: [], overwrites: false)
        }
        func ledger(_ folder: String, _ isReadOnly: Bool = false) -> Ledger {
            Ledger(folder: folder, project: "/project", files: files, isReadOnly: isReadOnly)
        }
        let (path, own) = ("/project/out.csv", ledger("/user"))
        try deliver(Array("one".utf8), to: path, by: delivery([ledger("/store"), own]))
        let stored = try ledger("/store").entry(for: path)
        try deliver(Array("two".utf8), to: path, by: delivery([ledger("/store", true), own]))
        #expect(try ledger("/store").entry(for: path) == stored)
        #expect(try delivery([ledger("/store"), own]).standing(of: path) == .ours)
    }

    @Test func whatIsTheUsersIsNot() throws {
        try files.write("mine".utf8, to: "/project/mine.csv")
        #expect(try delivery().standing(of: "/project/mine.csv") == .theirs)
        #expect(throws: AblateError.self) { try delivery().require("/project/mine.csv", remedy: "") }
        try files.makeLink(at: "/project/link.csv", to: "/project/mine.csv")
        #expect(try delivery().standing(of: "/project/link.csv") == .theirs)
        #expect(throws: AblateError.self) { try delivery(overwrites: true).require("/project/link.csv", remedy: "") }
    }

    @Test(arguments: [
        "/project/train.csv", "train.csv", "./train.csv", "sub/../train.csv", "/project/recipe.yaml", "same.csv",
        "folder", "pipe", "away/new.csv", ".ablate/objects/x",
    ])
    func inputsFoldersAndLinksThatLeadAwayAreRefused(_ path: String) throws {
        _ = try files.makeFolder("/project/folder")
        _ = try files.makeFolder("/elsewhere")
        _ = try files.claim("/project/same.csv", for: "/project/train.csv")
        try files.makePipe("/project/pipe")
        try files.makeLink(at: "/project/away", to: "/elsewhere")
        for overwrites in [false, true] {
            let error = #expect(throws: AblateError.self) { try delivery(overwrites: overwrites).standing(of: path) }
            #expect(error?.kind == .refused)
            #expect(throws: AblateError.self) { try deliver([1], to: path, by: delivery(overwrites: overwrites)) }
        }
        #expect(try content("/project/train.csv") == "rows")
        #expect(try files.names(in: "/elsewhere") == [])
    }

    @Test func anotherRecipesResultsAreNotOurs() throws {
        try files.write("copy".utf8, to: "/project/copy.yaml")
        let path = "/project/submission.csv"
        try deliver(Array("one".utf8), to: path, by: delivery("copy.yaml"))
        #expect(try delivery().standing(of: path) == .other(author: "copy.yaml"))
        // Its recipe has gone: it was renamed, and what it made is its own under the new name.
        try files.remove("/project/copy.yaml")
        #expect(try delivery().standing(of: path) == .ours)
    }

    @Test func aCrashBetweenNoteAndFileLeavesTheFileOurs() throws {
        let path = "/project/submission.csv"
        try deliver(Array("one".utf8), to: path, by: delivery())
        files.setFault { action, at in
            action.hasPrefix("move") && at == path ? AblateError(.failed, "crash", path: at) : nil
        }
        #expect(throws: AblateError.self) { try deliver(Array("two".utf8), to: path, by: delivery()) }
        files.setFault(nil)
        #expect(try content(path) == "one")
        #expect(try delivery().standing(of: path) == .ours)
        #expect(try files.names(in: "/project")?.contains { $0.contains("part") } == false)
    }

    @Test func draftsOfKilledProcessesGoAndWhatOnlyLooksLikeOneStays() throws {
        let own = ["/project/.submission.csv.ablate-part", "/project/.submission.csv.mine.ablate-part"]
        let (draft, linked) = (
            "/project/.submission.csv.0123456789abcdef.ablate-part",
            "/project/.submission.csv.fedcba9876543210.ablate-part"
        )
        for path in own + [draft] { try files.write("half".utf8, to: path) }
        _ = try files.claim(linked, for: "/project/train.csv")
        let living = try files.open("/project/.submission.csv.00000000000000ab.ablate-part", .creating)
        #expect(try living.lock(shared: false) == .held)
        try deliver(Array("one".utf8), to: "/project/submission.csv", by: delivery())
        #expect(try content("/project/submission.csv") == "one")
        #expect(!files.exists(draft))
        #expect((own + [linked, living.path]).allSatisfy(files.exists))
        #expect(try content("/project/train.csv") == "rows")
    }

    @Test func outsideOfTheProjectAFileNameAloneIsNoAuthor() throws {
        _ = try files.makeFolder("/shared")
        _ = try files.makeFolder("/other")
        try deliver(Array("one".utf8), to: "/shared/submission.csv", by: delivery())
        #expect(try delivery().standing(of: "/shared/submission.csv") == .ours)
        let other = Delivery(
            host: .memory(clock: clock, files: files), project: "/other",
            ledgers: [Ledger(folder: "/ledger", project: "/project", files: files)],
            author: Author(madeOf: ["/other/recipe.yaml"]), inputs: [],
            overwrites: false)
        if case .other = try other.standing(of: "/shared/submission.csv") {} else { Issue.record("not told apart") }
    }

    /// Whose a file is hangs on whole paths, whatever signs are in them.
    @Test(arguments: [
        ("my recipe.yaml", "other.yaml"), ("x+y.yaml", "z.yaml"), ("a@b.yaml", "b.yaml"), ("a--b.yaml", "a-_b.yaml"),
        ("ä;.yaml", "ä_.yaml"), ("100%.yaml", "100%25.yaml"), ("ablate:x.yaml", "x.yaml"),
    ])
    func recipesOfOneFolderAreToldApart(_ one: String, _ two: String) throws {
        for name in [one, two] { try files.write("recipe".utf8, to: "/project/\(name)") }
        let path = "/project/submission.csv"
        try deliver(Array("one".utf8), to: path, by: delivery(one))
        #expect(try delivery(one).standing(of: path) == .ours)
        #expect(try delivery(two).standing(of: path) == .other(author: one))
        let marks = [one, two].map {
            FileMark(name: "index.html", author: delivery($0).author(in: "/project/logbook"))
        }
        let text = marks[0].sealing("<!-- \(marks[0].placeholder) -->")
        try deliver(Array(text.utf8), to: "/project/logbook.html", by: delivery(one), marks[0])
        #expect(marks[0].holds(for: Array(text.utf8)) && !marks[1].holds(for: Array(text.utf8)))
        try files.remove("/project/\(one)")
        #expect(try delivery(two).standing(of: path) == .ours)
    }

    @Test func aProjectInAProjectIsAnother() throws {
        _ = try files.makeFolder("/project/sub")
        try files.write("recipe".utf8, to: "/project/sub/recipe.yaml")
        let inner = Delivery(
            host: .memory(clock: clock, files: files), project: "/project/sub",
            ledgers: [Ledger(folder: "/ledger", project: "/", files: files)],
            author: Author(madeOf: ["/project/sub/recipe.yaml"]), inputs: [], overwrites: false)
        let outer = Delivery(
            host: .memory(clock: clock, files: files), project: "/project",
            ledgers: [Ledger(folder: "/ledger", project: "/", files: files)],
            author: Author(madeOf: ["/project/recipe.yaml"]), inputs: [], overwrites: false)
        try deliver(Array("one".utf8), to: "/project/sub/s.csv", by: outer)
        #expect(try inner.standing(of: "/project/sub/s.csv") == .other(author: "../recipe.yaml"))
        try deliver(Array("one".utf8), to: "/project/sub/t.csv", by: inner)
        #expect(try outer.standing(of: "/project/sub/t.csv") == .other(author: "recipe.yaml"))
        #expect(inner.author(in: "/project/sub/logbook") != outer.author(in: "/project/sub/logbook"))
    }

    @Test func aFolderIsDeliveredFileByFile() throws {
        for name in ["a/x", "b/c/y"] {
            _ = try files.makeFolder("/draft/\(name.dropLast(2))")
            try files.write("events".utf8, to: "/draft/\(name)")
        }
        try delivery().writeTree("/draft", to: "/project/tb", remedy: "")
        #expect(try content("/project/tb/b/c/y") == "events")
        try delivery().writeTree("/draft", to: "/project/tb", remedy: "")
        try files.write("mine".utf8, to: "/project/tb/a/x")
        #expect(throws: AblateError.self) { try delivery().writeTree("/draft", to: "/project/tb", remedy: "") }
        #expect(try content("/project/tb/a/x") == "mine")
        _ = try files.makeFolder("/elsewhere")
        try files.makeLink(at: "/project/link", to: "/elsewhere")
        #expect(throws: AblateError.self) { try delivery().writeTree("/draft", to: "/project/link", remedy: "") }
        #expect(throws: AblateError.self) { try delivery().writeTree("/draft", to: "/project/link/in", remedy: "") }
    }

    @Test func aFolderMayBeALinkThatStaysInTheProject() throws {
        for folder in ["/project/real", "/elsewhere"] { _ = try files.makeFolder(folder) }
        try files.makeLink(at: "/project/inside", to: "/project/real")
        try files.makeLink(at: "/project/outside", to: "/elsewhere")
        try files.makeLink(at: "/project/nowhere", to: "/project/gone")
        try delivery().requireFolder("/project/inside")
        try delivery().requireFolder("/project/new")
        for path in ["outside", "nowhere", "train.csv"] {
            #expect(throws: AblateError.self) { try delivery().requireFolder("/project/\(path)") }
        }
    }

    @Test func nothingIsWrittenIntoAnyStore() throws {
        _ = try files.makeFolder("/elsewhere/objects")
        try files.write("{}".utf8, to: "/elsewhere/store.json")
        #expect(throws: AblateError.self) { try delivery().standing(of: "/elsewhere/objects/x.csv") }
        #expect(throws: AblateError.self) { try delivery().standing(of: "/elsewhere/x.csv") }
    }

    @Test(arguments: [
        "a/", "a/.", "a/..", "/project/", "train.csv/x", "train.csv/x/y", "/dev/stdout", "/proc/self/fd/1", "/sys/x",
        "a\nb.csv", "a\u{1B}[31m.csv", "a\u{7F}", "to-a-folder",
    ])
    func whereNoFileCanEverBeNothingIsDelivered(_ path: String) throws {
        for folder in ["/dev", "/proc/self/fd", "/sys", "/project/folder"] { _ = try files.makeFolder(folder) }
        try files.makeLink(at: "/project/to-a-folder", to: "/project/folder")
        let error = #expect(throws: AblateError.self) { try delivery().standing(of: path) }
        #expect(error?.kind == .refused)
        #expect(throws: AblateError.self) { try delivery(overwrites: true).require(path, remedy: "") }
    }

    @Test(arguments: ["a", "a.", "..a", "folder/ä b.csv", "nowhere/x.csv", "/dev/shm/x.csv", "/development/x"])
    func unusualNamesAreNames(_ path: String) throws {
        for folder in ["/dev/shm", "/project/folder"] { _ = try files.makeFolder(folder) }
        #expect(try delivery().standing(of: path) == .free)
    }

    @Test func aLostLedgerLeavesMarkedPagesOurs() throws {
        let mark = FileMark(name: "index.html", author: "recipe.yaml")
        let text = mark.sealing("<p>one</p><!-- \(mark.placeholder) -->")
        try deliver(Array(text.utf8), to: "/project/index.html", by: delivery(), mark)
        #expect(try delivery().standing(of: "/project/index.html", mark: mark) == .ours)
        #expect(try files.names(in: "/ledger")?.contains { $0.hasSuffix(".json") } != true)
        try files.write(text.replacing("one", with: "two").utf8, to: "/project/index.html")
        #expect(try delivery().standing(of: "/project/index.html", mark: mark) == .theirs)
    }

    @Test func onlyOwnWholeFiguresAreRemoved() throws {
        let mark = FileMark(name: "figures/a.svg", author: "recipe.yaml")
        let text = mark.sealing("<svg/><!-- \(mark.placeholder) -->")
        _ = try files.makeFolder("/project/figures")
        for name in ["a.svg", "copy.svg"] { try files.write(text.utf8, to: "/project/figures/\(name)") }
        try files.write("<svg/>".utf8, to: "/project/figures/mine.svg")
        for name in ["a.svg", "copy.svg", "mine.svg"] {
            delivery().removeOutdated(
                "/project/figures/\(name)", mark: FileMark(name: "figures/\(name)", author: "recipe.yaml"))
        }
        #expect(try files.names(in: "/project/figures")?.sorted() == ["copy.svg", "mine.svg"])
    }

    @Test(arguments: ["no mark", "ablate-file:x;y;00", "ablate-file:", "<!-- ablate-file:index.html;recipe.yaml;"])
    func whatOnlyLooksLikeAMarkIsNone(_ text: String) {
        #expect(FileMark.author(of: Array(text.utf8)) == nil)
        #expect(!FileMark(name: "index.html", author: "recipe.yaml").holds(for: Array(text.utf8)))
    }

    @Test func aFileThatQuotesAMarkHoldsItsOwn() {
        let quoted = FileMark(name: "a", author: "b")
        let mark = FileMark(name: "index.html", author: "recipe.yaml")
        let text = mark.sealing(
            "\(quoted.placeholder) and \(quoted.sealing(quoted.placeholder)) <!-- \(mark.placeholder) -->")
        #expect(mark.holds(for: Array(text.utf8)))
    }
}
