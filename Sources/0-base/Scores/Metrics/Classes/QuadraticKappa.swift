// Agreement of ordered classes beyond chance. Knows labels and predicted classes.

/// Cohen's kappa with quadratic weights: 1 less the mean squared distance of true and predicted class, over the same of the two
/// drawn apart. Classes are ordered as the recipe's labels are.
///
/// As scikit-learn's `cohen_kappa_score(weights="quadratic", labels=...)` with all labels. Not defined where all rows are, and are
/// predicted to be, of one class.
package struct QuadraticKappa: TallyMetric {
    package var name: String { "qwk" }
    package var title: String { "quadratic kappa" }
    package var unit: String { "agreement" }
    package var widestDifference: Double? { 2 }

    package init() {}

    package func chance(classes: Int) -> Double? { 0 }

    /// The squared distances; then of each class the rows that are it, and the rows predicted to be it.
    package func width(classes: Int) -> Int { 1 + 2 * classes }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        let (label, predicted) = (rows.labels[row], rows.predicted[row])
        if label != predicted { add(0, Double((label - predicted) * (label - predicted))) }
        add(1 + 2 * label, 1)
        add(2 + 2 * predicted, 1)
    }

    package func value(of tally: Tally) -> Double {
        // The mean of (i - j)² over rows and guesses drawn apart, by their first two moments.
        var (rows, truth, truths, guess, guesses) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (label, place) in stride(from: 1, to: tally.sums.count, by: 2).enumerated() {
            let (label, own, predicted) = (Double(label), tally.sums[place], tally.sums[place + 1])
            rows += own
            truth += label * own
            truths += label * label * own
            guess += label * predicted
            guesses += label * label * predicted
        }
        let apart = truths + guesses - 2 * truth * guess / rows
        // Rounding may leave a little where nothing is.
        return apart > 1e-12 * (truths + guesses) ? 1 - tally.sums[0] / apart : .nan
    }
}
