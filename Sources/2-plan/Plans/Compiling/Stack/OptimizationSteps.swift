// The steps of the stack entry `optimize`.

internal import Nodes
internal import Recipes

extension Optimization: Planned {
    func predictions(at place: Place, withTest: Bool, in compiler: inout Compiler) -> Predictions {
        guard let fitted = fitted(at: place, in: &compiler) else { return Predictions() }
        var result = Predictions(outOfFold: fitted.predictions)
        if withTest, let test = compiler.predictions(named: target).test {
            result.test = optimized(
                test, fitted.coefficients, fold: nil, at: "\(place.address)/optimize-test", tree: place.tree,
                in: &compiler)
        }
        return result
    }

    func testPredictions(
        at place: Place, withoutFold fold: Int, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions>? {
        guard let test = compiler.testPredictions(named: target, withoutFold: fold),
            let fitted = fitted(at: place, in: &compiler)?.coefficients
        else { return nil }
        return optimized(
            test, fitted, fold: fold, at: "\(place.address)/fold-\(fold)/optimize-test", tree: place.tree,
            in: &compiler)
    }

    /// Coefficients fitted on out-of-fold predictions, and these predictions with them; nil where there are none.
    private func fitted(at place: Place, in compiler: inout Compiler) -> OptimizeStep.Outputs? {
        let source = compiler.predictions(named: target)
        guard let fittedOn = compiler.predictions(named: fitting).outOfFold else { return nil }
        // Where the target has no out-of-fold predictions, the score is that of what the temperature is fitted on.
        return compiler.builder.add(
            OptimizeStep(
                method: method, target: compiler.target, counts: counts, fold: nil,
                predictions: source.outOfFold ?? fittedOn, rows: compiler.rows(of: .train),
                fitting: .here(on: fittedOn, folds: compiler.folds())),
            at: "\(place.address)/optimize-oof", origins: origins(place.tree))
    }

    /// Test predictions with the coefficients that were fitted on all folds, or without one of them.
    private func optimized(
        _ test: Artifact<Content.Predictions>, _ fitted: Artifact<Content.Coefficients>, fold: Int?,
        at address: String, tree: Node?, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions> {
        compiler.builder.add(
            OptimizeStep(
                method: method, target: compiler.target, counts: counts, fold: fold, predictions: test,
                rows: compiler.rows(of: .test), fitting: .there(fitted)),
            at: address, origins: origins(tree)
        ).predictions
    }

    private func origins(_ tree: Node?) -> [String: Node?] {
        ["method": tree?["method"] ?? tree, "counts": tree?["counts"]]
    }
}
