// Probabilities scaled until every label's column sums to 1 as well. Knows one group at a time.

/// Sinkhorn and Knopp's alternate scaling of a group's rows and columns: an approximation of
/// ``PermutationMarginals`` for any number of labels.
///
/// Rows are divided by their sums, then columns by theirs, in turn. A group with fewer rows than labels is filled
/// up with rows that know nothing, so that no column sums to more than 1.
package struct Sinkhorn: Equatable, Sendable {
    /// The most rounds of rows and columns.
    package var limit: Int
    /// A round that changes no column's sum by more than this is the last.
    package var tolerance: Double

    /// Scaling of at most `limit` rounds, each cell touched twice in a round.
    package init(limit: Int = 100, tolerance: Double = 1e-9) {
        precondition(limit >= 1, "there is a round")
        self.limit = limit
        self.tolerance = tolerance
    }

    /// The scaled rows of `group`, each summing to 1.
    ///
    /// - Parameter group: rows x labels, at most as many rows as labels (a precondition). A label that no row can
    ///   have is left out of the scaling.
    package func applied(to group: ProbabilityMatrix) -> ProbabilityMatrix {
        let (rows, labels) = (group.rowCount, group.classCount)
        precondition(rows <= labels, "each row can have a label of its own")
        // The rows that know nothing stay equal: one stands for all of them.
        let missing = Double(labels - rows)
        var blank = [Double](repeating: 1 / Double(labels), count: labels)
        var cells = group.normalised().values
        for _ in 0..<limit {
            var farthest = 0.0
            for label in 0..<labels {
                var sum = missing * blank[label]
                for row in 0..<rows { sum += cells[row * labels + label] }
                guard sum > 0 else { continue }
                farthest = max(farthest, abs(sum - 1))
                blank[label] /= sum
                for row in 0..<rows { cells[row * labels + label] /= sum }
            }
            Self.divideByItsSum(&blank, from: 0, count: labels)
            for row in 0..<rows { Self.divideByItsSum(&cells, from: row * labels, count: labels) }
            if farthest <= tolerance { break }
        }
        return ProbabilityMatrix(trusted: cells, classCount: labels)
    }

    private static func divideByItsSum(_ values: inout [Double], from start: Int, count: Int) {
        values.withUnsafeMutableBufferPointer { values in
            normaliseRow(UnsafeMutableBufferPointer(rebasing: values[start..<start + count]))
        }
    }
}

/// Sinkhorn scaling of sharpened or flattened probabilities; the parameter is log of the exponent.
package struct SinkhornMethod: GroupMethod {
    /// How long to scale.
    package var sinkhorn: Sinkhorn
    /// The bounds of log exponent: exponents of .22 to 4.5.
    package var bounds: ClosedRange<Double>? { -1.5...1.5 }
    /// The method with the given scaling.
    package init(sinkhorn: Sinkhorn = Sinkhorn()) { self.sinkhorn = sinkhorn }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, parameter: Double
    ) throws(GroupError) -> ProbabilityMatrix {
        let scaled = Temperature(exponent: Elementary.exponential(parameter)).applied(to: matrix)
        return try scaled.replacingGroups(groups) { sinkhorn.applied(to: $0) }
    }
}
