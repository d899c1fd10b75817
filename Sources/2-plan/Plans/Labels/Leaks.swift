// Leaks: predictions that are used as out-of-fold and have seen the labels of the rows they are for, with the way the labels came.

package import Diagnostics
internal import Nodes
package import Recipes

extension FindingRule {
    static let mayReadLabels = FindingRule(
        "may-read-labels", .scores, .warning,
        "A custom step may read the training table: its command or a file that it reads names it, or a folder that holds it.",
        "What a program does cannot be seen, so its out-of-fold predictions cannot be vouched for. Give it the table as an input, `data.train`, and say what it does with the labels."
    )
    static let testBesideOutOfFold = FindingRule(
        "test-beside-out-of-fold", .scores, .warning,
        "A custom step reads predictions of the test beside out-of-fold predictions, and does not say that it keeps them apart.",
        "Predictions of the test come from all folds together and have seen every label; mixed into out-of-fold predictions they would leak."
    )
}

extension Lineage {
    /// An input that must be out-of-fold and is not.
    package struct Leak: Sendable, Hashable {
        /// The step that uses it, and the name of its input.
        package let step: Int
        package let input: String
        /// The fold whose labels were seen.
        package let fold: Int
        /// The steps between, from the one that is used back to the one that saw the labels.
        package let path: [Int]
    }

    /// Every leak, in the order of the plan. What is made of something leaking is not told again.
    package var leaks: [Leak] {
        var leaks: [Leak] = []
        var roots: Set<Int> = []
        for (index, step) in plan.steps.enumerated() {
            for (name, source) in step.inputs.sorted(by: { $0.key < $1.key }) {
                guard let fold = step.body.leakingFold(of: name, source, in: self) else { continue }
                let path = path(from: source, fold: fold)
                guard let root = path.last, roots.insert(root).inserted else { continue }
                leaks.append(Leak(step: index, input: name, fold: fold, path: path))
            }
        }
        return leaks
    }

    /// From a source that has seen the labels of `fold` where it must not, back to the step that let them in.
    private func path(from source: Source, fold: Int) -> [Int] {
        var path: [Int] = []
        var now: Source? = source
        while case .output(let index, let output)? = now {
            path.append(index)
            let step = plan.steps[index]
            let inputs = step.inputs.filter { name, source in
                if step.kind == .stack { return name.hasPrefix(output == "test" ? "test." : "oof.") }
                return !((step.body as? CommandStep)?.isForTestAlone(source, in: self) ?? false)
            }
            now =
                inputs.sorted { $0.key < $1.key }
                .first { sight(of: $0.value).seen(rowsOf: fold).direct.contains(fold) }?.value
            // What a program makes of test predictions is its own doing, whatever these were made of.
            if step.kind == .command, case .whole = sight(of: now), let source = now, !isInSample(source) { break }
        }
        return path
    }

    /// Whether it comes from a program that is itself to be named for it.
    private func isInSample(_ source: Source) -> Bool {
        source.step.flatMap { plan.steps[$0].body as? CommandStep }?.use(in: self) == .inSample
    }

    // MARK: - Words

    /// The leaks as findings at the recipe's places.
    package func findings(_ loaded: LoadedRecipe) -> [Finding] {
        let places = LeakPlaces(tree: loaded.tree)
        return remarks(places)
            + leaks.map { leak in
                let user = plan.steps[leak.step].room
                let used = plan.steps[leak.path[0]].room
                let root = plan.steps[leak.path[leak.path.count - 1]]
                var notes: [Finding.Note] = []
                let names = leak.path.map { plan.steps[$0].room }
                var last = used
                for name in names where name != last {
                    notes.append(Finding.Note("\"\(last)\" reads \"\(name)\" here", at: places.use(of: name, by: last)))
                    last = name
                }
                let (reason, place, help) = explanation(of: root, places)
                notes.append(Finding.Note(reason, at: place))
                let what =
                    user == used
                    ? "\"\(used)\" is scored on rows" : "\"\(user)\" takes \"\(used)\" as out-of-fold for rows"
                return Finding(
                    .labelLeak, "\(what) whose labels it has seen (fold \(leak.fold) among them)",
                    at: user == used ? places.name(used) : places.use(of: used, by: user), notes: notes, help: help)
            }
    }

