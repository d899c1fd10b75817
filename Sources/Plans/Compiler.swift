// Recipe to plan, demand-driven: a step is planned because a result needs it, and never twice.

internal import Digests
internal import Nodes
package import Recipes

extension Plan {
    /// The plan of a recipe. Never fails: what could be wrong with a recipe was found when it was loaded.
    package init(compiling loaded: LoadedRecipe) {
        var compiler = Compiler(loaded: loaded)
        self = compiler.compile()
    }
}

/// The predictions of a model or a stack entry.
struct Predictions {
    /// Steps with an output `predictions`; nil where the recipe makes none.
    var outOfFold: Int?
    var test: Int?
    /// The predictions that were averaged out-of-fold, by seed and fold; empty for stack entries.
    var members: [(name: String, step: Int)] = []
    var fits: [Int] = []
}

struct Compiler {
    let loaded: LoadedRecipe
    var builder = PlanBuilder()
    var made: [String: Predictions] = [:]
    private var results: [PlannedResult] = []

    var recipe: Recipe { loaded.recipe }
    var classes: JSON { .integer(recipe.data.labels.count) }

    init(loaded: LoadedRecipe) { self.loaded = loaded }

    mutating func compile() -> Plan {
        for entry in recipe.models {
            let tree = loaded.tree["models"]?[entry.name]
            let predictions = self.predictions(
                of: entry.value, at: entry.name, tree: tree, withTest: true, named: entry.name)
            made[entry.name] = predictions
            record(.model(entry.name), predictions, at: entry.name)
        }
        for entry in recipe.stack {
            let predictions = self.predictions(of: entry.value, named: entry.name)
            made[entry.name] = predictions
            record(.stack(entry.name), predictions, at: entry.name)
        }
        for (ablation, variants) in zip(recipe.ablations, loaded.variants) {
            for variant in variants {
                let address = "ablations/\(ablation.name)/\(variant.name)"
                let predictions = self.predictions(
                    of: variant.model, at: address, tree: variant.tree, withTest: false, named: nil)
                record(.variant(ablation: ablation.name, name: variant.name), predictions, at: address)
            }
        }
        let submission = recipe.submission.flatMap { self.submission($0) }
        return Plan(steps: builder.steps, results: results, submission: submission)
    }

    private mutating func record(_ role: PlannedResult.Role, _ predictions: Predictions, at address: String) {
        var evaluate: Int?
        if let outOfFold = predictions.outOfFold {
            var inputs: [String: Source] = [
                "rows": rows(train: true), "folds": folds(), "average": .output(step: outOfFold, name: "predictions"),
            ]
            for (name, step) in predictions.members { inputs[name] = .output(step: step, name: "predictions") }
            evaluate = builder.step("\(address)/evaluate", .evaluate, ["classes": classes], inputs: inputs)
        }
        results.append(
            PlannedResult(
                role: role, outOfFold: predictions.outOfFold, test: predictions.test, evaluate: evaluate,
                fits: predictions.fits))
    }

    // MARK: - Data

    mutating func ingest(train: Bool) -> Int {
        let data = recipe.data
        let path = train ? data.train : data.test ?? ""
        let role = train ? "train" : "test"
        let columns = data.columns
        var names: [String: JSON] = [
            "id": JSON(columns.id), "prompt": JSON(columns.prompt), "answer": .string(columns.answer),
            "group": JSON(columns.group),
        ]
        names["label"] = train ? .string(columns.label) : .null
        names["weight"] = train ? JSON(columns.weight) : .null
        let tree = loaded.tree["data"]
        return builder.step(
            "data/\(role)/ingest", .ingest,
            [
                "format": .string(TableFormat(path: path)?.rawValue ?? ""), "columns": .object(names),
                "labels": .array(data.labels.map { .string($0) }), "role": .string(role),
                "constraint": JSON(data.constraint?.rawValue),
            ],
            inputs: ["table": .file(path: loaded.absolute(path), name: path)],
            origins: [
                "format": tree?[role], "columns": tree?["columns"], "labels": tree?["labels"],
                "constraint": tree?["constraint"],
            ])
    }

    mutating func rows(train: Bool) -> Source { .output(step: ingest(train: train), name: "rows") }
    mutating func texts(train: Bool) -> Source { .output(step: ingest(train: train), name: "texts") }

    mutating func folds() -> Source {
        let folds = recipe.folds
        let tree = loaded.tree["folds"]
        let step = builder.step(
            "folds/split", .split,
            ["kind": .string(folds.kind.rawValue), "count": .integer(folds.count), "seed": .integer(folds.seed)],
            inputs: ["rows": rows(train: true)],
            origins: ["kind": tree?["kind"], "count": tree?["count"], "seed": tree?["seed"]])
        return .output(step: step, name: "folds")
    }

    // MARK: - Stack

    private mutating func predictions(of entry: StackEntry, named name: String) -> Predictions {
        let tree = loaded.tree["stack"]?[name]
        if let members = entry.average {
            return Predictions(
                outOfFold: average(members, at: "\(name)/average-oof", tree: tree?["average"], \.outOfFold),
                test: average(members, at: "\(name)/average-test", tree: tree?["average"], \.test))
        }
        guard let target = entry.optimize, let source = made[target], let fitted = made[entry.fittedOn ?? target] else {
            return Predictions()
        }
        guard let fittedOn = fitted.outOfFold else { return Predictions() }
        let method: [String: JSON] = ["method": .string(entry.method.rawValue), "classes": classes]
        // Where the target has no out-of-fold predictions, the score is that of what the temperature is fitted on.
        let outOfFold = builder.step(
            "\(name)/optimize-oof", .optimize, method,
            inputs: [
                "fitted-on": .output(step: fittedOn, name: "predictions"),
                "predictions": .output(step: source.outOfFold ?? fittedOn, name: "predictions"),
                "rows": rows(train: true), "folds": folds(),
            ], origins: ["method": tree?["method"] ?? tree])
        let test = source.test.map { test in
            builder.step(
                "\(name)/optimize-test", .optimize, method,
                inputs: [
                    "parameters": .output(step: outOfFold, name: "parameters"),
                    "predictions": .output(step: test, name: "predictions"), "rows": rows(train: false),
                ], origins: ["method": tree?["method"] ?? tree])
        }
        return Predictions(outOfFold: outOfFold, test: test)
    }

    private mutating func average(
        _ members: [String], at address: String, tree: Node?, _ path: KeyPath<Predictions, Int?>
    ) -> Int? {
        var inputs: [String: Source] = [:]
        for member in members {
            guard let step = made[member]?[keyPath: path] else { return nil }
            inputs[member] = .output(step: step, name: "predictions")
        }
        return builder.step(
            address, .average, ["cover": .integer(members.count), "classes": classes], inputs: inputs,
            origins: ["cover": tree])
    }

    private mutating func submission(_ submission: Submission) -> Int? {
        guard let test = made[submission.from]?.test else { return nil }
        let tree = loaded.tree["submission"]
        var inputs: [String: Source] = [
            "predictions": .output(step: test, name: "predictions"), "rows": rows(train: false),
        ]
        if let sample = submission.sample { inputs["sample"] = .file(path: loaded.absolute(sample), name: sample) }
        return builder.step(
            "submission", .submission,
            [
                "path": .string(submission.path), "labels": .array(recipe.data.labels.map { .string($0) }),
                "id": .string(recipe.data.columns.id ?? "id"), "label": .string(recipe.data.columns.label),
            ], inputs: inputs, origins: ["path": tree?["path"] ?? tree, "labels": loaded.tree["data"]?["labels"]])
    }
}
