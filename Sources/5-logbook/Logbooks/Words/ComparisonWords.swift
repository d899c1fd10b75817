// What is said of comparisons: differences, verdicts with their numbers, why there is none. Works nothing out.

package import Results
internal import Scores
internal import Statistics
internal import Words

extension ArmComparison {
    var differenceText: String { Format.difference(difference) }
    var intervalText: String { Format.interval(interval) }
    var pText: String { p < 0.001 ? "< 0.001" : Format.decimal(p, 3) }

    /// `log loss improves by +0.0041 [+0.0009, +0.0072]: helps.`
    package var sentence: String {
        let numbers = "\(differenceText) \(intervalText)"
        switch outcome {
        case .helps: return "\(metric.title) improves by \(numbers): it helps."
        case .hurts: return "\(metric.title) gets worse, improvement \(numbers): it hurts."
        case .equivalent: return "\(numbers): equivalent, within the smallest effect that would matter."
        case .leaning, .unresolved:
            return "\(numbers): \(outcome.rawValue)" + (reach.map { "; \($0)" } ?? "") + "."
        }
    }

    /// What a comparison of this size can find; nil where it is settled, and without a test. It is no promise: more seeds find
    /// what is there, and a difference as large as the one seen may not be.
    private var reach: String? {
        guard outcome == .leaning || outcome == .unresolved, let detectable else { return nil }
        return
            "these folds\(hasSeeds ? " and seeds" : "") find a difference of \(Format.score(detectable)) four times of five"
            + further
    }

    /// What it would take to find a difference as large as the one seen. Nothing where no number of seeds would do by the estimate: of a
    /// few seeds the rows' part is too uncertain to say that seeds cannot settle it.
    private var further: String {
        guard variance != nil, let furtherSeeds, furtherSeeds > 0 else { return "" }
        return ", and by their estimate \(Format.count(furtherSeeds, "more seed")) one as large as seen"
    }

    /// The same as a sentence of its own.
    var advice: String? { reach.map { "\(Format.sentence($0))." } }
}

extension ComparisonRefusal {
    /// The reason, as a sentence or as a clause.
    package var text: String {
        switch self {
        case .otherMetric(let one, let other):
            "Not compared: one is judged by \(Self.title(one)), the other by \(Self.title(other))."
        case .noCommonRows: "Not compared: no row was scored in both; each is of other folds."
        case .otherRowsOrFolds: "Not compared: the two were scored on different rows or folds."
        case .otherRows: "not compared: the two were scored on different rows or labels"
        case .otherFolds: "not compared: the two were scored on different folds"
        case .lostWeights:
            "Not compared: the rows are not in the store any more, and with them what each of them weighs."
        case .otherWeights: "Not compared: the rows of the two have other weights."
        case .nothingLearnt:
            "Not compared: every label stands in one fold alone, so that no model could learn one it is scored on."
        case .notRecorded(let metric):
            "Not compared: what some rows scored was not recorded, or \(Self.title(metric)) is not defined for them."
        case .unreadable(let reason): "Not compared: \(reason)"
        case .onlyFirstHasScore: "only the first has a score"
        case .onlySecondHasScore: "only the second has a score"
        case .neitherHasScore: "neither has a score yet"
        case .sameScores: "the same scores"
        case .firstHasNoScore: "the first recipe has no score yet"
        case .noScore: "no score yet"
        }
    }

    private static func title(_ metric: String) -> String { Metrics.named(metric)?.title ?? metric }
}

extension AcrossRecipes.Row {
    /// Why there is no comparison, in the few words of a table's cell.
    var refusalText: String? {
        switch refusal {
        case .otherRows: "scored on other rows or labels"
        case .otherFolds: "scored on other folds"
        default: refusal?.text
        }
    }
}

extension StageEffect {
    var differenceText: String { Format.difference(difference) }
    var intervalText: String? { interval.map(Format.interval) }

    /// `improves on the best of its parts, tiny (0.8847) by +0.0956 [+0.0811, +0.1104]`.
    var clause: String {
        let other =
            switch kind {
            case .part: against
            case .bestPart: "the best of its parts, \(against)"
            case .firstPass: "\(against) without pseudo-labels"
            }
        let named = "\(other) (\(Format.score(before)))"
        // No line breaks within the interval.
        let numbers = [differenceText, intervalText?.replacing(" ", with: "\u{a0}")].compactMap { $0 }.joined(
            separator: " ")
        if let interval, interval.contains(0) { return "cannot be told from \(named): \(numbers)" }
        return difference < 0 ? "is worse than \(named): \(numbers)" : "improves on \(named) by \(numbers)"
    }
}

extension Contribution {
    var word: String {
        switch outcome {
        case .helps: "needed"
        case .hurts: "better without"
        case .leaning, .equivalent, .unresolved: "not settled"
        }
    }
}