    /// What may be a leak and may be none: only the writer of a program knows.
    private func remarks(_ places: LeakPlaces) -> [Finding] {
        let programs = plan.steps.enumerated().compactMap { index, step in
            (step.body as? CommandStep).map { (index, $0) }
        }
        return mayRead(programs, places) + besideOutOfFold(programs, places) + mayRead(places)
    }

    /// Models that are programs and may read the training table beside the tables that they are handed.
    private func mayRead(_ places: LeakPlaces) -> [Finding] {
        // Its variants read what it reads.
        var known: Set<TableMention> = []
        return plan.steps.compactMap { step in
            guard let program = step.body as? ProgramStep, let mention = program.mention, !mention.isCertain,
                known.insert(mention).inserted
            else { return nil }
            return Finding(
                .mayReadLabels,
                "\"\(step.room)\" may read the training table: \(mention.phrase); if it does, its score may have seen every label",
                at: places.mention(mention, of: step.room),
                help:
                    "write `labels: cross-fitted` if it does nothing with the labels of the rows that it predicts; {in.train} has all it may learn from"
            )
        }
    }

    /// Programs that name the training table in a way that may be no reading of it.
    private func mayRead(_ programs: [(index: Int, step: CommandStep)], _ places: LeakPlaces) -> [Finding] {
        let uncertain = programs.filter { _, step in
            step.labels == nil && step.mention(in: self).map { !$0.isCertain } ?? false
        }
        guard !uncertain.isEmpty else { return [] }
        var known: Set<String> = []
        let read = Set(plan.steps.flatMap { $0.inputs.values })
        return uncertain.compactMap { index, step in
            guard let mention = step.mention(in: self),
                step.outputs.contains(where: {
                    CommandStep.isRowWise($0) || $0 != "test" && read.contains(.output(step: index, name: $0))
                }), known.insert(step.name).inserted
            else { return nil }
            return Finding(
                .mayReadLabels,
                "\"\(step.name)\" may read the training table: \(mention.phrase); if it does, its score has seen every label",
                at: places.mention(mention, of: step.name),
                help:
                    "write `labels: unused` if it uses no label of the training table; if it does, let it read data.train and folds"
            )
        }
    }

    private func besideOutOfFold(
        _ programs: [(index: Int, step: CommandStep)], _ places: LeakPlaces
    ) -> [Finding] {
        var known: Set<String> = []
        return programs.compactMap { _, step in
            guard let (input, other) = step.testBeside(in: self), known.insert(step.name).inserted else { return nil }
            return Finding(
                .testBesideOutOfFold,
                "\"\(step.name)\" reads \(other).test beside \(other).out-of-fold; if it learns from it, as from pseudo-labels, its score has seen every label",
                at: places.input(input, of: step.name),
                help:
                    "write `labels: unused` if what it says of the test alone is made of it, or use the recipe's `pseudo-labels`"
            )
        }
    }

    /// The input by which a program takes one thing that has seen every fold's labels, whose it is, and whether it is predictions of
    /// the test.
    private func wholeInput(of step: CommandStep) -> (input: String, of: String, isTest: Bool)? {
        for (name, source) in step.inputs.sorted(by: { $0.key < $1.key }) {
            guard case .output(let index, let output) = source, case .whole(let seen) = sight(of: source),
                !seen.direct.isEmpty, !step.isForTestAlone(source, in: self)
            else { continue }
            let isTest = plan.steps[index].kind != .command || output == "test"
            return (String(name.dropFirst("in.".count)), plan.steps[index].room, isTest)
        }
        return nil
    }

