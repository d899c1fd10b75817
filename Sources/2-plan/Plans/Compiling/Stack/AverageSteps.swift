// The steps of the stack entry `average`: the plain mean, or one in a scale or with weights.

internal import Nodes
internal import Recipes
internal import Targets

extension Average: Planned {
    /// Out-of-fold predictions, with cross-fitted weights where they are fitted, and test predictions with those of all rows.
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions {
        var outOfFold: [String: Artifact<Content.Predictions>] = [:]
        var test: [String: Artifact<Content.Predictions>] = [:]
        var result = Predictions()
        for name in members {
            let part = compiler.predictions(named: name)
            outOfFold[name] = part.outOfFold
            test[name] = part.test
            // All members of a plain average are of the same folds, and those of a fitted one of all.
            result.folds = part.folds
        }
        if outOfFold.count == members.count {
            result.outOfFold =
                isPlain
                ? plain(
                    outOfFold, isPartial: result.folds != nil || compiler.recipe.mayLeaveRowsOut,
                    at: "\(place.address)/average-oof", place.tree, in: &compiler)
                : weightedOutOfFold(outOfFold, at: place, in: &compiler).predictions
        }
        if withTest, test.count == members.count {
            result.test =
                isPlain
                ? plain(test, at: "\(place.address)/average-test", place.tree, in: &compiler)
                : weightedTest(test, fold: nil, at: place, in: &compiler)
        }
        return result
    }

    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? {
        guard let tests = compiler.tests(of: members, withoutFold: fold) else { return nil }
        guard isPlain else { return weightedTest(tests, fold: fold, at: place, in: &compiler) }
        return plain(tests, at: "\(place.address)/fold-\(fold)/average-test", place.tree, in: &compiler)
    }

    private func plain(
        _ members: [String: Artifact<Content.Predictions>], isPartial: Bool = false, at address: String, _ tree: Node?,
        in compiler: inout Compiler
    ) -> Artifact<Content.Predictions> {
        compiler.average(
            members, cover: members.count, isPartial: isPartial, at: address, tree: tree?["average"])
    }

    private func weightedOutOfFold(
        _ members: [String: Artifact<Content.Predictions>], at place: Place, in compiler: inout Compiler
    ) -> AverageStep.Outputs {
        let fitting: AverageStep.Weighted.Fitting? =
            weights.isFitted ? .here(rows: compiler.rows(of: .train), folds: compiler.folds()) : nil
        return weighted(
            members, fitting, fold: nil, at: "\(place.address)/average-oof", tree: place.tree, in: &compiler)
    }

    /// Test predictions with the weights of all folds, or of all but one. Nil where weights are to be fitted and nothing is there to
    /// fit them on.
    private func weightedTest(
        _ tests: [String: Artifact<Content.Predictions>], fold: Int?, at place: Place, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? {
        var fitting: AverageStep.Weighted.Fitting?
        if weights.isFitted {
            var outOfFold: [String: Artifact<Content.Predictions>] = [:]
            for name in members { outOfFold[name] = compiler.predictions(named: name).outOfFold }
            guard outOfFold.count == members.count else { return nil }
            fitting = .there(weightedOutOfFold(outOfFold, at: place, in: &compiler).weights)
        }
        let address = fold.map { "\(place.address)/fold-\($0)" } ?? place.address
        return weighted(
            tests, fitting, fold: weights.isFitted ? fold : nil, at: "\(address)/average-test", tree: place.tree,
            in: &compiler
        ).predictions
    }

    private func weighted(
        _ inputs: [String: Artifact<Content.Predictions>], _ fitting: AverageStep.Weighted.Fitting?, fold: Int?,
        at address: String, tree: Node?, in compiler: inout Compiler
    ) -> AverageStep.Outputs {
        let weighted = AverageStep.Weighted(
            mean: mean, weights: weights, members: members, fold: fold,
            metric: weights.isFitted && !compiler.target.form.isShared ? compiler.recipe.metrics.first : nil,
            fitting: fitting)
        return compiler.builder.add(
            AverageStep(form: .weighted(weighted), target: compiler.target, members: inputs), at: address,
            origins: [
                "mean": tree?["mean"] ?? tree, "weights": tree?["weights"] ?? tree, "members": tree?["average"] ?? tree,
            ])
    }
}

extension Compiler {
    /// What members say of the test rows without the labels of a fold; nil where one of them says nothing.
    mutating func tests(of members: [String], withoutFold fold: Int) -> [String: Artifact<Content.Predictions>]? {
        var tests: [String: Artifact<Content.Predictions>] = [:]
        for name in members { tests[name] = testPredictions(named: name, withoutFold: fold) }
        return tests.count == members.count ? tests : nil
    }
}
