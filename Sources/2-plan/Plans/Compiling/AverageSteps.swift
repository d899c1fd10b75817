// The steps of an average in a scale or with weights.

internal import Digests
internal import Nodes
internal import Recipes

extension Compiler {
    /// Out-of-fold predictions, with cross-fitted weights where they are fitted, and test predictions with those of all rows.
    mutating func weightedAverage(
        _ entry: StackEntry, _ members: [String], at address: String, tree: Node?, withTest: Bool
    ) -> Predictions {
        var result = Predictions()
        var outOfFold: [String: Source] = [:]
        var test: [String: Source] = [:]
        for name in members {
            let part = predictions(named: name)
            outOfFold[name] = part.outOfFold
            test[name] = part.test
        }
        if outOfFold.count == members.count {
            result.outOfFold = weightedOutOfFold(entry, outOfFold, at: address, tree: tree)
        }
        if withTest, test.count == members.count {
            result.test = weightedTest(entry, members, test, fold: nil, at: address, tree: tree)
        }
        return result
    }

    private mutating func weightedOutOfFold(
        _ entry: StackEntry, _ members: [String: Source], at address: String, tree: Node?
    ) -> Source {
        var inputs = Dictionary(members.map { ("member.\($0)", $1) }, uniquingKeysWith: { first, _ in first })
        if entry.weights.isFitted {
            inputs["rows"] = rows(train: true)
            inputs["folds"] = folds()
        }
        return weighted(entry, inputs, fold: nil, at: "\(address)/average-oof", tree: tree)
    }

    /// Test predictions with the weights of all folds, or of all but one. Nil where weights are to be fitted and nothing is there to
    /// fit them on.
    mutating func weightedTest(
        _ entry: StackEntry, _ members: [String], _ tests: [String: Source], fold: Int?, at address: String, tree: Node?
    ) -> Source? {
        var inputs = Dictionary(tests.map { ("member.\($0)", $1) }, uniquingKeysWith: { first, _ in first })
        if entry.weights.isFitted {
            var outOfFold: [String: Source] = [:]
            for name in members { outOfFold[name] = predictions(named: name).outOfFold }
            guard outOfFold.count == members.count,
                let step = weightedOutOfFold(entry, outOfFold, at: address, tree: tree).step
            else { return nil }
            inputs["weights"] = .output(step: step, name: "weights")
        }
        let place = fold.map { "\(address)/fold-\($0)" } ?? address
        return weighted(
            entry, inputs, fold: entry.weights.isFitted ? fold : nil, at: "\(place)/average-test", tree: tree)
    }

    private mutating func weighted(
        _ entry: StackEntry, _ inputs: [String: Source], fold: Int?, at address: String, tree: Node?
    ) -> Source {
        var parameters: [String: JSON] = [
            "classes": classes, "mean": .string(entry.mean.rawValue), "weights": entry.weights.parameter,
            "members": .array((entry.average ?? []).map { .string($0) }),
        ]
        if let fold { parameters["fold"] = .integer(fold) }
        let step = builder.step(
            address, .average, parameters, inputs: inputs,
            origins: [
                "mean": tree?["mean"] ?? tree, "weights": tree?["weights"] ?? tree, "members": tree?["average"] ?? tree,
            ])
        return .output(step: step, name: "predictions")
    }
}
