// Pseudo-labels: who teaches a model, and the labels of the test rows for each of its folds.

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
    func teacher(of model: some ModelSection) -> Teacher? {
        if round > 0, let rounds = recipe.rounds { return Teacher(settings: rounds.pseudoLabels, round: round - 1) }
        return model.pseudoLabels.settings.map { Teacher(settings: $0, round: round) }
    }

    /// The labels of the test rows for the model of a fold. A teacher that had seen that fold's labels would let them through, and
    /// the fold's score would come out too good: each fold has a teacher of its own that has not.
    mutating func pseudoLabels(_ teacher: Teacher, fold: Int) -> Artifact<Content.PseudoLabels>? {
        let now = round
        round = teacher.round
        defer { round = now }
        let name = teacher.settings.from
        guard let predictions = testPredictions(named: name, withoutFold: fold) else { return nil }
        let tree = loaded.tree["rounds"]
        return builder.add(
            PseudoLabelStep(settings: teacher.settings, target: target, predictions: predictions),
            at: "\(room(name))/fold-\(fold)/pseudo-label",
            origins: ["labels": tree, "min-confidence": tree, "weight": tree]
        ).labels
    }

    /// Test predictions of a model or entry of this round in which nothing has seen the labels of `fold`.
    mutating func testPredictions(named name: String, withoutFold fold: Int) -> Artifact<Content.Predictions>? {
        let key = Made(round: round, name: name)
        if let done = taught[key]?[fold] { return done }
        var source: Artifact<Content.Predictions>?
        if let model = names.models[name] {
            source = model.planned.testPredictions(
                at: Place(address: room(name), tree: nodes.models[name]), withoutFold: fold, in: &self)
        } else if let entry = names.stack[name] {
            source = entry.planned.testPredictions(
                at: Place(address: room(name), tree: nodes.stack[name]), withoutFold: fold, in: &self)
        }
        taught[key, default: [:]][fold] = .some(source)
        return source
    }

    /// The test rows in as many folds as the training rows, groups whole. There are no labels to stratify by.
    mutating func testFolds() -> Artifact<Content.Folds> {
        let kind: FoldKind = recipe.data.columns.group == nil ? .kFold : .groupKFold
        let tree = loaded.tree["folds"]
        return builder.add(
            SplitStep(method: kind, count: recipe.folds.count, seed: recipe.folds.seed, rows: rows(of: .test)),
            at: "folds/split-test", origins: ["count": tree?["count"], "seed": tree?["seed"]]
        ).folds
    }
}
