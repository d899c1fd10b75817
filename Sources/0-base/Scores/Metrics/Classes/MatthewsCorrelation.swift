// The correlation of true and predicted classes. Knows labels and predicted classes.

/// Matthews' correlation coefficient, for any number of classes (Gorodkin, 2004): -1...1.
///
/// As scikit-learn's `matthews_corrcoef`: 0 where all rows are, or are predicted to be, of one class.
package struct MatthewsCorrelation: TallyMetric {
    package var name: String { "mcc" }
    package var title: String { "Matthews correlation" }
    package var unit: String { "correlation" }
    package var widestDifference: Double? { 2 }

    package init() {}

    package func chance(classes: Int) -> Double? { 0 }

    /// The hits; then of each class the rows that are it, and the rows predicted to be it.
    package func width(classes: Int) -> Int { 1 + 2 * classes }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        let (label, predicted) = (rows.labels[row], rows.predicted[row])
        if label == predicted { add(0, 1) }
        add(1 + 2 * label, 1)
        add(2 + 2 * predicted, 1)
    }

    package func value(of tally: Tally) -> Double {
        var (rows, both, truths, guesses) = (0.0, 0.0, 0.0, 0.0)
        var (trueClasses, guessedClasses) = (0, 0)
        for place in stride(from: 1, to: tally.sums.count, by: 2) {
            let (truth, guess) = (tally.sums[place], tally.sums[place + 1])
            rows += truth
            both += truth * guess
            truths += truth * truth
            guesses += guess * guess
            if truth > 0 { trueClasses += 1 }
            if guess > 0 { guessedClasses += 1 }
        }
        guard rows > 0 else { return .nan }
        // Classes are counted: with weights the spread of one class alone is rounding, and not 0.
        guard trueClasses > 1, guessedClasses > 1 else { return 0 }
        let spread = (rows * rows - truths) * (rows * rows - guesses)
        return spread > 0 ? (tally.sums[0] * rows - both) / spread.squareRoot() : 0
    }
}
