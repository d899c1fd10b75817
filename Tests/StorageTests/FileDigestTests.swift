// Digests of the user's files: right after every edit, and without reading where nothing changed.

import Digests
import Foundation
import Host
import Storage
import Testing

@Suite struct FileDigestTests {
    let fixture: Fixture
    let store: Store

    init() throws {
        fixture = try Fixture()
        store = try fixture.store()
    }

    /// Writes in place and sets the time of modification back, as a tamper would.
    private func tamper(_ path: String, _ text: String) {
        Shell.run("t=$(stat -c %y \(path)); printf '\(text)' 1<>\(path); touch -d \"$t\" \(path)")
    }

    @Test func theDigestIsThatOfTheContent() throws {
        let path = try fixture.write("abc", to: "file")
        #expect(try store.digest(ofFile: path) == Digest(of: "abc"))
        #expect(try store.digest(ofFile: path) == Digest(of: "abc"))
        try fixture.write("abcd", to: "file")
        #expect(try store.digest(ofFile: path) == Digest(of: "abcd"))
    }

    @Test func aTamperThatKeepsSizeAndTimeIsFound() throws {
        let path = try fixture.write("before", to: "file")
        let store = try fixture.store(host: .later)
        #expect(try store.digest(ofFile: path) == Digest(of: "before"))
        tamper(path, "after!")
        #expect(Shell.run("stat -c %s \(path)") == "6\n")
        #expect(try store.digest(ofFile: path) == Digest(of: "after!"))
    }

    @Test func anEditInTheSameTickIsFound() throws {
        let path = fixture.path("file")
        let file = try #require(fopen(path, "w"))
        defer { fclose(file) }
        for index in 0..<200 {
            let text = "content \(1000 + index)"
            rewind(file)
            fputs(text, file)
            fflush(file)
            #expect(try store.digest(ofFile: path) == Digest(of: text))
        }
    }

    @Test func aReplacedFileIsFound() throws {
        let path = try fixture.write("one", to: "file")
        let store = try fixture.store(host: .later)
        #expect(try store.digest(ofFile: path) == Digest(of: "one"))
        try fixture.write("two", to: "other")
        Shell.run("touch -r \(path) \(fixture.path("other")); mv \(fixture.path("other")) \(path)")
        #expect(try store.digest(ofFile: path) == Digest(of: "two"))
    }

    #if os(Linux)
        @Test func anUnchangedFileIsReadOnce() throws {
            let path = fixture.path("large")
            let size = 96 << 20
            Shell.run("head -c \(size) /dev/zero > \(path)")
            let store = try fixture.store(host: .later)
            func bytesRead(_ work: () throws -> Void) throws -> Int {
                func count() throws -> Int {
                    let line = try fixture.read("/proc/self/io").split(separator: "\n").first
                    return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
                }
                let before = try count()
                try work()
                return try count() - before
            }
            #expect(try bytesRead { _ = try store.digest(ofFile: path) } >= size)
            #expect(try bytesRead { _ = try store.digest(ofFile: path) } < size / 2)
            store.saveIndex()
            let next = try fixture.store(host: .later)
            #expect(try bytesRead { _ = try next.digest(ofFile: path) } < size / 2)
            let reader = try fixture.store(.readOnly, host: .later)
            #expect(try bytesRead { _ = try reader.digest(ofFile: path) } < size / 2)
        }
    #endif

    @Test(arguments: ["mkfifo X", "mkdir X", "ln -s nowhere X", "ln -s /dev/zero X", "true"])
    func whatIsNoFileIsAnError(command: String) throws {
        let path = fixture.path("X")
        Shell.run("cd \(fixture.folder); \(command)")
        let error = #expect(throws: AblateError.self) { try store.digest(ofFile: path) }
        #expect(error?.path == path)
    }

    @Test func aFolderIsToldByTheFilesThatMatch() throws {
        for name in ["config.json", "weights/b.bin", "weights/a.bin", "readme"] {
            try fixture.write(name, to: "model/\(name)")
        }
        let chosen = try store.digest(ofFolder: fixture.path("model")) { $0 != "readme" }
        try fixture.write("other", to: "model/readme")
        #expect(try store.digest(ofFolder: fixture.path("model")) { $0 != "readme" } == chosen)
        #expect(try store.digest(ofFolder: fixture.path("model")) != chosen)
        let entries = ["config.json", "weights/a.bin", "weights/b.bin"].map {
            Output.Entry(path: $0, digest: Digest(of: $0), size: $0.utf8.count)
        }
        #expect(chosen == Output(folder: entries).digest)
        Shell.run("mv \(fixture.path("model/config.json")) \(fixture.path("model/other.json"))")
        #expect(try store.digest(ofFolder: fixture.path("model")) { $0 != "readme" } != chosen)
    }

    @Test func aBlobOfTheHubIsTakenAtItsName() throws {
        let name = Digest(of: "what the hub says").description
        try fixture.write("never read", to: "hub/blobs/\(name)")
        try fixture.write("another's", to: "elsewhere/blobs/\(name)")
        try fixture.write("{}", to: "hub/blobs/0123456789abcdef0123456789abcdef01234567")
        Shell.run(
            """
            cd \(fixture.folder)/hub; mkdir -p snapshots/main; cd snapshots/main
            ln -s ../../blobs/\(name) model.safetensors
            ln -s ../../blobs/0123456789abcdef0123456789abcdef01234567 config.json
            """)
        let entries = [
            Output.Entry(path: "config.json", digest: Digest(of: "{}"), size: 2),
            Output.Entry(path: "model.safetensors", digest: Digest(of: "what the hub says"), size: 10),
        ]
        let (snapshot, hub) = (fixture.path("hub/snapshots/main"), fixture.path("hub"))
        #expect(try store.digest(ofFolder: snapshot, hub: hub) == Output(folder: entries).digest)
        // Outside the hub's own cache a name is only a name.
        func read(_ weights: String) -> Digest {
            Output(folder: [entries[0], Output.Entry(path: "model.safetensors", digest: Digest(of: weights), size: 10)])
                .digest
        }
        #expect(try store.digest(ofFolder: snapshot) == read("never read"))
        #expect(try store.digest(ofFolder: snapshot, hub: fixture.path("elsewhere")) == read("never read"))
        Shell.run("cd \(snapshot); ln -sf ../../../elsewhere/blobs/\(name) model.safetensors")
        #expect(try store.digest(ofFolder: snapshot, hub: hub) == read("another's"))
    }

    @Test func aFolderWithinItselfIsRefused() throws {
        try fixture.write("x", to: "folder/inner/file")
        Shell.run("ln -s .. \(fixture.path("folder/inner/up"))")
        let error = #expect(throws: AblateError.self) { try store.digest(ofFolder: fixture.path("folder")) }
        #expect(error?.kind == .refused)
    }
}
