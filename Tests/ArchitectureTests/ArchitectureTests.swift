// The house itself: rooms of a size, front pages, one direction.

import Foundation
import Testing

private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func files(in folder: String, ending: String) throws -> [URL] {
    let walk = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)!
    return walk.compactMap { $0 as? URL }.filter { $0.pathExtension == ending }
}

/// Sources/GROUP/MODULE, in the order of the data: group and module of each.
private func modules() throws -> [(group: String, name: String)] {
    let sources = root.appending(path: "Sources").path
    return try FileManager.default.contentsOfDirectory(atPath: sources).sorted().flatMap { group in
        try FileManager.default.contentsOfDirectory(atPath: "\(sources)/\(group)").sorted().map { (group, $0) }
    }
}

private func folder(of module: String) throws -> String {
    let found = try #require(modules().first { $0.name == module }, "no module \(module)")
    return "Sources/\(found.group)/\(module)"
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
        let entries = ["ablate", "generate", "bench", "fuzz", "embed", "CLibYAML", "CPermutations"]
        for module in try modules() where !entries.contains(module.name) {
            let page = root.appending(path: "Sources/\(module.group)/\(module.name)/FrontPage.swift")
            let text = try String(contentsOf: page, encoding: .utf8)
            for file in try files(in: "Sources/\(module.group)/\(module.name)", ending: "swift")
            where file.lastPathComponent != "FrontPage.swift" {
                let name = file.deletingPathExtension().lastPathComponent
                // A folder may be named as one that has a file for each of its kinds.
                let parent = file.deletingLastPathComponent().lastPathComponent
                let isOfAKind = text.firstMatch(of: try Regex("\\b\(parent)/ .*a file for each")) != nil
                #expect(
                    try isOfAKind || text.firstMatch(of: try Regex("\\b\(name)\\b")) != nil,
                    "\(file.lastPathComponent) does not stand on the front page of \(module.name)")
            }
        }
        for file in try files(in: "Sources", ending: "swift") {
            #expect(
                try String(contentsOf: file, encoding: .utf8).hasPrefix("//"),
                "\(file.lastPathComponent) does not say what it is")
        }
    }

    /// Data flows down the list of groups in Package.swift; tools stand beside the command.
    @Test func noModuleImportsFromAGroupBelowItsOwn() throws {
        let group = Dictionary(uniqueKeysWithValues: try modules().map { ($0.name, $0.group) })
        for (name, own) in group {
            for file in try files(in: "Sources/\(own)/\(name)", ending: "swift") {
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                    if let other = line.firstMatch(of: #/^(?:package |public |internal )?import (?:\w+ )?(\w+)/#)?.1,
                        let theirs = group[String(other)]
                    {
                        #expect(theirs <= own, "\(file.lastPathComponent) (\(own)) imports \(other) (\(theirs))")
                    }
                }
            }
        }
    }

    /// docs/architecture.md says of each module what it may import, and Package.swift lets it import no more and no less; what a
    /// module may import, some file of it does.
    @Test func theDocumentedImportsAreThoseOfThePackage() throws {
        let package = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        let page = try String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)
        var documented: [String: Set<String>] = [:]
        for line in page.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard line.hasPrefix("| "), cells.count == 3 else { continue }
            documented[cells[0]] = cells[2] == "-" ? [] : Set(cells[2].components(separatedBy: ", "))
        }
        let target = #/\.(?:target|executableTarget|systemLibrary)\(\s*name: "(\w+)"([\s\S]*?)(?=\n        \.)/#
        var declared: [String: Set<String>] = [:]
        for match in package.matches(of: target) {
            let list = match.2.firstMatch(of: #/ dependencies: \[([\s\S]*?)\]/#)?.1 ?? ""
            declared[String(match.1)] = Set(
                list.replacing(#/package: "[^"]+"/#, with: "").matches(of: #/"(\w+)"/#).map { String($0.1) })
        }
        for (group, name) in try modules() {
            if name != "CommandLine" {  // which may import all
                let row: Set<String> = try #require(documented[name], "no row of \(name)")
                #expect(row == declared[name], "\(name)")
            }
            let text = try files(in: "Sources/\(group)/\(name)", ending: "swift")
                .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
            for other in try #require(declared[name]) {
                let line = try Regex("(?m)^(?:package |public |internal )?import (?:\\w+ )?\(other)\\b")
                #expect(text.firstMatch(of: line) != nil, "\(name) may import \(other), and does not")
            }
        }
    }

    /// Forms lay out values: what a form needs of a record is a value of Results, and the values have no words that forms would have
    /// to take apart.
    @Test func formsKnowNoStoreAndResultsNoSentences() throws {
        func imports(_ module: String) throws -> Set<String> {
            let texts = try files(in: folder(of: module), ending: "swift").map {
                try String(contentsOf: $0, encoding: .utf8)
            }
            return Set(
                texts.flatMap { text in
                    text.matches(of: #/(?m)^(?:package |public |internal )?import (?:\w+ )?(\w+)/#).map { String($0.1) }
                })
        }
        let records: Set = [
            "Recipes", "Plans", "Storage", "Runs", "Forecasts", "Host", "Nodes", "Diagnostics", "Arithmetic",
        ]
        #expect(try imports("Logbooks").isDisjoint(with: records) && imports("Logbooks").contains("Results"))
        #expect(try imports("Results").isDisjoint(with: ["Logbooks", "Figures", "Mustache"]))
        for file in try files(in: folder(of: "Results"), ending: "swift") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in ["Format", "ShellText", "MarkdownText", "VisibleText"] {
                #expect(
                    text.firstMatch(of: try Regex("(?m)^(?! *//).*\\b\(word)\\.")) == nil,
                    "\(file.lastPathComponent) puts values in words by \(word)")
            }
        }
    }

    /// A room is seen at a glance: what has grown gets rooms inside.
    @Test func noFolderHoldsMoreThanTwentySources() throws {
        var counts: [String: Int] = [:]
        for file in try files(in: "Sources", ending: "swift") + files(in: "Sources", ending: "py") {
            counts[file.deletingLastPathComponent().path, default: 0] += 1
        }
        for (folder, count) in counts {
            #expect(count <= 20, "\(folder) holds \(count) files")
        }
    }

    /// A file is found by the name of what is in it: one that declares types declares, or extends, the one that it is named after. A
    /// file of extensions alone is named by what it adds.
    @Test func aFileBearsTheNameOfItsType() throws {
        // Several types of one kind, of which none is the first: their files bear the name of the kind.
        let families: Set = [
            "AssignmentMethods", "BackboneFiles", "StepReport", "MemoryHost", "Reading", "Terminal", "Averaging",
            "AveragingWeights", "AxolotlRules", "H2ORules", "LlamaFactoryRules", "CollectionShapes", "ScalarShapes",
            "Learners", "BaselineSteps", "FineTuneSteps", "FittedModelSteps", "ProgramSteps",
            "PseudoLabelSteps", "Leaks", "Snapshot",
            "Collection", "CollectionLock", "WeightedAverageStep", "WorkerMessage", "Ensemble", "StoreKeepingCommands",
        ]
        for file in try files(in: "Sources", ending: "swift") {
            let name = file.deletingPathExtension().lastPathComponent
            let text = try String(contentsOf: file, encoding: .utf8)
            let declared = Self.types(in: text)
            guard !declared.isEmpty, !families.contains(name) else { continue }
            #expect(
                try declared.contains(name) || text.contains(Regex("(?m)^\\w* ?extension (?:\\w+\\.)?\(name)\\b")),
                "\(file.lastPathComponent) declares \(declared.joined(separator: ", ")), and no \(name)")
        }
    }

    /// Whoever reads a name knows which type it is, wherever it stands.
    @Test func noTwoTypesShareAName() throws {
        // A file of a format, and the plan's or the recipe's word for the same thing.
        let pairs: Set = ["Evaluation", "Form", "Predictions", "PseudoLabels", "Rows"]
        var places: [String: [String]] = [:]
        for file in try files(in: "Sources", ending: "swift") {
            for type in Self.types(in: try String(contentsOf: file, encoding: .utf8)) where !pairs.contains(type) {
                places[type, default: []].append(file.lastPathComponent)
            }
        }
        for (type, files) in places {
            #expect(files.count == 1, "\(type) is declared in \(files.joined(separator: " and "))")
        }
    }

    /// The types that a file declares at its top.
    private static func types(in text: String) -> [String] {
        let declaration =
            #/(?m)^(?:@\w+(?:\([^)\n]*\))? )?(?:package |public |private |fileprivate |internal )?(?:final |indirect )?(?:struct|enum|class|protocol|actor) (\w+)/#
        return text.matches(of: declaration).map { String($0.1) }
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
    @Test(arguments: [
        "Digests", "Diagnostics", "Recipes", "Imports", "Plans", "Schedules", "Formats", "Arithmetic", "Scores",
        "Constraints",
        "Statistics",
    ])
    func pureModulesDoNoInputOrOutput(_ module: String) throws {
        for file in try files(in: folder(of: module), ending: "swift") {
            let text = try String(contentsOf: file, encoding: .utf8)
            for word in [
                "fopen(", "open(", "ContinuousClock", "Date()", "clock_gettime", "Subprocess", "import Foundation",
            ] {
                #expect(!text.contains(" \(word)"), "\(file.lastPathComponent) uses \(word)")
            }
        }
    }

    /// Files, folders, the environment, processes and signals are reached through the module Host alone, so that what is built on them
    /// can be tried in memory and no second way of writing a file appears. Threads for computing are Arithmetic's.
    @Test func onlyTheHostCallsTheSystem() throws {
        let call =
            #/(?:^|[^.\w`])(?:Glibc\.)?(fopen|openat|opendir|readdir|unlink|unlinkat|rmdir|mkdir|mkdtemp|mkfifo|rename|l?stat|fstat|realpath|access|symlink|readlink|f?chmod|getenv|setenv|getcwd|fsync|flock|clock_gettime|statvfs|kill|killpg|signal|sigaction|raise|_exit|fork|waitpid|getpid|getppid|getuid|geteuid|isatty|ioctl|pipe|fcntl|poll|usleep|nanosleep|sleep|getrlimit|setrlimit|gethostname|uname)\(/#
        let tools = ["bench", "embed", "fuzz", "generate", "Host"]
        var found: [String] = []
        for file in try files(in: "Sources", ending: "swift")
        where !tools.contains(where: { file.path.contains("/\($0)/") }) {
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

    /// What crosses a seam is a type that proves itself, and reads its members by JSONDocument, with what belongs there. A member of
    /// JSON that is read by its name anywhere else is a seam without one.
    @Test func membersOfJSONAreReadByTypes() throws {
        var found: [String] = []
        for module in try modules()
        where module.group != "tools" && !["Formats", "Digests"].contains(module.name) {
            for file in try files(in: "Sources/\(module.group)/\(module.name)", ending: "swift") {
                for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
                where !line.drop(while: \.isWhitespace).hasPrefix("//") {
                    let reads = line.matches(
                        of: #/\["[\w.-]+"\]\??\.(?:string|integer|number|array|object|bool)\b/#)
                    if !reads.isEmpty { found.append("\(file.lastPathComponent): \(line)") }
                }
            }
        }
        #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
    }
}
