// Ways to use a group's constraint, each with at most one number to fit. Knows no folds and no labels' names.

/// A way to turn each group's probabilities into better ones, given that labels occur once each in a group.
///
/// A method is a pure function of the probabilities, their groups and one parameter, which ``CrossFit`` fits.
package protocol GroupMethod: Sendable {
    /// Where a fit looks for the parameter; nil where there is nothing to fit (the parameter is then 0).
    var bounds: ClosedRange<Double>? { get }

    /// The transformed rows, in their order, each summing to 1.
    ///
    /// Throws ``GroupError`` for groups that the method cannot take.
    func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, parameter: Double
    ) throws(GroupError) -> ProbabilityMatrix
}

/// Exact permutation marginals of sharpened or flattened probabilities; the parameter is log of the exponent.
package struct MarginalsMethod: GroupMethod {
    /// The bounds of log exponent: exponents of .135 to 4.5.
    package var bounds: ClosedRange<Double>? { -2.0...1.5 }
    /// The method has no settings.
    package init() {}

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, parameter: Double
    ) throws(GroupError) -> ProbabilityMatrix {
        let scaled = Temperature(exponent: Elementary.exponential(parameter)).applied(to: matrix)
        var marginals = try PermutationMarginals(labels: matrix.classCount)
        return try marginals.marginals(of: scaled, groups: groups).matrix
    }
}

/// Temperature alone, which ignores the constraint: what every other method has to beat. The parameter is log of
/// the exponent.
package struct TemperatureMethod: GroupMethod {
    /// The bounds of log exponent.
    package var bounds: ClosedRange<Double>? { Temperature.logBounds }
    /// The method has no settings.
    package init() {}

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, parameter: Double
    ) throws(GroupError) -> ProbabilityMatrix {
        Temperature(exponent: Elementary.exponential(parameter)).applied(to: matrix)
    }
}

/// The second place's rule with its fixed coefficients; nothing is fitted.
package struct PublishedRuleMethod: GroupMethod {
    /// The coefficients, by default the published ones.
    package var rule: PublishedRule
    /// None: nothing is fitted.
    package var bounds: ClosedRange<Double>? { nil }
    /// The method with the given coefficients.
    package init(rule: PublishedRule = PublishedRule()) { self.rule = rule }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, parameter: Double
    ) throws(GroupError) -> ProbabilityMatrix {
        try matrix.assigned(groups, objective: .probability) { rule.applied(to: $0, chosen: $1) }
    }
}

/// A mixture of the probabilities and their assignment: (1 - w) p + w [chosen]; the parameter is w.
package struct AssignmentBlendMethod: GroupMethod {
    /// What the assignment maximises.
    package var objective: Assignment.Objective
    /// The bounds of the weight; at 1 a wrong choice would cost all.
    package var bounds: ClosedRange<Double>? { 0...0.999 }
    /// The method with the given objective.
    package init(objective: Assignment.Objective = .logProbability) { self.objective = objective }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, parameter: Double
    ) throws(GroupError) -> ProbabilityMatrix {
        try matrix.assigned(groups, objective: objective) { group, chosen in
            let labels = group.classCount
            var values = group.values.map { $0 * (1 - parameter) }
            for (row, label) in chosen.enumerated() { values[row * labels + label] += parameter }
            return ProbabilityMatrix(trusted: values, classCount: labels)
        }
    }
}

extension ProbabilityMatrix {
    /// Each group's normalised rows, replaced by what `body` makes of them.
    ///
    /// Throws ``GroupError`` for a group of more rows than labels, or groups of other rows.
    func replacingGroups(
        _ groups: RowGrouping, by body: (ProbabilityMatrix) -> ProbabilityMatrix
    ) throws(GroupError) -> ProbabilityMatrix {
        try groups.check(for: self)
        let rows = normalised()
        var output = rows.values
        for group in 0..<groups.count {
            let replaced = body(rows.selecting(rows: groups[group]))
            for (index, row) in groups[group].enumerated() {
                output.replaceSubrange(row * classCount..<(row + 1) * classCount, with: replaced[row: index])
            }
        }
        return ProbabilityMatrix(trusted: output, classCount: classCount)
    }

    /// Each group's normalised rows, replaced by what `body` makes of them and of their assigned labels.
    fileprivate func assigned(
        _ groups: RowGrouping, objective: Assignment.Objective,
        body: (ProbabilityMatrix, [Int]) -> ProbabilityMatrix
    ) throws(GroupError) -> ProbabilityMatrix {
        var assignment = Assignment(labels: classCount, objective: objective)
        return try replacingGroups(groups) { body($0, assignment.labels(of: $0)) }
    }
}
