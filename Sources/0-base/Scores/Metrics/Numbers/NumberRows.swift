// Rows of which numbers are predicted: the true ones and the predicted ones. Knows no metric.

internal import Targets

/// What is true and what is predicted of each row, in one or several columns.
package struct NumberRows: Sendable {
    /// How many numbers a row has.
    package let width: Int
    /// Row-major.
    package let truths: [Double]
    package let values: [Double]
    /// Of each column a number amid the truths: sums of what is less it lose few digits.
    let centres: [Double]

    /// As many truths as values, and `width` of each for a row (preconditions).
    package init(width: Int, truths: [Double], values: [Double]) {
        precondition(width >= 1 && truths.count == values.count && truths.count % width == 0, "as many of each")
        (self.width, self.truths, self.values) = (width, truths, values)
        let count = truths.count / width
        centres = (0..<width).map { column in
            let sum = stride(from: column, to: truths.count, by: width).reduce(0) { $0 + truths[$1] }
            return count == 0 ? 0 : sum / Double(count)
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
