// The logarithmic score of probabilities against labels. Knows no groups and no folds.

internal import Arithmetic
package import Targets

/// Log loss, in nats: minus the logarithm of the probability that the true class was given.
///
/// A row is divided by its sum first, and the probability then clipped to `floor...1 - floor`, so that a certain
/// error costs a finite 34.5. The floor of 1e-15 is Kaggle's, and scikit-learn's up to 1.2; later versions of
/// scikit-learn clip at the machine epsilon of the type, for `Double` 2.2e-16, and do not normalise.
package struct LogLoss: MeanMetric {
    package var name: String { "log-loss" }
    package var title: String { "log loss" }
    package var unit: String { "nats per row" }
    package var direction: MetricDirection { .lower }
    package var digits: Int { 4 }
    package var reads: Set<RowColumn> { [.losses] }
    package var kinds: Set<Target.Kind> { [.classes, .ordinal, .multiLabel, .choice] }

    package init() {}

    package func chance(classes: Int) -> Double? { Elementary.logarithm(Double(classes)) }

    /// Of several labels at once the mean over them.
    package func value(of row: Int, in rows: ScoredRows) -> Double {
        guard let numbers = rows.numbers else { return rows.losses[row] }
        let cells = row * numbers.width..<(row + 1) * numbers.width
        return cells.reduce(0.0) { sum, cell in
            let own = numbers.truths[cell] == 1 ? numbers.values[cell] : 1 - numbers.values[cell]
            return sum - Elementary.logarithm(min(max(own, Self.floor), 1 - Self.floor))
        } / Double(numbers.width)
    }

    /// As ``mean(_:labels:weights:floor:cores:)``.
    package func score(_ table: ScoredRows, weights: [Double]?) -> Double {
        guard weights == nil, let matrix = table.probabilities else {
            return weightedMean(table.numbers == nil ? table.losses : perRow(table), weights: weights)
        }
        return Self.mean(matrix, labels: table.labels)
    }

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
    /// - Parameters:
    ///   - weights: one non-negative weight for each row, not all zero; nil weighs all rows alike.
    ///   - cores: 1 for this thread alone; else all there are. The result is the same.
    package static func mean(
        _ matrix: ProbabilityMatrix, labels: [Int], weights: [Double]? = nil, floor: Double = LogLoss.floor,
        cores: Int = .max
    ) -> Double {
        guard weights == nil else {
            return weightedMean(perRow(matrix, labels: labels, floor: floor), weights: weights)
        }
        precondition(labels.count == matrix.rowCount, "one label for each row")
        let sums = Parallel.map(labels.count, inRangesOf: 1 << 14, cores: cores) {
            sum(matrix, labels: labels, rows: $0, floor: floor)
        }
        return sums.reduce(0, +) / Double(labels.count)
    }

    /// The sum of the losses of some rows, in nats.
    ///
    /// One logarithm serves sixteen rows: that of their product, which stays above the least double as long as the
    /// floor does not lie far below the default. So the sum differs from that of ``perRow(_:labels:floor:)`` in the
    /// last digits.
    package static func sum(_ matrix: ProbabilityMatrix, labels: [Int], rows: Range<Int>, floor: Double) -> Double {
        let classes = matrix.classCount
        let pairs = classes & ~1
        return matrix.values.withUnsafeBufferPointer { values in
            labels.withUnsafeBufferPointer { labels in
                var total = 0.0
                var product = 1.0
                var divisor = 1.0
                for row in rows {
                    let label = labels[row]
                    precondition(label >= 0 && label < classes, "a label names a class")
                    let cells = values.baseAddress! + row * classes
                    // Two sums at once, of even and of odd classes.
                    var even = pairs < classes ? cells[pairs] : 0
                    var odd = 0.0
                    for index in stride(from: 0, to: pairs, by: 2) {
                        even += cells[index]
                        odd += cells[index + 1]
                    }
                    let sum = even + odd
                    let own = cells[label]
                    if own < floor * sum {
                        product *= floor
                    } else if own > (1 - floor) * sum {
                        product *= 1 - floor
                    } else if sum > 1e-3, sum < 1e3 {
                        product *= own
                        divisor *= sum
                    } else {
                        product *= own / sum
                    }
                    if row & 15 == 15 {
                        total -= Elementary.logarithm(product / divisor)
                        (product, divisor) = (1, 1)
                    }
                }
                return total - Elementary.logarithm(product / divisor)
            }
        }
    }
}

/// The mean of `values`, weighted where weights are given (as many as values); NaN for no values.
package func weightedMean(_ values: [Double], weights: [Double]?) -> Double {
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
