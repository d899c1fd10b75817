// The marginals of each row's label under the constraint, by whichever algorithm can take the groups.

internal import Arithmetic
package import Scores

/// Marginals of groups with a known content, by the exact sum where that can be afforded.
package enum GroupMarginals {
    /// How marginals are computed.
    package enum Algorithm: Equatable, Sendable {
        /// Sums over subsets of labels: exact, for one of each and at most ``PermutationMarginals/labelLimit`` labels.
        case subsets
        /// Sums over count vectors: exact, for repeated labels of which there are not too many.
        case counts
        /// Belief propagation: an approximation, for all else.
        case beliefs
    }

    /// The algorithm for groups of this content.
    package static func algorithm(for counts: LabelCounts) -> Algorithm {
        if counts.isOneOfEach, counts.total <= PermutationMarginals.labelLimit { return .subsets }
        return CountMarginals.canTake(counts) ? .counts : .beliefs
    }

    /// The marginals of every group's rows, rows in their order, each summing to 1; and for each group the logarithm of
    /// its evidence.
    ///
    /// The evidence is the mean, over all ways of giving the rows the places of ``LabelCounts``, of the product of
    /// p / share, where share is the label's share of the places: how many times likelier the group's contents are
    /// under the constraint than if each row's label were drawn by itself. -infinity says that the group contradicts
    /// the constraint; it keeps its row-normalised probabilities.
    /// - Throws: ``GroupError`` where a group has more rows than places or the grouping is of other rows.
    package static func marginals(
        of matrix: ProbabilityMatrix, groups: RowGrouping, counts: LabelCounts
    ) throws(GroupError) -> (matrix: ProbabilityMatrix, logEvidence: [Double]) {
        precondition(counts.counts.count == matrix.classCount, "one count for each label")
        try groups.check(for: matrix, places: counts.total)
        switch algorithm(for: counts) {
        case .subsets:
            var marginals = try PermutationMarginals(labels: matrix.classCount)
            let result = try marginals.marginals(of: matrix, groups: groups)
            return (result.matrix, result.logEvidence)
        case .counts:
            var lattice = CountMarginals(counts)
            return try lattice.marginals(of: matrix, groups: groups)
        case .beliefs: return try BeliefMarginals(counts).marginals(of: matrix, groups: groups)
        }
    }

    /// log of the number of ways to give `rows` rows places of their own, over `total` to the power of `rows`.
    static func logShareOfPlacings(rows: Int, total: Int) -> Double {
        var sum = 0.0
        for row in 0..<rows { sum += Elementary.logarithm(Double(total - row) / Double(total)) }
        return sum
    }
}

/// Marginals of sharpened or flattened probabilities, exact where that can be afforded.
package struct MarginalsMethod: GroupMethod {
    /// What a complete group holds; nil means each label once.
    package var counts: LabelCounts?
    /// The exponent, between .135 and 4.5.
    package var coefficients: [Coefficient] { [Self.exponent] }
    static let exponent = Coefficient("exponent", -2.0...1.5, neutral: 0, scale: .logarithm)
    /// The method for groups of the given content.
    package init(counts: LabelCounts? = nil) { self.counts = counts }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        try GroupMarginals.marginals(
            of: Temperature(logExponent: values[0]).applied(to: matrix), groups: groups,
            counts: counts ?? .oneOfEach(matrix.classCount)
        ).matrix
    }
}
