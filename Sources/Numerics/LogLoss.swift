// The logarithmic score of probabilities against labels. Knows no groups and no folds.

/// Log loss, in nats: minus the logarithm of the probability that the true class was given.
///
/// A row is divided by its sum first, and the probability then clipped to `floor...1 - floor`, so that a certain
/// error costs a finite 34.5. The floor of 1e-15 is Kaggle's, and scikit-learn's up to 1.2; later versions of
/// scikit-learn clip at the machine epsilon of the type, for `Double` 2.2e-16, and do not normalise.
package enum LogLoss {
    /// The default clipping of a probability.
    package static let floor = 1e-15

    /// The loss of each row, in nats.
    ///
    /// - Parameter labels: the true class of each row, in `0..<classCount`; as many as rows (a precondition).
    package static func perRow(
        _ matrix: ProbabilityMatrix, labels: [Int], floor: Double = LogLoss.floor
    ) -> [Double] {
        precondition(labels.count == matrix.rowCount, "one label for each row")
        let classes = matrix.classCount
        return matrix.values.withUnsafeBufferPointer { values in
            labels.indices.map { row in
                precondition(labels[row] >= 0 && labels[row] < classes, "a label names a class")
                var sum = 0.0
                for index in row * classes..<(row + 1) * classes { sum += values[index] }
                let probability = values[row * classes + labels[row]] / sum
                return -Elementary.logarithm(min(max(probability, floor), 1 - floor))
            }
        }
    }

    /// The mean loss over rows, in nats, each row counting as its weight says; NaN where there is no row.
    ///
    /// - Parameter weights: one non-negative weight for each row, not all zero; nil weighs all rows alike.
    package static func mean(
        _ matrix: ProbabilityMatrix, labels: [Int], weights: [Double]? = nil, floor: Double = LogLoss.floor
    ) -> Double {
        weightedMean(perRow(matrix, labels: labels, floor: floor), weights: weights)
    }
}

/// The mean of `values`, weighted where weights are given (as many as values); NaN for no values.
func weightedMean(_ values: [Double], weights: [Double]?) -> Double {
    guard let weights else { return values.reduce(0, +) / Double(values.count) }
    precondition(weights.count == values.count, "one weight for each row")
    var sum = 0.0
    var total = 0.0
    for (value, weight) in zip(values, weights) {
        sum += weight * value
        total += weight
    }
    return sum / total
}
