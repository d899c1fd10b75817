// Probabilities scaled until every label's column sums to 1 as well. Knows one group at a time.

package import Scores

/// Sinkhorn and Knopp's alternate scaling of a group's rows and columns: an approximation of
/// ``PermutationMarginals`` for any number of labels.
///
/// Rows are divided by their sums, then columns by theirs, in turn. A group with fewer rows than labels is filled
/// up with rows that know nothing, so that no column sums to more than 1. Labels that repeat have columns that sum to
/// their count.
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
    /// - Parameters:
    ///   - group: rows x labels, at most as many rows as places (a precondition). A label that no row can have is left
    ///     out of the scaling.
    ///   - counts: what a complete group holds; nil means each label once.
    package func applied(to group: ProbabilityMatrix, counts: LabelCounts? = nil) -> ProbabilityMatrix {
        let (rows, labels) = (group.rowCount, group.classCount)
        let counts = counts ?? .oneOfEach(labels)
        precondition(rows <= counts.total, "each row can have a place of its own")
        let targets = counts.counts.map(Double.init)
        // The rows that know nothing stay equal: one stands for all of them.
        let missing = Double(counts.total - rows)
        var blank = targets.map { $0 / Double(counts.total) }
        var cells = group.normalised().values
        for _ in 0..<limit {
            var farthest = 0.0
            for label in 0..<labels {
                var sum = missing * blank[label]
                for row in 0..<rows { sum += cells[row * labels + label] }
                guard sum > 0 else { continue }
                let target = targets[label]
                farthest = max(farthest, abs(sum - target))
                blank[label] /= sum / target
                for row in 0..<rows { cells[row * labels + label] /= sum / target }
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

/// Sinkhorn scaling of sharpened or flattened probabilities.
package struct SinkhornMethod: GroupMethod {
    /// How long to scale.
    package var sinkhorn: Sinkhorn
    /// What a complete group holds; nil means each label once.
    package var counts: LabelCounts?
    /// The exponent, between .22 and 4.5.
    package var coefficients: [Coefficient] {
        [Coefficient("exponent", -1.5...1.5, neutral: 0, scale: .logarithm)]
    }
    /// The method with the given scaling.
    package init(sinkhorn: Sinkhorn = Sinkhorn(), counts: LabelCounts? = nil) {
        self.sinkhorn = sinkhorn
        self.counts = counts
    }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        let scaled = Temperature(logExponent: values[0]).applied(to: matrix)
        return try scaled.replacingGroups(groups, places: counts?.total ?? matrix.classCount) {
            sinkhorn.applied(to: $0, counts: counts)
        }
    }
}
