// The steps of an average in a scale or with weights.

internal import Nodes
internal import Recipes

extension Compiler {
    /// Out-of-fold predictions, with cross-fitted weights where they are fitted, and test predictions with those of all rows.
    mutating func weightedAverage(
        _ entry: StackEntry, _ members: [String], at address: String, tree: Node?, withTest: Bool
    ) -> Predictions {
        var result = Predictions()
        var outOfFold: [String: Artifact<Content.Predictions>] = [:]
        var test: [String: Artifact<Content.Predictions>] = [:]
        for name in members {
            let part = predictions(named: name)
            outOfFold[name] = part.outOfFold
            test[name] = part.test
        }
        if outOfFold.count == members.count {
            result.outOfFold = weightedOutOfFold(entry, outOfFold, at: address, tree: tree).predictions
        }
        if withTest, test.count == members.count {
            result.test = weightedTest(entry, members, test, fold: nil, at: address, tree: tree)
        }
        return result
    }

    private mutating func weightedOutOfFold(
        _ entry: StackEntry, _ members: [String: Artifact<Content.Predictions>], at address: String, tree: Node?
    ) -> AverageStep.Outputs {
        let fitting: AverageStep.Weighted.Fitting? =
            entry.weights.isFitted ? .here(rows: rows(of: .train), folds: folds()) : nil
        return weighted(entry, members, fitting, fold: nil, at: "\(address)/average-oof", tree: tree)
    }

    /// Test predictions with the weights of all folds, or of all but one. Nil where weights are to be fitted and nothing is there to
    /// fit them on.
    mutating func weightedTest(
        _ entry: StackEntry, _ members: [String], _ tests: [String: Artifact<Content.Predictions>], fold: Int?,
        at address: String, tree: Node?
    ) -> Artifact<Content.Predictions>? {
        var fitting: AverageStep.Weighted.Fitting?
        if entry.weights.isFitted {
            var outOfFold: [String: Artifact<Content.Predictions>] = [:]
            for name in members { outOfFold[name] = predictions(named: name).outOfFold }
            guard outOfFold.count == members.count else { return nil }
            fitting = .there(weightedOutOfFold(entry, outOfFold, at: address, tree: tree).weights)
        }
        let place = fold.map { "\(address)/fold-\($0)" } ?? address
        return weighted(
            entry, tests, fitting, fold: entry.weights.isFitted ? fold : nil, at: "\(place)/average-test", tree: tree
        ).predictions
    }

    private mutating func weighted(
        _ entry: StackEntry, _ members: [String: Artifact<Content.Predictions>],
        _ fitting: AverageStep.Weighted.Fitting?, fold: Int?, at address: String, tree: Node?
    ) -> AverageStep.Outputs {
        let weighted = AverageStep.Weighted(
            mean: entry.mean, weights: entry.weights, members: entry.average ?? [], fold: fold, fitting: fitting)
        return builder.add(
            AverageStep(form: .weighted(weighted), classes: classes, members: members), at: address,
            origins: [
                "mean": tree?["mean"] ?? tree, "weights": tree?["weights"] ?? tree, "members": tree?["average"] ?? tree,
            ])
    }
}
