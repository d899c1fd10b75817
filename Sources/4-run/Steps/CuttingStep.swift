// `optimize` with thresholds: ordered labels by cut points that are fitted and scored by cross-fitting.

internal import Digests
internal import Formats
internal import Host
internal import Plans
internal import Recipes
internal import Scores
internal import Targets

extension OptimizeStep {
    /// Out of fold: the cut points are fitted on `fitted-on`, fold by fold on the rows of the others, and applied to `predictions`; those
    /// fitted on all rows are kept for the test. Test: these are applied, or with `fold` those fitted without that fold.
    func runCutting(_ context: StepContext) throws -> StepOutcome {
        let held = context.inputs["parameters"] == nil ? try context.heldOut() : nil
        func places(_ name: String) throws -> [Double] {
            let table =
                try held.map { try context.predictions(name, target, of: $0) }
                ?? context.predictions(name, target, covering: context.rows().ids.count)
            return try ProbabilityMatrix(values: table.values, classCount: target.width).meanLabels
        }
        let names = (1..<target.width).map { "cut-\($0)" }
        let own = try places("predictions")
        guard let held else {
            let cuts = try fittedValues(context, names: names)
            guard zip(cuts, cuts.dropFirst()).allSatisfy({ $0 <= $1 }) else {
                throw AblateError(.invalid, "\(context.title("parameters")) has cut points that do not ascend: \(cuts)")
            }
            try write(moved(own, by: CutPoints(cuts)), of: Array(own.indices), to: context)
            return StepOutcome(outputs: ["predictions"], metrics: shown(names, cuts))
        }
        let (rows, folds) = (held.table, held.folds)
        let labels = try rows.trueLabels()
        let fittedOn = try places("fitted-on")
        func fitted(_ chosen: [Int]) -> CutPoints {
            CutPoints(
                fitting: chosen.map { fittedOn[$0] }, labels: chosen.map { labels[$0] },
                weights: rows.weights.map { weights in chosen.map { weights[$0] } }, classes: target.width)
        }
        var result = own
        var byFold: [[Double]] = []
        for fold in 0..<folds.count {
            let cuts = fitted(labels.indices.filter { folds.folds[$0] != fold })
            byFold.append(cuts.cuts)
            for row in labels.indices where folds.folds[row] == fold { result[row] = cuts.moved(own[row]) }
        }
        let whole = fitted(Array(labels.indices))
        let matrix = ProbabilityMatrix(meanLabels: result, classCount: target.width)
        try write(matrix, of: held.rows, to: context)
        let coefficients = Coefficients(method: method.rawValue, names: names, values: whole.cuts, folds: byFold)
        try context.write(coefficients.bytes, as: "parameters")
        func kappa(_ places: [Double]) -> JSON {
            let table = ProbabilityMatrix(meanLabels: places, classCount: target.width)
            let value = QuadraticKappa().value(
                over: ScoredRows(table, labels: labels, isOrdered: true), weights: rows.weights)
            return value.isFinite ? .number(value) : .null
        }
        let metrics = (shown(names, whole.cuts).object ?? [:]).merging(
            ["qwk-before": kappa(own), "qwk": kappa(result)]) { $1 }
        return StepOutcome(outputs: ["predictions", "parameters"], metrics: .object(metrics))
    }

    private func moved(_ places: [Double], by cuts: CutPoints) -> ProbabilityMatrix {
        ProbabilityMatrix(meanLabels: places.map(cuts.moved), classCount: target.width)
    }

    private func shown(_ names: [String], _ cuts: [Double]) -> JSON {
        .object(Dictionary(uniqueKeysWithValues: zip(names, cuts.map { JSON.number($0) })))
    }
}
