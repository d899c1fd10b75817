// Recipe to plan, demand-driven: a step is planned because a result needs it, and never twice.

internal import Nodes
package import Recipes
internal import Scores
internal import Targets

extension Plan {
    /// The plan of a recipe. Never fails: what could be wrong with a recipe was found when it was loaded.
    package init(compiling loaded: LoadedRecipe) {
        var compiler = Compiler(loaded: loaded)
        self = compiler.compile()
    }
}

/// The predictions of a model, a stack entry or a custom step.
struct Predictions {
    /// Outputs that hold predictions; nil where the recipe makes none.
    var outOfFold: Artifact<Content.Predictions>?
    var test: Artifact<Content.Predictions>?
    /// The predictions that were averaged out-of-fold, by seed and fold; empty for stack entries.
    var members: [String: Artifact<Content.Predictions>] = [:]
    var fits: [Int] = []
    /// The folds that the out-of-fold predictions are of; nil for all.
    var folds: [Int]?
}

struct Compiler {
    let loaded: LoadedRecipe
    var builder = PlanBuilder()
    /// The pseudo-label round that is being compiled; 0 is the recipe as it stands.
    var round = 0
    /// What has a name in the recipe, found at once: a recipe may have ten thousand steps.
    let names: Names
    let nodes: (models: [String: Node], stack: [String: Node], steps: [String: Node])
    private var made: [Made: Predictions] = [:]
    /// What teachers say without a fold, and the steps of programs, found again however often they are asked for.
    var taught: [Made: [Int: Artifact<Content.Predictions>?]] = [:]
    var commands: [Made: CommandStep.Outputs] = [:]
    /// The tables of programs, by fold; those of the test for none.
    var parts: [Int?: PartStep.Outputs] = [:]
    var tokensOfMembers: [TokensOf: Artifact<Content.Tokens>?] = [:]
    /// The steps that nearly every other one reads, so that they are worked out once.
    private var ingests: [IngestStep.Role: IngestStep.Outputs] = [:]
    /// By the number of the repeat.
    private var splits: [Int: Artifact<Content.Folds>] = [:]
    private var join: JoinStep.Outputs?
    var tokens: [TokensOf: TokenizeStep.Outputs] = [:]
    private var results: [PlannedResult] = []

    struct Made: Hashable {
        let round: Int
        let name: String
    }

    var recipe: Recipe { loaded.recipe }
    var target: Target { recipe.data.target }

    /// The entries of the recipe by name. Names are unique across the three.
    struct Names {
        let models: [String: Model]
        let stack: [String: StackEntry]
        let custom: [String: CustomStep]
        /// The names of the custom steps.
        let steps: Set<String>

        init(_ recipe: Recipe) {
            models = Self.index(recipe.models)
            stack = Self.index(recipe.stack)
            custom = Self.index(recipe.steps)
            steps = Set(custom.keys)
        }

        private static func index<Value>(_ entries: [Named<Value>]) -> [String: Value] {
            Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
    }

    init(loaded: LoadedRecipe) {
        self.loaded = loaded
        names = Names(loaded.recipe)
        nodes = (loaded.tree.index("models"), loaded.tree.index("stack"), loaded.tree.index("steps"))
    }

    mutating func compile() -> Plan {
        explore()
        for round in 0...(recipe.rounds?.count ?? 0) {
            self.round = round
            for entry in recipe.models { record(.model(room(entry.name)), predictions(named: entry.name)) }
            for entry in recipe.stack { record(.stack(room(entry.name)), predictions(named: entry.name)) }
            for entry in recipe.steps {
                let predictions = predictions(named: entry.name)
                // A program that only reports, or speaks of the test rows alone, has no score to be missing.
                if predictions.outOfFold != nil { record(.step(room(entry.name)), predictions) }
            }
        }
        let last = round
        round = 0
        for (ablation, variants) in zip(recipe.ablations, loaded.variants) {
            for variant in variants {
                let address = "ablations/\(ablation.name)/\(variant.name)"
                let subject: any Planned =
                    switch variant.subject {
                    case .model(let model): model.planned
                    case .entry(let entry): entry.planned
                    }
                let place = Place(address: address, tree: variant.tree)
                let predictions = subject.predictions(at: place, withTest: false, in: &self)
                record(.variant(ablation: ablation.name, name: variant.name), predictions, at: address)
            }
        }
        round = last
        let submission = recipe.submission.flatMap { self.submission($0) }
        return Plan(steps: builder.steps, results: results, submission: submission)
    }

