// What no single key can know: settings that must fit together.

internal import Diagnostics
internal import Nodes

struct CrossChecks {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]
    /// The entries that are optimizations, or averages with one in them.
    private let optimized: Set<String>
    /// The names that have no out-of-fold predictions.
    private let withoutOutOfFold: Set<String>
    /// What each custom step makes.
    private let outputs: [String: [String]]

    init(recipe: Recipe, tree: Node, variants: [[Variant]]) {
        self.recipe = recipe
        self.tree = tree
        self.variants = variants
        // In the order of the file: what an entry is made of stands above it, and what does not is a finding of its own.
        var optimized: Set<String> = []
        var without = Set(recipe.models.filter { !$0.value.isOutOfFold }.map(\.name))
        without.formUnion(recipe.steps.filter { !$0.value.outputs.contains("out-of-fold") }.map(\.name))
        for entry in recipe.stack {
            let members = entry.value.average?.members ?? []
            if entry.value.optimization != nil || members.contains(where: optimized.contains) {
                optimized.insert(entry.name)
            }
            if members.contains(where: without.contains) { without.insert(entry.name) }
        }
        self.optimized = optimized
        withoutOutOfFold = without
        outputs = Dictionary(recipe.steps.map { ($0.name, $0.value.outputs) }, uniquingKeysWith: { first, _ in first })
    }

    func report(_ reading: inout Reading) {
        if recipe.models.isEmpty, recipe.steps.isEmpty, let place = tree["models"] {
            reading.report(Finding("missing-key", "at least one model or step is needed here", at: place.span))
        }
        checkSubmission(&reading)
        checkStack(&reading)
        checkData(&reading)
        let steps = CustomStepChecks(recipe: recipe, tree: tree)
        steps.report(&reading)
        AnnotationChecks(recipe: recipe, tree: tree).report(&reading)
        ExtractorChecks(recipe: recipe, tree: tree).report(&reading)
        checkRounds(&reading)
        let models = tree.index("models")
        for entry in recipe.models {
            guard let node = models[entry.name] else { continue }
            ModelChecks(recipe: recipe, model: entry.value, tree: node).report(&reading)
        }
        let names = ReferenceChecks(tree: tree)
        for (ablation, own) in zip(recipe.ablations, variants) {
            for variant in own {
                names.report(variant, of: ablation.value.of, &reading)
                switch variant.subject {
                case .model(let model): ModelChecks(recipe: recipe, model: model, tree: variant.tree).report(&reading)
                case .entry(let entry): check(Named(name: ablation.value.of, value: entry), at: variant.tree, &reading)
                }
            }
        }
    }

    /// Every round is made of fold models alone: a model on all rows would have seen the labels of what it predicts.
    private func checkRounds(_ reading: inout Reading) {
        guard let rounds = recipe.rounds, let node = tree["rounds"] else { return }
        if recipe.data.test == nil {
            reading.report(
                Finding(
                    "missing-key", "pseudo-labels need a test table", at: node.span,
                    help: "add data.test, or remove rounds"))
        }
        if rounds.pseudoLabels.from.isEmpty {
            reading.report(
                Finding(
                    "missing-key", "nothing says what labels the test rows", at: node.span,
                    help: "write rounds: {count: \(rounds.count), from: NAME}, or add a submission"))
        }
        for entry in recipe.models {
            if entry.value.fit != [.folds], let place = tree["models"]?[entry.name] {
                reading.report(
                    Finding(
                        "full-fit-with-pseudo-labels", "with rounds, \"\(entry.name)\" must be fitted on folds alone",
                        at: (place["fit"] ?? place).span, help: "write fit: [folds]"))
            }
            if entry.value.pseudoLabels != .off, let place = tree["models"]?[entry.name]?["pseudo-labels"] {
                reading.report(
                    Finding(
                        "conflicting-keys", "rounds give every model its pseudo-labels", at: place.span,
                        notes: [.init("rounds stand here", at: node.span)], help: "keep one of the two"))
            }
        }
        for name in ReferenceGraph(recipe: recipe, tree: tree).closure(of: [rounds.pseudoLabels.from]) {
            let isStep = recipe.steps.contains { $0.name == name }
            let isBrought = recipe.models.contains {
                $0.name == name && $0.value.isOutOfFold && !$0.value.section.teaches
            }
            if isStep || isBrought { reading.report(Self.noTeacher(name, at: (node["from"] ?? node).span)) }
        }
    }

    /// A custom step, and predictions that are brought, give one prediction for the test, and a teacher needs one for each fold.
    static func noTeacher(_ name: String, at span: Span) -> Finding {
        Finding(
            "no-teacher", "pseudo-labels cannot come from \"\(name)\"", at: span,
            help:
                "a teacher is made of fitted models, averages, learners and optimizations alone: each fold needs one that never saw its labels"
        )
    }

    private func checkSubmission(_ reading: inout Reading) {
        if let submission = recipe.submission, let place = tree["submission"]?["from"],
            let outputs = outputs[submission.from], !outputs.contains("test")
        {
            Self.reportNoPredictions(place, output: "test", outputs: outputs, &reading)
        }
        checkSubmissionPath(&reading)
        guard recipe.submission != nil, recipe.data.test == nil, let submission = tree["submission"] else { return }
        reading.report(
            Finding(
                "missing-key", "a submission needs a test table", at: submission.span,
                help: "add data.test, or remove the submission"))
    }

    /// As text; what leads to the same file by a link is found where there are files.
    private func checkSubmissionPath(_ reading: inout Reading) {
        guard let submission = recipe.submission, let node = tree["submission"] else { return }
        let inputs = [recipe.data.train, recipe.data.test, submission.sample].compactMap(\.self)
        guard let input = inputs.first(where: { Self.parts($0) == Self.parts(submission.path) }) else { return }
        reading.report(
            Finding(
                "overwrites-input", "the submission would replace \"\(input)\", which the recipe reads",
                at: (node["path"] ?? node).span, help: "choose another path"))
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }

    private func checkStack(_ reading: inout Reading) {
        let nodes = tree.index("stack")
        for entry in recipe.stack {
            if let node = nodes[entry.name] { check(entry, at: node, &reading) }
        }
    }

    private func check(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        checkKeys(of: node, &reading)
        checkLearner(entry, at: node, &reading)
        checkAverage(entry, at: node, &reading)
        checkSteps(entry, at: node, &reading)
        checkOptimize(entry, at: node, &reading)
        checkContents(entry, at: node, &reading)
    }

    /// Weights that fit the members, and something to fit them on.
    private func checkAverage(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        guard let average = entry.value.average, let place = node["weights"] else { return }
        let members = average.members
        if case .given(let weights) = average.weights {
            if weights.count != members.count {
                reading.report(
                    Finding(
                        "bad-value", "there are \(members.count) members and \(weights.count) weights", at: place.span,
                        help: "write one weight for each member, in their order"))
            } else if !weights.contains(where: { $0 > 0 }) {
                reading.report(
                    Finding("out-of-range", "every weight is 0, so nothing would be averaged", at: place.span))
            }
        }
        if average.weights == .simplex, [.logits, .rank].contains(average.mean), let mean = node["mean"] {
            reading.report(
                Finding(
                    "conflicting-keys", "weights on the simplex are fitted for probabilities and geometric means alone",
                    at: mean.span, notes: [.init("weights stand here", at: place.span)], help: "use weights: greedy"))
        }
        guard average.weights.isFitted else { return }
        for (name, member) in zip(members, node["average"]?.elements ?? []) where withoutOutOfFold.contains(name) {
            reading.report(
                Finding(
                    "no-out-of-fold", "\"\(name)\" has no out-of-fold predictions to fit weights on", at: member.span,
                    help: "give the model `fit: [folds]`"))
        }
    }

    /// A custom step takes a model's place by outputs of two names.
    private func checkSteps(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        let places =
            ["average", "lightgbm", "logistic", "simplex"].flatMap { node[$0]?.elements ?? [] }
            + ["optimize", "fitted-on"].compactMap { node[$0] }
        for place in places {
            guard let outputs = outputs[place.scalar?.text ?? ""], !outputs.contains("out-of-fold"),
                !outputs.contains("test")
            else { continue }
            Self.reportNoPredictions(place, output: "out-of-fold", outputs: outputs, &reading)
        }
    }

    private static func reportNoPredictions(
        _ place: Node, output: String, outputs: [String], _ reading: inout Reading
    ) {
        Dangling.report(
            output, noun: "output of the step \(place.scalar?.text ?? ""),", among: outputs, at: place.span, &reading)
    }

    /// Keys that would silently do nothing.
    private func checkKeys(of node: Node, _ reading: inout Reading) {
        guard let (kind, keys) = StackEntry.declaration.meaningless(in: node) else { return }
        for key in keys {
            reading.report(
                Finding(
                    "conflicting-keys", "\"\(key.key)\" means nothing to \(kind)", at: key.keySpan,
                    help: "remove it"))
        }
    }

    /// A learner is fitted on out-of-fold predictions; without them it would learn from what models know by heart.
    private func checkLearner(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        guard let learner = entry.value.learner else { return }
        for key in node["settings"]?.entries ?? []
        where !LearnerSettings.meaningful(to: learner.learner).contains(key.key) {
            reading.report(
                Finding(
                    "conflicting-keys", "\"\(key.key)\" means nothing to \(learner.learner.rawValue)", at: key.keySpan,
                    help: "remove it"))
        }
        for (name, place) in zip(learner.members, node[learner.learner.rawValue]?.elements ?? []) {
            guard withoutOutOfFold.contains(name) else { continue }
            reading.report(
                Finding(
                    "no-out-of-fold", "\"\(name)\" has no out-of-fold predictions to fit on", at: place.span,
                    help: "give the model `fit: [folds]`"))
        }
        for (feature, place) in zip(learner.features, node["features"]?.elements ?? [])
        where feature == .overlap && recipe.data.columns.prompt == nil {
            reading.report(
                Finding(
                    "missing-key", "the feature overlap needs data.columns.prompt", at: place.span,
                    help: "name the column of the prompts, or leave the feature out"))
        }
        if learner.features.contains(.groupStatistics), recipe.data.columns.group == nil,
            let place = node["features"]
        {
            reading.report(
                Finding(
                    "missing-key", "group-statistics need data.columns.group", at: place.span,
                    help: "name the column of the groups, or leave the feature out"))
        }
    }

    /// What is optimized must not be optimized already, and something must be there to fit on.
    private func checkOptimize(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        guard let optimization = entry.value.optimization, let item = node["optimize"] else { return }
        let source = optimization.fitting
        for (name, place) in [(optimization.target, item), (source, node["fitted-on"] ?? item)]
        where optimized.contains(name) {
            reading.report(
                Finding(
                    "optimized-twice",
                    "\"\(name)\" is optimized already; its predictions have seen the labels of other folds",
                    at: place.span, help: "use what \"\(name)\" is made of"))
            return
        }
        guard withoutOutOfFold.contains(source) else { return }
        reading.report(
            Finding(
                "no-out-of-fold", "\"\(source)\" has no out-of-fold predictions to fit on",
                at: (node["fitted-on"] ?? item).span,
                help: "name a model with `fit: [folds]` as fitted-on"))
    }

    /// Tables and columns that would give the labels away.
    private func checkSources(_ data: Node, _ reading: inout Reading) {
        let columns = recipe.data.columns
        for (name, column, way) in [
            (
                "group", columns.group,
                "rows that share a group would share the label, and a fold would hold whole labels"
            ),
            ("weight", columns.weight, "the weights would tell the labels"),
        ] where column == columns.label {
            guard let place = data["columns"]?[name] else { continue }
            reading.report(
                Finding(
                    "label-leak", "the column \"\(columns.label)\" holds the labels, and is read as \(name)",
                    at: place.span, notes: [.init(way)], help: "name another column, or leave \(name) out"))
        }
        if let test = recipe.data.test, Self.plain(test) == Self.plain(recipe.data.train), let place = data["test"] {
            reading.report(
                Finding(
                    "label-leak", "the test table is the training table, so models predict rows they were trained on",
                    at: place.span, notes: data["train"].map { [.init("trained on here", at: $0.span)] } ?? [],
                    help: "name another table, or leave data.test out: out-of-fold predictions are made of train anyway"
                ))
        }
    }

    private static func plain(_ path: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false).filter { $0 != "." }.joined(separator: "/")
    }

    private func checkData(_ reading: inout Reading) {
        guard let data = tree["data"] else { return }
        let columns = recipe.data.columns
        if [columns.answer, columns.prompt].contains(columns.label), let place = data["columns"]?["label"] {
            reading.report(
                Finding(
                    "conflicting-keys", "the column \"\(columns.label)\" is both read and predicted", at: place.span,
                    help: "name the column of the labels alone"))
        }
        checkSources(data, &reading)
        if recipe.data.columns.group == nil {
            if recipe.folds.kind.respectsGroups, let kind = tree["folds"]?["kind"] {
                reading.report(
                    Finding(
                        "missing-key", "\(recipe.folds.kind.rawValue) needs data.columns.group", at: kind.span,
                        help: "name the column of the groups"))
            }
            if recipe.data.constraint != nil, let constraint = data["constraint"] {
                reading.report(
                    Finding(
                        "missing-key", "a constraint needs data.columns.group", at: constraint.span,
                        help: "name the column of the groups"))
            }
        } else if !recipe.folds.kind.respectsGroups, let kind = tree["folds"]?["kind"] {
            // Optimizing works on whole groups of one fold; for the rest it is only unwise.
            let isFatal = recipe.stack.contains { $0.value.optimization != nil }
            reading.report(
                Finding(
                    "groups-split", "rows of one group fall into different folds, and scores come out too good",
                    at: kind.span,
                    severity: isFatal ? .error : .warning, help: "use stratified-group-k-fold"))
        }
        if let template = recipe.data.template, template.usesPrompt, recipe.data.columns.prompt == nil,
            let node = data["template"]
        {
            reading.report(
                Finding("bad-template", "the template uses {prompt}, and data.columns.prompt is missing", at: node.span)
            )
        }
    }
}
