// The share of rows whose most probable class is the true one. Knows no groups and no folds.

package import Targets

extension ProbabilityMatrix {
    /// The most probable class of each row; of equal ones the first.
    package var predictedLabels: [Int] {
        (0..<rowCount).map { row in
            let probabilities = self[row: row]
            var best = probabilities.startIndex
            for index in probabilities.indices where probabilities[index] > probabilities[best] {
                best = index
            }
            return best - probabilities.startIndex
        }
    }
}

/// Accuracy: the share of rows, 0...1, whose most probable class (of equal ones the first) is the true one.
package struct Accuracy: MeanMetric {
    package var name: String { "accuracy" }
    package var title: String { "accuracy" }
    package var unit: String { "share of rows" }
    package var widestDifference: Double? { 1 }
    package var direction: MetricDirection { .higher }
    package var digits: Int { 3 }
    package var kinds: Set<Target.Kind> { [.classes, .ordinal, .choice] }

    package init() {}

    package func value(of row: Int, in rows: ScoredRows) -> Double { rows.labels[row] == rows.predicted[row] ? 1 : 0 }

    /// As ``mean(_:labels:weights:)``.
    package func score(_ table: ScoredRows, weights: [Double]?) -> Double {
        weightedMean(perRow(table), weights: weights)
    }

    /// 1 for each row that is right and 0 for each that is wrong.
    ///
    /// - Parameter labels: the true class of each row; as many as rows (a precondition).
    package static func perRow(_ matrix: ProbabilityMatrix, labels: [Int]) -> [Double] {
        precondition(labels.count == matrix.rowCount, "one label for each row")
        return zip(matrix.predictedLabels, labels).map { $0 == $1 ? 1 : 0 }
    }

    /// The share of rows that are right, each row counting as its weight says; NaN where there is no row.
    ///
    /// - Parameter weights: one non-negative weight for each row, not all zero; nil weighs all rows alike.
    package static func mean(_ matrix: ProbabilityMatrix, labels: [Int], weights: [Double]? = nil) -> Double {
        weightedMean(perRow(matrix, labels: labels), weights: weights)
    }
}
