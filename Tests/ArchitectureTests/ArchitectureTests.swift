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

    /// Files, folders and the environment are reached through the module Host alone, so that what is built on them can be tried in
    /// memory and no second way of writing a file appears.
    @Test func onlyTheHostTouchesFiles() throws {
        let call =
            #/(?:^|[^.\w`])(?:Glibc\.)?(fopen|openat|opendir|readdir|unlink|unlinkat|rmdir|mkdir|mkdtemp|mkfifo|rename|l?stat|fstat|realpath|access|symlink|readlink|f?chmod|getenv|setenv|getcwd|fsync|flock|clock_gettime|statvfs)\(/#
        let tools = ["bench", "fuzz", "generate", "Host"]
        var found: [String] = []
        for file in try files(in: "Sources", ending: "swift")
        where !tools.contains(where: { file.path.contains("/Sources/\($0)/") }) {
            for (number, line) in try String(contentsOf: file, encoding: .utf8).split(
                separator: "\n", omittingEmptySubsequences: false
            ).enumerated() where !line.contains("func ") && !line.drop(while: \.isWhitespace).hasPrefix("//") {
                if let name = line.firstMatch(of: call)?.1 {
                    found.append("\(file.lastPathComponent):\(number + 1) calls \(name)")
                }
            }
        }
        #expect(found.isEmpty, "\(found.joined(separator: ", "))")
    }
}
