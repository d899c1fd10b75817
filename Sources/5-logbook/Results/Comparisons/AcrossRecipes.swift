// Recipes of one logbook against each other: the best result of each, paired with the first recipe's. Refuses what is not
// comparable.

internal import Digests
internal import Statistics

/// What a result was scored on: results with other rows or folds are not compared.
struct ScoreBasis: Sendable, Hashable {
    let rows: Digest?
    let folds: Digest?
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
        let pairing = Pairing(baseline: base, variant: own, smallestEffect: nil, known: known)
        return pairing.comparison == nil ? (nil, pairing.refusal) : (pairing, nil)
    }
}
