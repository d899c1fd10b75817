// Groups of which some break the constraint, nobody knows which. Knows no labels.

internal import Arithmetic
package import Scores

/// Each group's marginals and its own probabilities, mixed by how likely it is that the group obeys the constraint.
///
/// With a share v of groups whose labels are drawn row by row, a group obeys with probability
/// (1 - v) E / ((1 - v) E + v), E its evidence (``GroupMarginals``): the Bayes factor between the two. A group with
/// more rows than places cannot obey. Fitted are the exponent of the probabilities and v.
package struct MixtureMethod: GroupMethod {
    /// What a group that obeys holds; nil means each label once.
    package var counts: LabelCounts?
    /// The exponent and the share of groups that break the constraint.
    package var coefficients: [Coefficient] {
        [MarginalsMethod.exponent, Coefficient("violations", -9.0...9.0, scale: .logit)]
    }
    /// The method for groups of the given content.
    package init(counts: LabelCounts? = nil) { self.counts = counts }

    /// As ``GroupMethod`` asks; a group may have any number of rows.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        let counts = counts ?? .oneOfEach(matrix.classCount)
        let scaled = Temperature(logExponent: values[0]).applied(to: matrix)
        guard groups.rowCount == matrix.rowCount else {
            throw .mismatch(rows: matrix.rowCount, described: groups.rowCount)
        }
        let rows = groups.groupOfRow.indices.filter { groups[groups.groupOfRow[$0]].count <= counts.total }
        let possible = RowGrouping(ids: rows.map { groups.groupOfRow[$0] })
        let (marginals, logEvidence) = try GroupMarginals.marginals(
            of: scaled.selecting(rows: rows), groups: possible, counts: counts)
        var mixed = scaled.values
        for group in 0..<possible.count {
            // The logit of v is the logarithm of v / (1 - v).
            let obeys = 1 / (1 + Elementary.exponential(values[1] - logEvidence[group]))
            for index in possible[group] {
                let start = rows[index] * matrix.classCount
                for label in 0..<matrix.classCount {
                    mixed[start + label] += obeys * (marginals[index, label] - mixed[start + label])
                }
            }
        }
        return ProbabilityMatrix(trusted: mixed, classCount: matrix.classCount)
    }

    /// From few and from many violations.
    package func fit(_ loss: ([Double]) throws(GroupError) -> Double) throws(GroupError) -> [Double] {
        try SimplexSearch(
            of: loss, from: [[0, -4], [0, -1]], steps: [0.25, 1], within: coefficients.map(\.bounds)
        ).argument
    }
}
