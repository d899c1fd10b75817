// The embedded Python package: whole, and written out as it was embedded.

import Digests
import Foundation
import Testing
import Workers

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite struct WorkerPackageTests {
    @Test func everyFileOfTheFolderIsEmbeddedAndNoOther() throws {
        let folder = root.appending(path: "Sources/4-run/Workers/ablate_worker")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".py") }
        #expect(
            Set(WorkerPackage.files.map(\.name)) == Set(names),
            "list each file in Package.swift and WorkerSources.swift")
        for file in WorkerPackage.files {
            #expect(try Data(contentsOf: folder.appending(path: file.name)) == Data(file.bytes), "\(file.name)")
        }
    }

    @Test func materialisingIsIdempotentAndNamedByContent() throws {
        let cache = FileManager.default.temporaryDirectory.appending(path: "ablate-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let first = try WorkerPackage.materialise(in: cache)
        #expect(try WorkerPackage.materialise(in: cache) == first)
        #expect(first.hasSuffix(WorkerPackage.digest.short))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(cache)/workers").count == 1)
        #expect(FileManager.default.fileExists(atPath: "\(first)/ablate_worker/__main__.py"))
    }

    @Test func aFolderThatCannotBeWrittenIsSaidWithWhatToDo() {
        #expect { try WorkerPackage.materialise(in: "/proc/ablate") } throws: { error in
            let failure = error as? WorkerFailure
            return failure?.class == .unavailable && failure!.message.contains("XDG_CACHE_HOME")
        }
    }
}
