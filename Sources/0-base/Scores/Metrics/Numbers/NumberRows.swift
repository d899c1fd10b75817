// Rows of which numbers are predicted: the true ones and the predicted ones. Knows no metric.

internal import Targets

/// What is true and what is predicted of each row, in one or several columns.
package struct NumberRows: Sendable {
    /// How many numbers a row has.
    package let width: Int
    /// Row-major.
    package let truths: [Double]
    package let values: [Double]
    /// Of each column numbers amid the true and amid the predicted ones that count: sums of what is less them lose few digits.
    private(set) var centres: (truths: [Double], values: [Double])

    /// As many truths as values, and `width` of each for a row (preconditions).
    package init(width: Int, truths: [Double], values: [Double]) {
        precondition(width >= 1 && truths.count == values.count && truths.count % width == 0, "as many of each")
        (self.width, self.truths, self.values) = (width, truths, values)
        let none = [Double](repeating: 0, count: width)
        centres = (none, none)
        centres = (means(truths, nil), means(values, nil))
    }

    /// The same rows about the means of those that count: what weighs nothing may be any number.
    func centred(weights: [Double]?) -> NumberRows {
        guard weights != nil else { return self }
        var result = self
        result.centres = (means(truths, weights), means(values, weights))
        return result
    }

    private func means(_ numbers: [Double], _ weights: [Double]?) -> [Double] {
        let total = weights?.reduce(0, +) ?? Double(count)
        guard total > 0 else { return [Double](repeating: 0, count: width) }
        return (0..<width).map { column in
            (0..<count).reduce(0) { $0 + (weights?[$1] ?? 1) * numbers[$1 * width + column] } / total
        }
    }

    /// Number of rows.
    package var count: Int { truths.count / width }

    /// The predicted number less the true one.
    package func error(_ row: Int, _ column: Int) -> Double {
        values[row * width + column] - truths[row * width + column]
    }

    /// The mean over columns of each row's squared error.
    package var squaredErrors: [Double] {
        (0..<count).map { row in
            (0..<width).reduce(0) { $0 + error(row, $1) * error(row, $1) } / Double(width)
        }
    }

    /// Some of the rows, in that order.
    func selecting(_ rows: some Collection<Int>) -> NumberRows {
        func own(_ values: [Double]) -> [Double] { rows.flatMap { values[$0 * width..<($0 + 1) * width] } }
        return NumberRows(width: width, truths: own(truths), values: own(values))
    }
}

/// A metric of numbers.
protocol NumberMetric: Metric {}

extension NumberMetric {
    package var kinds: Set<Target.Kind> { [.number] }
    package var reads: Set<RowColumn> { [.numbers] }
}
