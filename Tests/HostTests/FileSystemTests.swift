// Both forms of a file system: what holds for one holds for the other.

import Digests
import Foundation
import Glibc
import Host
import Testing

/// A file system to try, and an empty folder in it.
struct Place: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let files: any FileSystem
    let folder: String

    static var both: [Place] {
        let folder = NSTemporaryDirectory() + "host-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let memory = MemoryFiles(clock: ManualClock())
        _ = try? memory.makeFolder("/folder")
        let system = SystemFiles()
        return [
            Place(testDescription: "system", files: system, folder: system.absolute(folder)),
            Place(testDescription: "memory", files: memory, folder: "/folder"),
        ]
    }
}

@Suite struct FileSystemTests {
    /// A name is bytes to the system, and need be no text.
    @Test func aFolderWithAnyNamesInItIsRemoved() throws {
        let files = SystemFiles()
        let folder = NSTemporaryDirectory() + "host-\(UUID().uuidString)"
        _ = try files.makeFolder(folder + "/inside")
        let name: [CChar] =
            Array((folder + "/inside/").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), CChar(bitPattern: 0xFE), 0]
        let descriptor = Glibc.open(name, O_CREAT | O_WRONLY, 0o600)
        #expect(descriptor >= 0)
        close(descriptor)
        #expect(throws: AblateError.self) { try files.names(in: folder + "/inside") }
        try files.remove(folder)
        #expect(!files.exists(folder))
    }

    @Test(arguments: Place.both)
    func aFileIsWrittenWholeAndRead(_ place: Place) throws {
        let path = "\(place.folder)/a.txt"
        try place.files.write("one".utf8, to: path)
        #expect(try place.files.content(of: path, limit: 10) == Array("one".utf8))
        try place.files.setPermissions(0o600, of: path)
        try place.files.write("two".utf8, to: path)
        #expect(try place.files.content(of: path, limit: 3) == Array("two".utf8))
        #expect(try place.files.requireStatus(of: path, following: false).permissions == 0o600)
        #expect(try place.files.names(in: place.folder)?.sorted() == ["a.txt"])
        #expect(try place.files.open(path, .reading).digest() == Digest(of: "two"))
        try place.files.remove(path)
        #expect(!place.files.exists(path))
        try place.files.remove(path)
    }

    @Test(arguments: Place.both)
    func whatIsNoRegularFileOfTheSizeIsNotRead(_ place: Place) throws {
        try place.files.write(String(repeating: "x", count: 2_000).utf8, to: "\(place.folder)/large")
        _ = try place.files.makeFolder("\(place.folder)/folder")
        if let memory = place.files as? MemoryFiles {
            try memory.makePipe("\(place.folder)/pipe")
        } else {
            #expect(mkfifo("\(place.folder)/pipe", 0o600) == 0)
        }
        for (name, kind) in [
            ("large", ErrorClass.refused), ("folder", .refused), ("pipe", .refused), ("none", .missing),
        ] {
            let error = #expect(throws: AblateError.self) {
                try place.files.content(of: "\(place.folder)/\(name)", limit: 1_999)
            }
            #expect(error?.kind == kind, "\(name)")
        }
    }

    @Test(arguments: ["/dev/zero", "/proc/self/environ", "/proc/self/maps", "/dev/stdin", "/proc"])
    func whatTheSystemMakesUpIsNotRead(_ path: String) {
        let error = #expect(throws: AblateError.self) { try SystemFiles().content(of: path, limit: 1 << 20) }
        #expect(error?.kind == .refused)
    }

    @Test(arguments: Place.both)
    func aNameIsClaimedOnce(_ place: Place) throws {
        try place.files.write("draft".utf8, to: "\(place.folder)/draft")
        #expect(try place.files.claim("\(place.folder)/name", for: "\(place.folder)/draft"))
        #expect(try !place.files.claim("\(place.folder)/name", for: "\(place.folder)/draft"))
        try place.files.remove("\(place.folder)/draft")
        #expect(try place.files.content(of: "\(place.folder)/name", limit: 10) == Array("draft".utf8))
    }

    @Test(arguments: Place.both)
    func aLinkIsRemovedAndWhatItLeadsToStays(_ place: Place) throws {
        _ = try place.files.makeFolder("\(place.folder)/mine/deep")
        try place.files.write("text".utf8, to: "\(place.folder)/mine/deep/file")
        _ = try place.files.makeFolder("\(place.folder)/old")
        try place.files.makeLink(at: "\(place.folder)/old/link", to: "\(place.folder)/mine")
        try place.files.remove("\(place.folder)/old")
        #expect(place.files.exists("\(place.folder)/mine/deep/file"))
        #expect(!place.files.exists("\(place.folder)/old"))
    }

    /// Whatever others put into a folder, nothing outside is seen, changed or removed through it.
    @Test(arguments: Place.both)
    func noPathOfAConfinedFileSystemLeadsThroughALink(_ place: Place) throws {
        let (root, outside) = ("\(place.folder)/root", "\(place.folder)/outside")
        _ = try place.files.makeFolder(root)
        _ = try place.files.makeFolder("\(outside)/inner")
        try place.files.write("mine".utf8, to: "\(outside)/file")
        try place.files.write("mine".utf8, to: "\(outside)/inner/file")
        try place.files.makeLink(at: "\(root)/attempts", to: outside)
        try place.files.write("own".utf8, to: "\(root)/own")
        let files = try place.files.confined(to: root)
        let works: [@Sendable () throws -> Void] = [
            { _ = try files.names(in: "\(root)/attempts").map { _ in throw AblateError(.failed, "listed") } },
            { try files.remove("\(root)/attempts/file") }, { try files.remove("\(root)/attempts/inner") },
            { _ = try files.open("\(root)/attempts/file", .reading) },
            { _ = try files.open("\(root)/attempts/new", .creating) },
            { _ = try files.makeFolder("\(root)/attempts/new") },
            { try files.move("\(root)/own", to: "\(root)/attempts/own") },
            { try files.setPermissions(0o777, of: "\(root)/attempts/file") },
            { _ = try files.claim("\(root)/attempts/own", for: "\(root)/own") },
        ]
        for (index, work) in works.enumerated() {
            let error = #expect(throws: AblateError.self, "work \(index)") { try work() }
            #expect(error?.kind != .failed, "work \(index): \(error.map { "\($0)" } ?? "")")
        }
        #expect(try files.status(of: "\(root)/attempts", following: true)?.form == .link)
        #expect(try place.files.content(of: "\(outside)/file", limit: 10) == Array("mine".utf8))
        #expect(try place.files.content(of: "\(outside)/inner/file", limit: 10) == Array("mine".utf8))
        #expect(try place.files.names(in: outside)?.sorted() == ["file", "inner"])
        #expect(place.files.exists("\(root)/own"))
        try files.remove("\(root)/attempts")
        #expect(place.files.exists("\(outside)/file"))
    }

    @Test(arguments: Place.both)
    func locksStandAgainstEachOther(_ place: Place) throws {
        let path = "\(place.folder)/lock"
        let first = try place.files.open(path, .locking)
        #expect(try first.lock(shared: true) == .held)
        do {
            let second = try place.files.open(path, .lockingPresent)
            #expect(try second.lock(shared: true) == .held)
            // A lock of one's own may be lost by asking for more: a third opening asks.
            #expect(try place.files.open(path, .lockingPresent).lock(shared: false) == .taken)
            withExtendedLifetime(second) {}
        }
        #expect(try first.lock(shared: false) == .held)
        try first.rewrite("owner".utf8)
        try first.rewrite("me".utf8)
        #expect(try place.files.content(of: path, limit: 10) == Array("me".utf8))
        #expect(try first.hasItsName())
        try place.files.remove(path)
        #expect(try !first.hasItsName())
    }

    @Test func aDiskWithoutLocksSaysSo() throws {
        let files = MemoryFiles(clock: ManualClock())
        files.setLocks(false)
        #expect(try files.open("/lock", .locking).lock(shared: false) == .unavailable)
    }

    @Test func aProcessIsKnownByMoreThanItsNumber() {
        let processes = SystemProcesses()
        let own = processes.current
        #expect(processes.isAlive(own) == true)
        let later = ProcessMark(host: own.host, boot: own.boot, process: own.process, began: own.began + 1)
        #expect(processes.isAlive(later) == false)
        let elsewhere = ProcessMark(host: "elsewhere", boot: own.boot, process: own.process, began: own.began)
        #expect(processes.isAlive(elsewhere) == nil)
    }
}
