// Label lineage: for every output of every step, the folds of the training table whose labels it has seen. Reads a plan alone.

package import Recipes

/// The lineage of a plan. The rule of a step's kind says what its outputs have seen, from its parameters and from what its inputs
/// have seen (``TypedStep/sights(in:)``); what the rules have in common stands here.
package struct Lineage: Sendable {
    package let plan: Plan
    let foldCount: Int
    /// Whether rows of one group lie in different folds.
    let splitsGroups: Bool
    /// Whether a model is trained on earlier folds alone.
    let isOrdered: Bool
    /// The path of the training table, whoever reads it, and those of files that are the same by place or by content.
    private let trainingTables: Set<String>
    /// Where custom steps, by name, name the training table without its being an input.
    let mentions: [String: TableMention]
    /// By step, then by output; an output that is not there has nothing to do with labels.
    private var outputs: [[String: Sight]] = []

    package init(of plan: Plan, loaded: LoadedRecipe) {
        let folds = loaded.recipe.folds
        self.init(
            of: plan, foldCount: folds.count,
            splitsGroups: loaded.recipe.data.columns.group != nil && !folds.kind.respectsGroups,
            isOrdered: folds.kind == .time, copies: loaded.trainingCopies, mentions: loaded.mentions)
    }

    /// - Parameters:
    ///   - copies: absolute paths of files that are the training table under another name.
    ///   - mentions: where custom steps, by name, name the training table without its being an input.
    package init(
        of plan: Plan, foldCount: Int, splitsGroups: Bool, isOrdered: Bool = false,
        copies: Set<String> = [], mentions: [String: TableMention] = [:]
    ) {
        self.plan = plan
        self.mentions = mentions
        self.foldCount = foldCount
        self.splitsGroups = splitsGroups
        self.isOrdered = isOrdered
        let ingests = plan.steps.lazy.compactMap { $0.body as? IngestStep }
        let tables = ingests.filter { $0.role.hasLabels }.map(\.table.source)
        trainingTables = Set((tables + copies.map { .file(path: $0, name: $0) }).compactMap(\.filePath))
        outputs.reserveCapacity(plan.steps.count)
        for step in plan.steps { outputs.append(step.body.sights(in: self)) }
    }

    /// What an output has seen.
    package func sight(of source: Source?) -> Sight {
        guard case .output(let step, let name)? = source else { return .none }
        return outputs[step][name] ?? .none
    }

    /// The outputs of a step that have seen labels, by name.
    package func sights(ofStep index: Int) -> [String: Sight] { outputs[index] }

    // MARK: - What rules ask

    /// Whether tokens or texts are those of the training table.
    func isOfTrainingTable(_ source: Source?) -> Bool {
        guard let index = source?.step else { return false }
        let step = plan.steps[index]
        if step.body is JoinStep { return true }
        if let ingest = step.body as? IngestStep { return ingest.role.hasLabels }
        return isOfTrainingTable(step.inputs["texts"])
    }

    /// Whether a file of the user's is the training table, by place or by content.
    func isTrainingTable(_ source: Source) -> Bool { source.filePath.map(trainingTables.contains) ?? false }

    /// Whether something is predictions of the test table: a program's `test`, or what ablate itself predicts.
    func isOfTest(_ source: Source) -> Bool {
        guard case .output(let index, let name) = source else { return false }
        return plan.steps[index].kind != .command || name == "test"
    }

    /// What a model has seen: that of a fold the others, or the earlier ones; one of no fold all; and what its teacher has.
    func fitted(without fold: Int?, teacher: Artifact<Content.PseudoLabels>?) -> Seen {
        let others = fold.flatMap { isOrdered ? FoldSet(0..<$0) : nil } ?? FoldSet(all: foldCount, without: fold)
        var seen = Seen(direct: others)
        if case .whole(let taught) = sight(of: teacher?.source) { seen.formUnion(taught) }
        return seen
    }

    /// The fold of a model whose labels its teacher has seen; nil where it has not.
    func taught(_ fold: Int?, by teacher: Artifact<Content.PseudoLabels>?) -> Int? {
        guard let fold, case .whole(let seen) = sight(of: teacher?.source) else { return nil }
        return seen.direct.contains(fold) ? fold : nil
    }

    /// What something that is fitted here on out-of-fold predictions has seen; the labels of which folds depends on who asks.
    func fittedOn(_ members: [Sight]) -> Seen {
        var seen = Seen(direct: FoldSet(all: foldCount))
        for member in members {
            for fold in 0..<foldCount { seen.through.formUnion(member.seen(rowsOf: fold).asFittedOn) }
        }
        return seen
    }

    // MARK: - Unions

    /// What several things together have seen.
    func merged(_ members: [Sight]) -> Sight {
        var rows: [Seen]?
        var whole: Seen?
        for member in members {
            switch member {
            case .none, .labels: continue
            case .whole(let seen): whole = whole.map { $0.union(seen) } ?? seen
            case .rows(let seen): rows = rows.map { zip($0, seen).map { $0.union($1) } } ?? seen
            }
        }
        if let rows { return .rows(rows) }
        return whole.map { .whole($0) } ?? .none
    }

    /// What was fitted on all folds but a row's own, and applied to the row.
    func crossFitted(over own: Sight, _ fittedOn: [Sight]) -> Sight {
        guard case .rows(var rows) = own else { return own }
        for fold in rows.indices {
            rows[fold].direct.formUnion(FoldSet(all: foldCount, without: fold))
            for member in fittedOn {
                for other in rows.indices where other != fold {
                    rows[fold].through.formUnion(member.seen(rowsOf: other).asFittedOn)
                }
            }
        }
        return .rows(rows)
    }
}

extension Seen {
    fileprivate func union(_ other: Seen) -> Seen {
        var result = self
        result.formUnion(other)
        return result
    }
}

extension Step {
    /// The name in the recipe that a step belongs to: `final` of `round-1/final/optimize-oof`.
    package var room: String { Self.room(of: address) }

    static func room(of address: String) -> String {
        var parts = address.split(separator: "/").map(String.init)
        if parts.count > 1, parts[0].hasPrefix("round-") { parts.removeFirst() }
        if parts.count > 2, parts[0] == "ablations" { return parts[1] + ": " + parts[2] }
        return parts.first ?? address
    }
}

extension Source {
    /// The path of a user's file, in one form however it was written.
    fileprivate var filePath: String? {
        guard case .file(let path, _) = self else { return nil }
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
