// Marginals for predictions that are wrong in more ways than one temperature can mend. Knows no labels.

internal import Arithmetic
package import Scores

/// (1 - share) marginals(p^exponent)^power + share p^exponent, each row normalised.
///
/// The power takes back what marginals of overconfident or dependent rows claim too much, and the share is for rows
/// that say nothing about their label, whose certainty the constraint would pass on to the rest of the group.
package struct RobustMethod: GroupMethod {
    /// What a complete group holds; nil means each label once.
    package var counts: LabelCounts?
    /// The exponent of the probabilities, the power of the marginals, the share of the probabilities.
    package var coefficients: [Coefficient] {
        [
            MarginalsMethod.exponent, Coefficient("power", -2.0...1.5, neutral: 0, scale: .logarithm),
            Coefficient("share", -9.0...3.0, neutral: -9, scale: .logit),
        ]
    }
    /// The method for groups of the given content.
    package init(counts: LabelCounts? = nil) { self.counts = counts }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        let scaled = Temperature(logExponent: values[0]).applied(to: matrix)
        let marginals = try GroupMarginals.marginals(
            of: scaled, groups: groups, counts: counts ?? .oneOfEach(matrix.classCount)
        ).matrix
        return Temperature(logExponent: values[1]).applied(to: marginals)
            .mixed(with: scaled, share: coefficients[2].shown(values[2]))
    }

    /// The marginals' exponent by itself, then all three from there.
    package func fit(_ loss: ([Double]) throws(GroupError) -> Double) throws(GroupError) -> [Double] {
        let exponent = try coefficients[0].searched { x throws(GroupError) in try loss([x, 0, -9]) }
        return try SimplexSearch(
            of: loss, from: [[exponent, 0, -4], [exponent, 0, -2]], steps: [0.25, 0.25, 1],
            within: coefficients.map(\.bounds)
        ).argument
    }
}

extension ProbabilityMatrix {
    /// (1 - share) of these rows and share of the others.
    func mixed(with other: ProbabilityMatrix, share: Double) -> ProbabilityMatrix {
        ProbabilityMatrix(
            trusted: zip(values, other.values).map { (1 - share) * $0 + share * $1 }, classCount: classCount)
    }
}
