// The house itself: rooms of a size, front pages, one direction.

import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func files(in folder: String, ending: String) throws -> [URL] {
    let walk = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)!
    return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == ending }
}

@Suite struct ArchitectureTests {
    @Test(arguments: [("Sources", "swift"), ("Sources", "py"), ("Tests", "swift"), ("Tests", "py")])
    func noFileIsLongerThanFiveHundredLines(_ folder: String, _ ending: String) throws {
        let found = try files(in: folder, ending: ending)
        #expect(!found.isEmpty)
        for file in found {
            let lines = try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).count
            #expect(lines <= 500, "\(file.lastPathComponent) has \(lines) lines; is it one room?")
        }
    }

    @Test func everyModuleHasAFrontPageAndEveryFileSaysWhatItIs() throws {
        let entries = ["ablate", "generate", "bench", "fuzz", "CLibYAML", "CPermutations"]
        for module in try FileManager.default.contentsOfDirectory(atPath: root.appending(path: "Sources").path)
        where !entries.contains(module) {
            #expect(
                FileManager.default.fileExists(atPath: root.appending(path: "Sources/\(module)/FrontPage.swift").path),
                "\(module)")
        }
        for file in try files(in: "Sources", ending: "swift") {
            #expect(
                try String(contentsOf: file, encoding: .utf8).hasPrefix("//"),
                "\(file.lastPathComponent) does not say what it is")
        }
    }

    @Test func noFileHasANameThatSaysNothing() throws {
        for file in try files(in: "Sources", ending: "swift") + files(in: "Sources", ending: "py") {
            let name = file.deletingPathExtension().lastPathComponent.lowercased()
            #expect(
                !["utils", "util", "common", "helpers", "helper", "misc"].contains { name.hasSuffix($0) }, "\(name)")
            #expect(!name.hasSuffix("manager"), "\(name)")
        }
    }

    /// What a plain build lets pass: processes, clocks and files in modules that must be pure.
    @Test(arguments: ["Digests", "Diagnostics", "Recipes", "Imports", "Plans", "Schedules", "Numerics", "Formats"])
    func pureModulesDoNoInputOrOutput(_ module: String) throws {
        for file in try files(in: "Sources/\(module)", ending: "swift") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in [
                "fopen(", "open(", "ContinuousClock", "Date()", "clock_gettime", "Subprocess", "import Foundation",
            ] {
                #expect(!text.contains(" \(word)"), "\(file.lastPathComponent) uses \(word)")
            }
        }
    }
}
