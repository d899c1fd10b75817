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

    @Test(arguments: [
        "printf '\\n' >> FOLDER/ablate_worker/__init__.py", ": > FOLDER/ablate_worker/__main__.py",
        "rm FOLDER/ablate_worker/__main__.py", "touch FOLDER/numpy.py", "touch FOLDER/ablate_worker/kinds/more.py",
        "rm -r FOLDER/ablate_worker/kinds", "rm -r FOLDER; mkdir FOLDER", "rm -r FOLDER; touch FOLDER",
        "rm -r FOLDER; ln -s /nowhere FOLDER",
    ])
    func whatIsNotAsItWasWrittenIsWrittenAnew(_ command: String) throws {
        let cache = FileManager.default.temporaryDirectory.appending(path: "ablate-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: cache) }
        let folder = try WorkerPackage.materialise(in: cache)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", command.replacing("FOLDER", with: "'\(folder)'")]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try WorkerPackage.materialise(in: cache) == folder)
        for file in WorkerPackage.files {
            #expect(FileManager.default.contents(atPath: "\(folder)/ablate_worker/\(file.path)") == Data(file.bytes))
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["ablate_worker"])
        let kinds = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/ablate_worker/kinds")
        #expect(!kinds.contains("more.py"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(cache)/workers").count == 1)
    }

    @Test func aFolderThatCannotBeWrittenIsSaidWithWhatToDo() {
        #expect { try WorkerPackage.materialise(in: "/proc/ablate") } throws: { error in
            let failure = error as? StepFailure
            return failure?.class == .unavailable && failure!.message.contains("XDG_CACHE_HOME")
        }
    }
}
