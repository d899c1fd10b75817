// Rows of class probabilities, the common currency. Knows no labels, no groups and not where the rows came from.

/// Why numbers are not class probabilities. Rows and classes count from zero.
package enum ProbabilityError: Error, Equatable, CustomStringConvertible {
    /// The number of values is no multiple of the number of classes, or there is no class.
    case shape(values: Int, classes: Int)
    /// A value is NaN, infinite, below 0 or above 1.
    case value(row: Int, class: Int, value: Double)
    /// A row sums to 0, or to something other than 1 where 1 was asked for.
    case rowSum(row: Int, sum: Double)

    /// The error in a sentence for people.
    package var description: String {
        switch self {
        case .shape(let values, let classes): "\(values) values do not fill rows of \(classes) classes"
        case .value(let row, let label, let value):
            "row \(row), class \(label): \(value) is not a probability; it must lie in 0...1"
        case .rowSum(let row, let sum): "row \(row) sums to \(sum); it must sum to 1 (or to more than 0)"
        }
    }
}

/// A rows x classes matrix of probabilities, row-major, in double precision.
///
/// Invariant: every value is finite and in 0...1, and every row has a positive sum. Rows need not sum to 1 unless
/// that was asked for: ``normalised()`` makes them.
package struct ProbabilityMatrix: Equatable, Sendable {
    /// Number of rows; may be 0.
    package let rowCount: Int
    /// Number of classes, the length of a row; at least 1.
    package let classCount: Int
    /// The values, row after row; `rowCount * classCount` of them.
    package let values: [Double]

    /// Checks and takes `values`, row after row.
    ///
    /// - Parameter tolerance: how far the sum of a row may lie from 1; nil lets any positive sum pass.
    /// - Throws: ``ProbabilityError`` for the first offending row.
    package init(values: [Double], classCount: Int, sumsToOneWithin tolerance: Double? = nil)
        throws(ProbabilityError)
    {
        guard classCount >= 1, values.count % classCount == 0 else {
            throw .shape(values: values.count, classes: classCount)
        }
        for row in 0..<values.count / classCount {
            var sum = 0.0
            for label in 0..<classCount {
                let value = values[row * classCount + label]
                guard value >= 0, value <= 1 else { throw .value(row: row, class: label, value: value) }
                sum += value
            }
            guard sum > 0, abs(sum - 1) <= tolerance ?? .infinity else { throw .rowSum(row: row, sum: sum) }
        }
        self.init(trusted: values, classCount: classCount)
    }

    /// Checks and takes single-precision `values`, row after row; see the initialiser for `Double`.
    package init(floats values: [Float], classCount: Int, sumsToOneWithin tolerance: Double? = nil)
        throws(ProbabilityError)
    {
        try self.init(values: values.map(Double.init), classCount: classCount, sumsToOneWithin: tolerance)
    }

    /// Takes values that are known to hold the invariant.
    package init(trusted values: [Double], classCount: Int) {
        self.rowCount = values.count / classCount
        self.classCount = classCount
        self.values = values
    }

    /// The probability that row `row` has class `label`.
    package subscript(row: Int, label: Int) -> Double {
        precondition(label >= 0 && label < classCount)
        return values[row * classCount + label]
    }

    /// One row, `classCount` values.
    package subscript(row row: Int) -> ArraySlice<Double> {
        values[row * classCount..<(row + 1) * classCount]
    }

    /// The same rows, each divided by its sum.
    package func normalised() -> ProbabilityMatrix {
        var scaled = values
        scaled.withUnsafeMutableBufferPointer { buffer in
            for start in stride(from: 0, to: buffer.count, by: classCount) {
                normaliseRow(UnsafeMutableBufferPointer(rebasing: buffer[start..<start + classCount]))
            }
        }
        return ProbabilityMatrix(trusted: scaled, classCount: classCount)
    }

    /// Writes the rows to those places of `output`, a matrix of the same width, that `rows` names in their order.
    package func copy(to output: UnsafeMutablePointer<Double>, rows: ArraySlice<Int>) {
        values.withUnsafeBufferPointer { values in
            guard var source = values.baseAddress else { return }
            for row in rows {
                (output + row * classCount).initialize(from: source, count: classCount)
                source += classCount
            }
        }
    }

    /// The rows at `indices`, in that order; an index may come more than once.
    package func selecting(rows indices: some Collection<Int>) -> ProbabilityMatrix {
        let selected = [Double](unsafeUninitializedCapacity: indices.count * classCount) { output, count in
            values.withUnsafeBufferPointer { values in
                for index in indices {
                    for cell in index * classCount..<(index + 1) * classCount {
                        output.initializeElement(at: count, to: values[cell])
                        count += 1
                    }
                }
            }
        }
        return ProbabilityMatrix(trusted: selected, classCount: classCount)
    }
}

/// Divides a row of non-negative values with a positive sum by that sum, in place.
@inlinable @inline(__always)
package func normaliseRow(_ row: UnsafeMutableBufferPointer<Double>) {
    var sum = 0.0
    for value in row { sum += value }
    for index in row.indices { row[index] = min(row[index] / sum, 1) }
}