    /// The address of a name in this round: `final`, or `round-1/final`.
    func room(_ name: String) -> String { round == 0 ? name : "round-\(round)/\(name)" }

    /// The predictions of a model, entry or custom step of the recipe in this round, planned when they are first asked for.
    mutating func predictions(named name: String) -> Predictions {
        let key = Made(round: round, name: name)
        if let done = made[key] { return done }
        var predictions = Predictions()
        if let model = names.models[name] {
            predictions = model.planned.predictions(
                at: Place(address: room(name), tree: nodes.models[name]), withTest: true, in: &self)
        } else if let entry = names.stack[name] {
            predictions = entry.planned.predictions(
                at: Place(address: room(name), tree: nodes.stack[name]), withTest: true, in: &self)
        } else if let step = names.custom[name] {
            predictions = custom(step, named: name)
        }
        made[key] = predictions
        return predictions
    }

    private mutating func record(_ role: PlannedResult.Role, _ predictions: Predictions, at address: String? = nil) {
        var evaluate: Int?
        let result = PlannedResult(role: role, outOfFold: nil, test: nil, evaluate: nil, fits: [])
        if let outOfFold = predictions.outOfFold {
            let isRepeated = predictions.members.keys.contains {
                EvaluateStep.repeatNumber(of: String($0.prefix { $0 != "/" })) > 0
            }
            let repeats = isRepeated ? (1..<recipe.folds.repeats).map { ("\($0)", folds(repeat: $0)) } : []
            let step = EvaluateStep(
                target: target, metrics: recipe.metrics.map(\.name), scored: predictions.folds, rows: rows(of: .train),
                folds: folds(), repeats: Dictionary(repeats, uniquingKeysWith: { $1 }), average: outOfFold,
                members: predictions.members)
            evaluate = self.evaluate(step, at: address ?? result.name)
        }
        results.append(
            PlannedResult(
                role: role, outOfFold: predictions.outOfFold?.step, test: predictions.test?.step, evaluate: evaluate,
                fits: predictions.fits))
    }

    // MARK: - Data

    mutating func ingest(_ role: IngestStep.Role) -> IngestStep.Outputs {
        if let done = ingests[role] { return done }
        let data = recipe.data
        let path = data.path(of: role)
        let tree = loaded.tree["data"]
        let made = builder.add(
            IngestStep(
                data: data, role: role, foldColumn: role == .train ? recipe.folds.column : nil,
                isTime: role == .train && recipe.folds.kind == .time,
                namesGroups: role.hasLabels && isJoined && data.columns.group != nil, table: file(path),
                parts: role == .train ? parts(of: data.trainFiles) : [:],
                reference: role == .test ? texts(of: .train) : nil),
            at: "data/\(role.rawValue)/ingest",
            origins: [
                "format": tree?[role.rawValue], "columns": tree?["columns"], "labels": tree?["labels"],
                "constraint": tree?["constraint"], "target": tree?["target"], "label-columns": tree?["columns"],
                "fold-column": loaded.tree["folds"]?["column"],
            ])
        ingests[role] = made
        return made
    }

    mutating func rows(of role: IngestStep.Role) -> Artifact<Content.Rows> {
        role == .train ? joined()?.rows ?? ingest(role).rows : ingest(role).rows
    }
    mutating func texts(of role: IngestStep.Role) -> Artifact<Content.Texts> {
        role == .train ? joined()?.texts ?? ingest(role).texts : ingest(role).texts
    }

