// What a change of a key makes new, found by compiling a recipe with and without the change.

import Diagnostics
import Digests
import Plans
import Recipes

struct KeyEffects {
    private let before: [String: Digest]

    init() { before = Self.outlines([]) ?? [:] }

    /// The kinds of steps that a change of the key at `path` makes new, in the order of the data; a dash for a key that holds others.
    func text(_ path: [String]) -> String {
        let key = path.joined(separator: ".")
        guard let changes = Self.changes[key] else { return "" }
        // Some keys are allowed only beside others: these are set before, and the step from there is what counts.
        let start = changes.count == 1 ? before : Self.outlines(changes.dropLast()) ?? [:]
        guard let after = Self.outlines(changes) else { preconditionFailure("\(key): \(changes) is no valid change") }
        if start == after { return "nothing" }
        let plan = Set(Set(after.values).symmetricDifference(start.values))
        return StepKind.allCases.map(\.rawValue).filter { kind in
            after.contains { $0.key.hasPrefix(kind + " ") && plan.contains($0.value) }
                || start.contains { $0.key.hasPrefix(kind + " ") && plan.contains($0.value) && after[$0.key] == nil }
        }.map { "`\($0)`" }.joined(separator: ", ")
    }

    /// Every path of the schema with a change of it, in the words of `--set`; what must be set first stands before it.
    static let changes: [String: [String]] = KeyChanges.all

    /// Kind and address of each step with what its key is made of, inputs that are files or folders included; nil, where the
    /// recipe is not valid.
    private static func outlines(_ overrides: some Sequence<String>) -> [String: Digest]? {
        let file = SourceFile(name: "recipe.yaml", text: KeyChanges.recipe)
        do {
            let loaded = try RecipeLoader(file: file, folder: "/f", overrides: Array(overrides)) { _ in true }.load()
            var outlines: [String: Digest] = [:]
            for step in Plan(compiling: loaded).steps {
                var inputs: [String: JSON] = [:]
                for (name, source) in step.inputs { inputs[name] = describe(source) }
                let whole: JSON = [
                    "outline": .string(step.outline.description), "inputs": .object(inputs),
                ]
                outlines["\(step.kind.rawValue) \(step.address)"] = whole.digest
            }
            return outlines
        } catch {
            for finding in error.all { print(finding.message) }
            return nil
        }
    }

    private static func describe(_ source: Source) -> JSON {
        switch source {
        case .file(let path, _), .folder(let path, _, _): .string(path)
        case .hub(let repository, let revision, _): .string(repository + "@" + (revision ?? ""))
        case .output(_, let name): .string("output " + name)
        }
    }
}
