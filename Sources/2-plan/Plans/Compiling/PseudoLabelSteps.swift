// Pseudo-labels: who teaches a model, and the labels of the test rows for each of its folds.

internal import Digests
internal import Nodes
internal import Recipes

/// Who labels the test rows for a model.
struct Teacher {
    let settings: PseudoLabels
    /// The round whose predictions are the labels.
    let round: Int
}

extension Compiler {
    /// In a round, everybody's teacher is the round before; else a model may name its own.
    func teacher(of model: Model) -> Teacher? {
        if round > 0, let rounds = recipe.rounds { return Teacher(settings: rounds.pseudoLabels, round: round - 1) }
        return model.pseudoLabels.settings.map { Teacher(settings: $0, round: round) }
    }

    /// The labels of the test rows for the model of a fold. A teacher that had seen that fold's labels would let them through, and
    /// the fold's score would come out too good: each fold has a teacher of its own that has not.
    mutating func pseudoLabels(_ teacher: Teacher, fold: Int) -> Source? {
        let now = round
        round = teacher.round
        defer { round = now }
        let name = teacher.settings.from
        guard let predictions = testPredictions(named: name, withoutFold: fold) else { return nil }
        var parameters = teacher.settings.parameters
        parameters["classes"] = classes
        let tree = loaded.tree["rounds"]
        let step = builder.step(
            "\(room(name))/fold-\(fold)/pseudo-label", .pseudoLabel, parameters, inputs: ["predictions": predictions],
            origins: ["labels": tree, "min-confidence": tree, "weight": tree])
        return .output(step: step, name: "pseudo-labels")
    }

    /// Test predictions of a model or entry of this round in which nothing has seen the labels of `fold`.
    mutating func testPredictions(named name: String, withoutFold fold: Int) -> Source? {
        let key = Made(round: round, name: name)
        if let done = taught[key]?[fold] { return done }
        var source: Source?
        if let model = names.models[name] {
            source = testPredictions(of: model, at: room(name), tree: nodes.models[name], withoutFold: fold)
        } else if let entry = names.stack[name] {
            source = testPredictions(of: entry, at: room(name), tree: nodes.stack[name], withoutFold: fold)
        }
        taught[key, default: [:]][fold] = .some(source)
        return source
    }

    /// The test rows in as many folds as the training rows, groups whole. There are no labels to stratify by.
    mutating func testFolds() -> Source {
        let kind: FoldKind = recipe.data.columns.group == nil ? .kFold : .groupKFold
        let tree = loaded.tree["folds"]
        let step = builder.step(
            "folds/split-test", .split,
            [
                "kind": .string(kind.rawValue), "count": .integer(recipe.folds.count),
                "seed": .integer(recipe.folds.seed),
            ], inputs: ["rows": rows(train: false)], origins: ["count": tree?["count"], "seed": tree?["seed"]])
        return .output(step: step, name: "folds")
    }
}