    private func explanation(of root: Step, _ places: LeakPlaces) -> (reason: String, place: Span?, help: String) {
        let name = root.room
        if root.kind == .stack {
            return (
                "\"\(name)\" reads statistics of groups, and rows of one group lie in different folds",
                places.folds, "use a kind of folds that keeps groups whole, or leave group-statistics out"
            )
        }
        guard let program = root.body as? CommandStep else {
            let (reason, help) = root.body.leak(of: name)
            return (reason, places.name(name), help)
        }
        if let (input, other, isTest) = wholeInput(of: program), program.use(in: self) != .inSample {
            guard isTest else {
                return (
                    "\"\(name)\" uses what \"\(other)\" made here of the labels of every fold, for rows of each fold",
                    places.input(input, of: name),
                    "fit it in the step that uses it, fold by fold; if \"\(other)\" keeps the folds apart row by row, name its output out-of-fold-NAME"
                )
            }
            return (
                "\"\(name)\" learns from \"\(other)\" here: predictions of the test by models that together saw every fold",
                places.input(input, of: name),
                "use the recipe's `pseudo-labels`, which give each fold a teacher of its own; if it only makes its test predictions of them, let it read \(other).out-of-fold as well, write the output `test`, and say `labels: unused`"
            )
        }
        if program.labels == .inSample {
            return (
                "\"\(name)\" says that it sees the labels of the rows it predicts", places.labels(of: name),
                "keep the labels of a fold out of what is said of its rows, then write `labels: cross-fitted`"
            )
        }
        if program.labels == .crossFitted {
            return (
                "\"\(name)\" says that it is cross-fitted, and does not read the folds it would have to keep apart",
                places.labels(of: name), "give it the input `folds`"
            )
        }
        if let mention = program.mention(in: self) {
            return (
                "\"\(name)\" reads the training table with all its labels here (\(mention.words)), and not the folds",
                places.mention(mention, of: name),
                "let it read `data.train` and `folds` and keep each fold's labels from its rows; if it uses no label, write `labels: unused`"
            )
        }
        let input = program.trainingInput(in: self).map { String($0.dropFirst("in.".count)) }
        return (
            "\"\(name)\" reads the training table with all its labels here, and not the folds",
            input.flatMap { places.input($0, of: name) },
            "let it read `folds` and keep each fold's labels from its rows; if it uses no label, write `labels: unused`"
        )
    }
}

/// Where the recipe says what a leak is made of.
private struct LeakPlaces {
    let tree: Node

    /// The key of a model, stack entry, custom step or ablation's variant.
    func name(_ name: String) -> Span? {
        for section in ["models", "stack", "steps"] {
            if let entry = tree[section]?.entries?.first(where: { $0.key == name }) { return entry.keySpan }
        }
        let ablation = name.prefix { $0 != ":" }
        return tree["ablations"]?.entries?.first { $0.key == ablation }?.keySpan
    }

    /// The word by which one thing uses another.
    func use(of used: String, by user: String) -> Span? {
        guard let node = ["models", "stack", "steps"].lazy.compactMap({ tree[$0]?[user] }).first else {
            return name(user)
        }
        return Self.word(used, in: node) ?? name(user)
    }

    /// The first scalar that is a name, or begins with it and a dot.
    private static func word(_ name: String, in node: Node) -> Span? {
        if let text = node.scalar?.text { return text == name || text.hasPrefix(name + ".") ? node.span : nil }
        for child in node.elements ?? node.entries?.map(\.value) ?? [] {
            if let span = word(name, in: child) { return span }
        }
        return nil
    }

    func labels(of step: String) -> Span? { tree["steps"]?[step]?["labels"]?.span ?? name(step) }
    func input(_ input: String, of step: String) -> Span? {
        tree["steps"]?[step]?["inputs"]?[input]?.span ?? name(step)
    }
    func mention(_ mention: TableMention, of step: String) -> Span? {
        let node = tree["steps"]?[step] ?? tree["models"]?[step]?["program"]
        switch mention.place {
        case .argument(let index):
            let arguments = node?["command"]?.elements ?? []
            return arguments.indices.contains(index) ? arguments[index].span : name(step)
        case .file(let file), .sealed(let file):
            let all =
                (node?["inputs"]?.entries ?? []).map(\.value) + (node?["command"]?.elements ?? [])
                + (node?["files"]?.elements ?? [])
            return all.first { $0.scalar?.text.hasSuffix(file) ?? false }?.span ?? name(step)
        }
    }
    var folds: Span? { tree["folds"]?["kind"]?.span }
}

extension TableMention {
    fileprivate var phrase: String {
        switch place {
        case .argument: "its command says \"\(words)\""
        case .file(let file): "\(file), which it reads, says \"\(words)\""
        case .sealed(let file): "\(file), which it reads, has its name, in a form that is not looked into"
        }
    }
}
