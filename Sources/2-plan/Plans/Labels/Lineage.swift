// Label lineage: for every output of every step, the folds of the training table whose labels it has seen. Reads a plan alone.

internal import Digests
package import Recipes

/// What the custom step says of the labels it can read.
package enum LabelUse: Sendable { case unused, crossFitted, inSample }

/// The lineage of a plan. A step's rule says what its outputs have seen, from its parameters and from what its inputs have seen.
package struct Lineage: Sendable {
    package let plan: Plan
    let foldCount: Int
    /// Whether rows of one group lie in different folds.
    let splitsGroups: Bool
    /// The path of the training table, whoever reads it, and those of files that are the same by place or by content.
    private let trainingTables: Set<String>
    private let mentions: [String: TableMention]
    /// By step, then by output; an output that is not there has nothing to do with labels.
    private var outputs: [[String: Sight]] = []

    package init(of plan: Plan, loaded: LoadedRecipe) {
        let folds = loaded.recipe.folds
        self.init(
            of: plan, foldCount: folds.count,
            splitsGroups: loaded.recipe.data.columns.group != nil && !folds.kind.respectsGroups,
            copies: loaded.trainingCopies, mentions: loaded.mentions)
    }

    /// - Parameters:
    ///   - copies: absolute paths of files that are the training table under another name.
    ///   - mentions: where custom steps, by name, name the training table without its being an input.
    package init(
        of plan: Plan, foldCount: Int, splitsGroups: Bool, copies: Set<String> = [],
        mentions: [String: TableMention] = [:]
    ) {
        self.plan = plan
        self.mentions = mentions
        self.foldCount = foldCount
        self.splitsGroups = splitsGroups
        let table = plan.steps.first { $0.kind == .ingest && $0.parameters["role"]?.string == "train" }
        trainingTables = Set(
            ([table?.inputs["table"]] + copies.map { .file(path: $0, name: $0) }).compactMap { $0?.filePath })
        outputs.reserveCapacity(plan.steps.count)
        for step in plan.steps { outputs.append(sights(of: step)) }
    }

    /// What an output has seen.
    package func sight(of source: Source?) -> Sight {
        guard case .output(let step, let name)? = source else { return .none }
        return outputs[step][name] ?? .none
    }

    /// The outputs of a step that have seen labels, by name.
    package func sights(ofStep index: Int) -> [String: Sight] { outputs[index] }

    // MARK: - Rules

    private func sights(of step: Step) -> [String: Sight] {
        switch step.kind {
        case .ingest: step.parameters["role"]?.string == "train" ? ["rows": .labels] : [:]
        case .finetune, .fit: ["model": .whole(fitted(step))]
        case .predict: ["predictions": predicted(step)]
        case .average: ["predictions": averaged(step), "weights": averageWeights(step)]
        case .stack: stacked(step)
        case .optimize: optimized(step)
        case .pseudoLabel: ["pseudo-labels": sight(of: step.inputs["predictions"])]
        case .command: commanded(step)
        default: [:]
        }
    }

    /// A model of a fold has seen the others; one of no fold has seen all.
    private func fitted(_ step: Step) -> Seen {
        var seen = Seen(direct: FoldSet(all: foldCount, without: step.parameters["fold"]?.integer))
        if case .whole(let teacher) = sight(of: step.inputs["pseudo-labels"]) { seen.formUnion(teacher) }
        return seen
    }

    private func predicted(_ step: Step) -> Sight {
        guard case .whole(let seen) = sight(of: step.inputs["model"]) else { return .none }
        guard isTrain(step.inputs["tokens"] ?? step.inputs["texts"]) else { return .whole(seen) }
        var rows = [Seen](repeating: Seen(), count: foldCount)
        for fold in step.parameters["fold"]?.integer.map({ [$0] }) ?? Array(0..<foldCount) { rows[fold] = seen }
        return .rows(rows)
    }

    /// Whether tokens or texts are those of the training table.
    private func isTrain(_ source: Source?) -> Bool {
        guard let index = source?.step else { return false }
        let step = plan.steps[index]
        return step.kind == .ingest ? step.parameters["role"]?.string == "train" : isTrain(step.inputs["texts"])
    }

    private func averaged(_ step: Step) -> Sight {
        guard step.parameters["members"] != nil else { return merged(step.inputs.values.map { sight(of: $0) }) }
        let members = step.inputs.filter { $0.key.hasPrefix("member.") }.map { sight(of: $0.value) }
        let result = merged(members)
        if step.inputs["rows"] != nil { return crossFitted(over: result, members) }
        guard case .whole(var seen) = result, let weights = step.inputs["weights"] else { return result }
        seen.direct.formUnion(FoldSet(all: foldCount, without: step.parameters["fold"]?.integer))
        seen.through.formUnion(sight(of: weights).seen(rowsOf: 0).through)
        return .whole(seen)
    }

    /// What weights that were fitted here have seen through the predictions; the labels of which folds depends on who asks.
    private func averageWeights(_ step: Step) -> Sight {
        guard step.parameters["members"] != nil, step.inputs["rows"] != nil else { return .none }
        var seen = Seen(direct: FoldSet(all: foldCount))
        for (name, source) in step.inputs where name.hasPrefix("member.") {
            for fold in 0..<foldCount { seen.through.formUnion(sight(of: source).seen(rowsOf: fold).asFittedOn) }
        }
        return .whole(seen)
    }

    /// Each row's learner has seen the labels of the other folds, and the row's own inputs have seen what they have seen.
    private func stacked(_ step: Step) -> [String: Sight] {
        let members = step.inputs.filter { $0.key.hasPrefix("oof.") }.map { sight(of: $0.value) }
        var own = merged(members)
        if splitsGroups, step.parameters["group-statistics"]?.bool == true, case .rows(var rows) = own {
            // A row's group has rows in other folds, whose predictions come from models that saw this row's label.
            let all = rows.reduce(into: Seen()) { $0.formUnion($1) }
            for fold in rows.indices { rows[fold].formUnion(all) }
            own = .rows(rows)
        }
        let tests = step.inputs.filter { $0.key.hasPrefix("test.") }.map { sight(of: $0.value) }
        var test = tests.reduce(into: Seen()) { $0.formUnion($1.seen(rowsOf: 0)) }
        test.direct.formUnion(FoldSet(all: foldCount, without: step.parameters["fold"]?.integer))
        for member in members {
            for fold in 0..<foldCount { test.through.formUnion(member.seen(rowsOf: fold).asFittedOn) }
        }
        return ["oof": crossFitted(over: own, members), "test": .whole(test)]
    }

    private func optimized(_ step: Step) -> [String: Sight] {
        let predictions = sight(of: step.inputs["predictions"])
        guard let fittedOn = step.inputs["fitted-on"] else {
            guard case .whole(var seen) = predictions else { return [:] }
            seen.direct.formUnion(FoldSet(all: foldCount, without: step.parameters["fold"]?.integer))
            seen.through.formUnion(sight(of: step.inputs["parameters"]).seen(rowsOf: 0).through)
            return ["predictions": .whole(seen)]
        }
        let fitted = sight(of: fittedOn)
        var parameters = Seen(direct: FoldSet(all: foldCount))
        for fold in 0..<foldCount { parameters.through.formUnion(fitted.seen(rowsOf: fold).asFittedOn) }
        return ["predictions": crossFitted(over: predictions, [fitted]), "parameters": .whole(parameters)]
    }

    /// A program is taken at its word. Without one: what reads the training table and the folds is taken to keep them apart, and
    /// what reads the table alone cannot.
    private func commanded(_ step: Step) -> [String: Sight] {
        var rows = [Seen](repeating: Seen(), count: foldCount)
        var test = Seen()
        for source in step.inputs.values {
            let input = sight(of: source)
            for fold in rows.indices where !isForTestAlone(source, in: step) {
                rows[fold].formUnion(input.seen(rowsOf: fold))
            }
            for fold in 0..<foldCount { test.formUnion(input.seen(rowsOf: fold)) }
        }
        switch use(of: step) {
        case .unused: break
        case .crossFitted:
            for fold in rows.indices { rows[fold].direct.formUnion(FoldSet(all: foldCount, without: fold)) }
            test.direct.formUnion(FoldSet(all: foldCount))
        case .inSample:
            for fold in rows.indices { rows[fold].direct.formUnion(FoldSet(all: foldCount)) }
            test.direct.formUnion(FoldSet(all: foldCount))
        }
        guard rows.contains(where: { $0 != Seen() }) || test != Seen() else { return [:] }
        let names = step.parameters["outputs"]?.array?.compactMap(\.string) ?? []
        // What is fitted on labels is one thing for all rows, as a model is, unless its name says that it is out-of-fold.
        let isFitted = use(of: step) != .unused
        return Dictionary(
            names.map { ($0, Self.isRowWise($0) || !isFitted && $0 != "test" ? .rows(rows) : .whole(test)) },
            uniquingKeysWith: { $1 })
    }

    /// Whether an output of a program holds something for each row that has not seen the row's fold: `out-of-fold`, or a name
    /// that begins or ends so, such as `out-of-fold-counts`.
    static func isRowWise(_ name: String) -> Bool {
        name == "out-of-fold" || name.hasPrefix("out-of-fold-") || name.hasSuffix("-out-of-fold")
    }

    /// What a custom step does with labels, as it says or as its inputs make likely.
    func use(of step: Step) -> LabelUse {
        let hasFolds = step.inputs.values.contains { $0.step.map { plan.steps[$0].kind == .split } ?? false }
        switch step.labels {
        case .unused?: return .unused
        case .inSample?: return .inSample
        case .crossFitted?: return hasFolds ? .crossFitted : .inSample
        case nil:
            let reads = trainingInput(of: step) != nil || mention(in: step)?.isCertain ?? false
            return reads ? hasFolds ? .crossFitted : .inSample : .unused
        }
    }

    /// Where a program names the training table that is none of its inputs.
    func mention(in step: Step) -> TableMention? {
        step.kind == .command && trainingInput(of: step) == nil ? mentions[step.room] : nil
    }

    /// The name of the input by which a program reads the training table, as data.train or as a file.
    func trainingInput(of step: Step) -> String? {
        step.inputs.filter { $0.value.filePath.map(trainingTables.contains) ?? false }.map(\.key).min()
    }

    /// Test predictions that a step reads beside the out-of-fold predictions of the same model are what it makes its own test
    /// predictions of; alone, they can only be there to learn from.
    func isForTestAlone(_ source: Source, in step: Step) -> Bool {
        guard isOfTest(source), case .whole = sight(of: source), let index = source.step,
            step.parameters["outputs"]?.array?.contains("test") ?? false
        else { return false }
        let room = plan.steps[index].room
        return step.inputs.values.contains { other in
            guard case .rows = sight(of: other), let beside = other.step else { return false }
            return plan.steps[beside].room == room
        }
    }

    /// Whether something is predictions of the test table: a program's `test`, or what ablate itself predicts.
    private func isOfTest(_ source: Source) -> Bool {
        guard case .output(let index, let name) = source else { return false }
        return plan.steps[index].kind != .command || name == "test"
    }

    /// The test predictions that a program takes beside the out-of-fold predictions of the same thing, without a word of its own on
    /// what it does with labels: it may as well learn from them.
    func testBeside(of step: Step) -> (input: String, of: String)? {
        guard step.kind == .command, step.labels == nil,
            step.parameters["outputs"]?.array?.contains(where: { Self.isRowWise($0.string ?? "") }) ?? false
        else { return nil }
        for (name, source) in step.inputs.sorted(by: { $0.key < $1.key }) {
            guard let index = source.step, isForTestAlone(source, in: step) else { continue }
            return (String(name.dropFirst("in.".count)), plan.steps[index].room)
        }
        return nil
    }

    // MARK: - Unions

    private func merged(_ members: [Sight]) -> Sight {
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
    private func crossFitted(over own: Sight, _ fittedOn: [Sight]) -> Sight {
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
    package var room: String {
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
