// Recipes of one logbook against each other: the best result of each, paired with the first recipe's. Refuses what is not
// comparable.

internal import Digests
internal import Plans
internal import Scores
internal import Statistics
internal import Storage

/// What a result was scored on: results with other rows or folds are not compared.
struct ScoreBasis: Sendable {
    let rows: Digest?
    let folds: Digest?
    /// What was scored on them, by the input's name.
    private let predictions: [String: Digest]

    /// - Parameter record: of an evaluation; nil where it does not say what it was made of.
    init?(_ record: Record) {
        guard let inputs = (try? Manifest(reading: record.manifest))?.inputs else { return nil }
        (rows, folds) = (inputs["rows"], inputs["folds"])
        predictions = inputs.filter { EvaluateStep.isPredictions($0.key) }
    }

    /// Whether the two are on the same rows and folds.
    func isComparable(with other: ScoreBasis?) -> Bool { other.map { rows == $0.rows && folds == $0.folds } ?? false }

    /// Whether the two are of the same predictions on the same rows and folds.
    func isSame(as other: ScoreBasis?) -> Bool { isComparable(with: other) && predictions == other?.predictions }
}

package struct AcrossRecipes: Sendable {
    /// The best result of a recipe, against that of the first.
    package struct Row: Sendable {
        package let recipe: String
        /// Nil while nothing of it has a score.
        package let result: String?
        /// Nil for the first recipe and where there is nothing to compare.
        package let comparison: ArmComparison?
        /// Why there is none; nil where there is one, and for the first.
        package let refusal: ComparisonRefusal?
    }

    package let rows: [Row]

    /// p-values are adjusted over all recipes.
    package init(_ recipes: [RecipeResults]) {
        let bests = recipes.map(\.best)
        let known = recipes.first?.known ?? KnownComparisons(nil)
        defer { known.save() }
        var pairings: [Pairing?] = []
        var refusals: [ComparisonRefusal?] = []
        for (index, best) in bests.enumerated() {
            let (pairing, refusal) = index == 0 ? (nil, nil) : Self.pair(bests[0], best, known)
            pairings.append(pairing)
            refusals.append(refusal)
        }
        var verdicts = Verdict.judge(pairings.compactMap { $0?.comparison })[...]
        rows = recipes.indices.map { index in
            let verdict = pairings[index]?.comparison == nil ? nil : verdicts.popFirst()
            return Row(
                recipe: recipes[index].name, result: bests[index]?.name,
                comparison: verdict.flatMap { verdict in
                    bests[index]?.evaluation.map {
                        ArmComparison(verdict, metric: $0.metric, hasSeeds: $0.hasSeeds)
                    }
                },
                refusal: refusals[index])
        }
    }

    private static func pair(
        _ first: Score?, _ other: Score?, _ known: KnownComparisons
    ) -> (Pairing?, refusal: ComparisonRefusal?) {
        guard let base = first?.evaluation else { return (nil, .firstHasNoScore) }
        guard let own = other?.evaluation else { return (nil, .noScore) }
        guard first?.basis?.rows == other?.basis?.rows else { return (nil, .otherRows) }
        guard first?.basis?.folds == other?.basis?.folds else { return (nil, .otherFolds) }
        if let basis = first?.basis, basis.isSame(as: other?.basis), base.metric.name == own.metric.name {
            return (nil, .sameScores)
        }
        let pairing = Pairing(baseline: base, variant: own, smallestEffect: nil, known: known)
        return pairing.comparison == nil ? (nil, pairing.refusal) : (pairing, nil)
    }
}
