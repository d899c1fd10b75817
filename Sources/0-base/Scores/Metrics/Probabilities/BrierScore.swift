// The squared error of probabilities. Knows labels and probabilities.

package import Targets

/// Brier score: the mean over rows of the squared distance between the probabilities and the true class.
///
/// As scikit-learn's `brier_score_loss`: of two classes the squared error of one, 0...1; of more the sum over all, 0...2; of several
/// labels at once the mean over them.
package struct BrierScore: MeanMetric {
    package var name: String { "brier" }
    package var title: String { "Brier score" }
    package var unit: String { "squared error per row" }
    package var widestDifference: Double? { 2 }
    package var direction: MetricDirection { .lower }
    package var reads: Set<RowColumn> { [.probabilities] }
    package var kinds: Set<Target.Kind> { [.classes, .ordinal, .multiLabel] }

    package init() {}

    package func chance(classes: Int) -> Double? {
        let share = 1 / Double(classes)
        return (1 - share) * (classes == 2 ? 0.5 : 1)
    }

    package func value(of row: Int, in rows: ScoredRows) -> Double {
        if let numbers = rows.numbers {
            return (0..<numbers.width).reduce(0) { $0 + numbers.error(row, $1) * numbers.error(row, $1) }
                / Double(numbers.width)
        }
        guard let probabilities = rows.probabilities else { return .nan }
        let own = probabilities[row: row]
        let label = own.startIndex + rows.labels[row]
        let sum = own.indices.reduce(0.0) { sum, index in
            let error = own[index] - (index == label ? 1 : 0)
            return sum + error * error
        }
        return rows.classes == 2 ? sum / 2 : sum
    }
}
