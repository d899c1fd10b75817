// Keys survive: what recipes compiled to once, they compile to for good, so that results of old versions are found again.

import Diagnostics
import Digests
import Foundation
import Recipes
import Testing

@testable import Plans

/// `Keys/` holds recipes that never change, and in keys.txt what each step of theirs depends on, as a digest for each recipe and
/// kind. A line is only ever added: a key that changes lets every user pay again for what they have. To add a recipe, or a change
/// in changes.txt, run this test with ABLATE_KEYS=record; it adds lines and replaces none.
@Suite struct KeysTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Keys")

    @Test func oldRecipesHaveTheirOldKeys() throws {
        let golden = Self.folder.appending(path: "keys.txt")
        var known: [String: String] = [:]
        for line in try String(contentsOf: golden, encoding: .utf8).split(separator: "\n") {
            let parts = line.split(separator: "\t").map(String.init)
            known["\(parts[0])\t\(parts[1])"] = parts[2]
        }
        var fresh: [String] = []
        for (name, value) in try current() {
            guard let old = known[name] else {
                fresh.append("\(name)\t\(value)")
                continue
            }
            #expect(old == value, "keys changed: \(name)")
        }
        if ProcessInfo.processInfo.environment["ABLATE_KEYS"] == "record", !fresh.isEmpty {
            let text = try String(contentsOf: golden, encoding: .utf8) + fresh.joined(separator: "\n") + "\n"
            try text.write(to: golden, atomically: true, encoding: .utf8)
        } else {
            #expect(fresh.isEmpty, "no known keys for \(fresh.prefix(3)); record them with ABLATE_KEYS=record")
        }
        #expect(known.count > 500)
    }

    /// `recipe<TAB>kind` or `--set change<TAB>kind`, and the digest of what all steps of the kind depend on.
    private func current() throws -> [(String, String)] {
        var lines: [(String, String)] = []
        let recipes = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".yaml") }.sorted()
        for name in recipes {
            for (kind, digest) in try kinds(of: name, []) { lines.append(("\(name)\t\(kind)", digest)) }
        }
        let base = Dictionary(uniqueKeysWithValues: try kinds(of: "changes.yaml", []))
        let changes = try String(contentsOf: Self.folder.appending(path: "changes.txt"), encoding: .utf8)
        for line in changes.split(separator: "\n") {
            let overrides = line.split(separator: "\t").map(String.init)
            for (kind, digest) in try kinds(of: "changes.yaml", overrides) where base[kind] != digest {
                lines.append(("--set \(overrides.joined(separator: " --set "))\t\(kind)", digest))
            }
        }
        return lines
    }

    private func kinds(of name: String, _ overrides: [String]) throws -> [(String, String)] {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        let file = SourceFile(name: name, text: text)
        let loaded: LoadedRecipe
        do {
            loaded = try RecipeLoader(file: file, folder: "/f", overrides: overrides) { _ in true }.load()
        } catch {
            Issue.record("\(name) \(overrides): \(error.all.map(\.message))")
            return []
        }
        let plan = Plan(compiling: loaded)
        var steps: [String: [JSON]] = [:]
        for step in plan.steps.sorted(by: { $0.address < $1.address }) {
            steps[step.kind.rawValue, default: []].append([
                "address": .string(step.address), "outline": .string(step.outline.description),
                "inputs": .object(step.inputs.mapValues { describe($0, plan) }),
            ])
        }
        return steps.sorted { $0.key < $1.key }.map {
            ($0.key, String(JSON.array($0.value).digest.description.prefix(20)))
        }
    }

    private func describe(_ source: Source, _ plan: Plan) -> JSON {
        switch source {
        case .file(let path, _): .string("file \(path)")
        case .folder(let path, _, let part): .string("folder \(path) \(part.rawValue)")
        case .hub(let repository, let revision, let part):
            .string("hub \(repository) \(revision ?? "") \(part.rawValue)")
        case .output(let step, let name): .string("\(plan.steps[step].address) \(name)")
        }
    }
}
