// The recipes of Tests/EndToEnd/bad, of which each names the findings that it has, as examples of rules. Knows no rule.

import Diagnostics
import Host
import Nodes
import Plans
import Recipes

struct BadRecipe {
    let name: String
    private let file: SourceFile?
    /// The codes of what must be found in it, in their order.
    private let expected: [String]
    /// What reading, and looking for leaks, finds.
    let findings: [Finding]

    /// The recipe that shows a rule best: the one of its name, else the first that has a finding of it first, or at all.
    static func example(of rule: FindingRule) -> BadRecipe? {
        all.first { $0.name == "\(rule.code).yaml" && $0.expected.contains(rule.code) }
            ?? all.first { $0.expected.first == rule.code } ?? all.first { $0.expected.contains(rule.code) }
    }

    /// What its writer wrote, without the expectations; nil for what no page can show.
    var text: String? {
        guard let file else { return nil }
        var lines = file.lines.filter { !$0.hasPrefix("# expect: ") }
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty, lines.count <= 40, lines.allSatisfy({ $0.utf8.count <= 120 }) else { return nil }
        let isPlain = lines.joined().unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        return isPlain ? lines.joined(separator: "\n") : nil
    }

    // MARK: - Reading

    private static let folder = "Tests/EndToEnd/bad"
    private static let files = Host.system.files

    private static let all: [BadRecipe] = {
        let names = (try? files.names(in: folder)) ?? nil
        return (names ?? []).sorted().filter { $0.hasSuffix(".yaml") }.map(BadRecipe.init)
    }()

    private init(_ name: String) {
        self.name = name
        guard let bytes = Self.content("\(Self.root)/\(name)") else {
            fatalError("\(name) cannot be read")
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        expected = lines.compactMap { $0.firstMatch(of: #/^# expect: ([a-z0-9-]+) /#).map { String($0.1) } }
        do throws(Findings) {
            let file = try SourceFile(decoding: bytes, name: name)
            self.file = file
            findings = Self.findings(of: file)
        } catch {
            file = nil
            findings = error.all
        }
    }

    private static func findings(of file: SourceFile) -> [Finding] {
        do {
            let loaded = try RecipeLoader(file: file, folder: root, surroundings: surroundings).load()
            let plan = Plan(compiling: loaded)
            return loaded.warnings + loaded.missing + KeyVariables().findings(loaded)
                + Lineage(of: plan, loaded: loaded).findings(loaded)
        } catch {
            return error.all
        }
    }

    /// Where the folder lies in what is shown, on whatever machine the page is made.
    private static let root = "/project"

    private static func place(_ path: String) -> String {
        path.hasPrefix(root) ? folder + path.dropFirst(root.count) : path
    }

    private static func content(_ path: String) -> [UInt8]? {
        try? files.content(of: place(path), limit: 1 << 20)
    }

    private static var surroundings: Surroundings {
        var surroundings = Surroundings { path in
            guard let status = (try? files.status(of: place(path), following: true)) ?? nil else { return nil }
            return status.form == .folder ? .folder : .file
        }
        surroundings.read = { path, name throws(Unreadable) in
            guard let bytes = content(path) else { throw Unreadable(reason: "there is no such file") }
            do throws(Findings) {
                return try SourceFile(decoding: bytes, name: name)
            } catch {
                throw Unreadable(findings: error.all)
            }
        }
        surroundings.isSame = { path, other in
            guard let one = content(path) else { return false }
            return one == content(other)
        }
        surroundings.beginning = { path, limit in
            content(path).map { (Array($0.prefix(limit)), $0.count <= limit) }
        }
        return surroundings
    }
}