    /// Whether there is more than one table with labels.
    private var isJoined: Bool { recipe.data.validation != nil || !recipe.data.more.isEmpty }

    /// All rows that have labels, where they stand in more than one table.
    private mutating func joined() -> JoinStep.Outputs? {
        guard isJoined else { return nil }
        if let join { return join }
        let hasGroups = recipe.data.columns.group != nil
        func table(_ name: String, _ own: IngestStep.Outputs, weight: Double = 1) -> JoinStep.Table {
            JoinStep.Table(
                name: name, rows: own.rows, texts: own.texts, groups: hasGroups ? own.groups : nil,
                extra: recipe.data.columns.extra.isEmpty ? nil : own.extra, weight: weight)
        }
        var tables = [table("train", ingest(.train))]
        if recipe.data.validation != nil { tables.append(table("validation", ingest(.validation))) }
        for (number, more) in recipe.data.more.enumerated() {
            let own = builder.add(
                IngestStep(
                    data: recipe.data, role: .train, further: more.file, namesGroups: hasGroups, table: file(more.file),
                    reference: nil),
                at: "data/more-\(number + 1)/ingest",
                origins: ["format": loaded.tree["data"]?["more"], "columns": loaded.tree["data"]?["columns"]])
            tables.append(table("more-\(number + 1)", own, weight: more.weight))
        }
        let made = builder.add(
            JoinStep(tables: tables, hasIDs: recipe.data.columns.id != nil), at: "data/join",
            origins: ["ids": loaded.tree["data"]?["columns"]])
        join = made
        return made
    }

    /// The extra columns of a table; of the training table those of all tables with labels.
    mutating func extra(of role: IngestStep.Role) -> Artifact<Content.Extra> {
        (role == .train ? joined()?.extra : nil) ?? ingest(role).extra
    }

    /// The files after the first by their numbers, which are counted from 1.
    private func parts(of files: [String]) -> [String: Artifact<Content.UserFile>] {
        Dictionary(uniqueKeysWithValues: files.enumerated().dropFirst().map { ("\($0 + 1)", file($1)) })
    }

    /// A file of the user's, named as the recipe names it.
    func file(_ path: String) -> Artifact<Content.UserFile> {
        Artifact(.file(path: loaded.absolute(path), name: path))
    }

    /// The folds of the training rows; where these are dealt several times, those of one of the times.
    mutating func folds(repeat number: Int = 0) -> Artifact<Content.Folds> {
        if let split = splits[number] { return split }
        let (folds, tree) = (recipe.folds, loaded.tree["folds"])
        let made = builder.add(
            SplitStep(
                method: folds.kind, count: folds.count, seed: folds.seed + number, rows: rows(of: .train),
                order: folds.column == nil ? nil : ingest(.train).order, parts: joined()?.parts,
                tables: recipe.data.more.isEmpty
                    ? []
                    : [.init(isScored: true, method: nil)]
                        + recipe.data.more.map { .init(isScored: $0.isScored, method: $0.folds) }),
            at: number == 0 ? "folds/split" : "folds/split-\(number)",
            origins: ["kind": tree?["kind"], "count": tree?["count"], "seed": tree?["seed"]]
        ).folds
        splits[number] = made
        return made
    }

    private mutating func submission(_ submission: Submission) -> Int? {
        guard let test = predictions(named: submission.from).test else { return nil }
        let tree = loaded.tree["submission"]
        return builder.add(
            SubmissionStep(
                path: submission.path, target: recipe.data.target.kind, labels: recipe.data.outputs,
                id: recipe.data.columns.id ?? "id",
                label: recipe.data.columns.label, form: submission.form, predictions: test, rows: rows(of: .test),
                sample: submission.sample.map(file)),
            at: "submission",
            origins: [
                "path": tree?["path"] ?? tree, "labels": loaded.tree["data"]?["labels"], "form": tree?["form"],
            ]
        ).submission.step
    }
}
