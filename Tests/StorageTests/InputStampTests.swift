// What leads to an input counts with it: links and folders that were changed and put back while it was read.

import Foundation
import Host
import Storage
import Testing

@Suite struct InputStampTests {
    private let clock = ManualClock()
    private let files: MemoryFiles

    init() throws {
        files = MemoryFiles(clock: clock)
        for (folder, text) in [("/work/data", "one"), ("/work/other", "two")] {
            _ = try files.makeFolder(folder)
            try files.write(Array(text.utf8), to: "\(folder)/table")
        }
        clock.advance(seconds: 1)
    }

    /// What is told of an input after `change`, which takes a second.
    private func told(_ path: String = "/work/data/table", after change: () throws -> Void) throws -> String? {
        let before = try InputStamp(of: path, files)
        clock.advance(seconds: 1)
        try change()
        return try InputStamp(of: path, files).change(since: before)
    }

    private func turn(_ link: String, to target: String) throws {
        try files.remove(link)
        try files.makeLink(at: link, to: target)
        clock.advance(seconds: 1)
    }

    @Test func whatNobodyTouchedIsUnchanged() throws {
        #expect(try told {} == nil)
        #expect(try told("/work/data") {} == nil)
    }

    /// The disk tells the two names apart.
    @Test func filesAreToldApartByTheBytesOfTheirNames() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "ablate-\(UUID().uuidString)").path
        _ = try Host.system.files.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let names = ["\u{e9}.txt", "e\u{301}.txt"].map { "\(folder)/\($0)" }
        for name in names { try Host.system.files.open(name, .creating).append(Array("one".utf8)) }
        for name in names {
            let before = try InputStamp(of: folder)
            try Host.system.files.remove(name)
            try Host.system.files.open(name, .creating).append(Array("other".utf8))
            #expect(try InputStamp(of: folder).change(since: before) == "was written or replaced")
        }
    }

    @Test func aFileThatWasWrittenAgainIsTold() throws {
        let told = try told { try files.write(Array("one".utf8), to: "/work/data/table") }
        #expect(told == "was written or replaced")
    }

    @Test(arguments: [
        ("/work/link", "data/table", "other/table", "/work/link"),
        ("/work/link", "data", "other", "/work/link/table"),
        ("/work/link", "/work/data", "/work/other", "/work/link/../data/table"),
        ("/work/data/inner", "table", "../other/table", "/work/data"),
        ("/work/data/inner", "../data", "../other", "/work/data/inner/table"),
    ])
    func aLinkThatWasTurnedAndTurnedBackIsTold(_ link: String, _ own: String, _ other: String, _ path: String) throws {
        try files.makeLink(at: link, to: own)
        let told = try told(path) {
            try turn(link, to: other)
            try turn(link, to: own)
        }
        #expect(told?.contains("the link \(link) that leads to it was replaced") == true, "\(told ?? "nothing")")
    }

    @Test func aLinkBehindALinkCounts() throws {
        try files.makeLink(at: "/work/second", to: "data")
        try files.makeLink(at: "/work/first", to: "second/table")
        let told = try told("/work/first") {
            try turn("/work/second", to: "other")
            try turn("/work/second", to: "data")
        }
        #expect(told?.contains("/work/second") == true)
    }

    @Test(arguments: ["/work/data", "/work"])
    func aFolderThatWasRenamedAndRenamedBackIsTold(_ folder: String) throws {
        let told = try told {
            try files.move(folder, to: "/away")
            _ = try files.makeFolder(folder)
            clock.advance(seconds: 1)
            try files.remove(folder)
            clock.advance(seconds: 1)
            try files.move("/away", to: folder)
        }
        #expect(told?.contains("the folder \(folder) that leads to it was renamed") == true, "\(told ?? "nothing")")
    }

    @Test func aFolderInsideAFolderCounts() throws {
        let told = try told("/work") {
            try files.move("/work/data", to: "/away")
            clock.advance(seconds: 1)
            try files.move("/away", to: "/work/data")
        }
        #expect(told?.contains("/work/data") == true)
    }

    @Test func anotherFolderInItsPlaceIsTold() throws {
        let told = try told {
            _ = try files.makeFolder("/work/new")
            #expect(try files.claim("/work/new/table", for: "/work/data/table"))
            try files.move("/work/data", to: "/work/old")
            try files.move("/work/new", to: "/work/data")
        }
        #expect(told != nil)
    }

    @Test func filesThatAreMadeBesideAnInputAreNoChange() throws {
        let told = try told {
            try files.write([1], to: "/work/data/output")
            clock.advance(seconds: 1)
            try files.write([1], to: "/work/output")
            try files.write([1], to: "/output")
            try files.remove("/work/data/output")
        }
        #expect(told == nil)
    }

    @Test func rightsOfAFolderAloneAreNoChange() throws {
        #expect(try told { try files.setPermissions(0o700, of: "/work/data") } == nil)
    }

    @Test func linksInACircleAreAnError() throws {
        try files.makeLink(at: "/work/round", to: "about")
        try files.makeLink(at: "/work/about", to: "round")
        #expect(throws: AblateError.self) { try InputStamp(of: "/work/round", files) }
    }

    @Test func theDiskSetsTheTimesThatTell() throws {
        let fixture = try Fixture()
        try fixture.write("one", to: "data/table")
        // The next tick of the disk's clock.
        var before: Int?
        var now = 0
        repeat {
            try fixture.write("", to: "tick")
            now = try Host.system.files.requireStatus(of: fixture.path("tick"), following: true).stamp.changed
            before = before ?? now
        } while now == before
        let stamp = try InputStamp(of: fixture.path("data/table"))
        try fixture.write("more", to: "data/output")
        #expect(try InputStamp(of: fixture.path("data/table")).change(since: stamp) == nil)
        let again = try InputStamp(of: fixture.path("data/table"))
        repeat {
            Shell.run("mv '\(fixture.path("data"))' '\(fixture.path("away"))'")
            Shell.run("mv '\(fixture.path("away"))' '\(fixture.path("data"))'")
            let status = try Host.system.files.requireStatus(of: fixture.path("data"), following: true)
            now = status.stamp.changed - status.stamp.modified
        } while now == 0
        let told = try InputStamp(of: fixture.path("data/table")).change(since: again)
        #expect(told?.contains("was renamed") == true)
    }
}
