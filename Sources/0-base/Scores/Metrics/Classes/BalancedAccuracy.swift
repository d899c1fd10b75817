// The share of each class that is found, each class counting alike. Knows labels and predicted classes.

/// Balanced accuracy: the mean over classes of the share of their rows that are predicted to be of them.
///
/// As scikit-learn's `balanced_accuracy_score`: a class without rows does not count.
package struct BalancedAccuracy: TallyMetric {
    package var name: String { "balanced-accuracy" }
    package var title: String { "balanced accuracy" }
    package var unit: String { "share" }
    package var widestDifference: Double? { 1 }

    package init() {}

    package func chance(classes: Int) -> Double? { 1 / Double(classes) }

    /// Of each class the hits and the rows.
    package func width(classes: Int) -> Int { 2 * classes }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        let label = rows.labels[row]
        if label == rows.predicted[row] { add(2 * label, 1) }
        add(2 * label + 1, 1)
    }

    package func value(of tally: Tally) -> Double {
        let shares = stride(from: 0, to: tally.sums.count, by: 2).compactMap { place in
            tally.sums[place + 1] > 0 ? tally.sums[place] / tally.sums[place + 1] : nil
        }
        return shares.reduce(0, +) / Double(shares.count)
    }
}
