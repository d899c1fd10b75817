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
        let walk = try #require(FileManager.default.enumerator(atPath: folder.path))
        let paths = walk.compactMap { $0 as? String }.filter { $0.hasSuffix(".py") && !$0.contains("__pycache__") }
        #expect(WorkerPackage.files.map(\.path).sorted() == paths.sorted())
        for file in WorkerPackage.files {
            #expect(try Data(contentsOf: folder.appending(path: file.path)) == Data(file.bytes), "\(file.path)")
        }
    }

    @Test func materialisingIsIdempotentAndNamedByContent() throws {
        let cache = FileManager.default.temporaryDirectory.appending(path: "ablate-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let first = try WorkerPackage.materialise(in: cache)
        #expect(try WorkerPackage.materialise(in: cache) == first)
        #expect(first.hasSuffix(WorkerPackage.digest.short))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(cache)/workers").count == 1)
        for file in WorkerPackage.files {
            #expect(FileManager.default.contents(atPath: "\(first)/ablate_worker/\(file.path)") == Data(file.bytes))
        }
    }

    @Test func aFolderThatCannotBeWrittenIsSaidWithWhatToDo() {
        #expect { try WorkerPackage.materialise(in: "/proc/ablate") } throws: { error in
            let failure = error as? StepFailure
            return failure?.class == .unavailable && failure!.message.contains("XDG_CACHE_HOME")
        }
    }
}
