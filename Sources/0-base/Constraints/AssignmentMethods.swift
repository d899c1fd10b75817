// Methods around the best choice of one place for each row: blends and the second place's rule.

internal import Arithmetic
package import Scores
internal import Statistics

/// The second place's rule with fixed coefficients; nothing is fitted.
package struct PublishedRuleMethod: GroupMethod {
    /// The coefficients, by default the published ones.
    package var rule: PublishedRule
    /// What a complete group holds; nil means each label once.
    package var counts: LabelCounts?
    /// None: nothing is fitted.
    package var coefficients: [Coefficient] { [] }
    /// The method with the given coefficients.
    package init(rule: PublishedRule = PublishedRule(), counts: LabelCounts? = nil) {
        self.rule = rule
        self.counts = counts
    }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        try matrix.assigned(groups, counts, objective: .probability) { rule.applied(to: $0, chosen: $1) }
    }
}

/// The second place's rule with its six coefficients searched on labelled rows.
package struct TunedRuleMethod: GroupMethod {
    /// What a complete group holds; nil means each label once.
    package var counts: LabelCounts?
    /// The coefficients of ``PublishedRule`` but the decided columns': they were never found to matter.
    package var coefficients: [Coefficient] {
        [
            Coefficient("gain", 0...0.6), Coefficient("loss-power", 1.0001...3), Coefficient("high", 0.3...0.999),
            Coefficient("middle", 0.02...0.4), Coefficient("high-factor", 0.05...1),
            Coefficient("middle-factor", 0.05...1),
        ]
    }
    /// The method for groups of the given content.
    package init(counts: LabelCounts? = nil) { self.counts = counts }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        var rule = PublishedRule()
        rule.gain = values[0]
        rule.power = values[1]
        rule.highAbove = values[2]
        rule.middleAbove = values[3]
        rule.highFactor = values[4]
        rule.middleFactor = values[5]
        return try PublishedRuleMethod(rule: rule, counts: counts)
            .predictions(of: matrix, groups: groups, values: [])
    }

    /// Random search, a third over the bounds and the rest around the best so far, closer and closer: the loss has
    /// steps where a column passes a limit, on which a simplex gets stuck. Seeded, so the same rows give the same.
    package func fit(_ loss: ([Double]) throws(GroupError) -> Double) throws(GroupError) -> [Double] {
        let published = PublishedRule()
        var best = [
            published.gain, published.power, published.highAbove, published.middleAbove, published.highFactor,
            published.middleFactor,
        ]
        var least = try loss(best)
        var source = RandomSource(seed: 2)
        func uniform() -> Double { (Double(source.next(below: 1 << 30)) + 0.5) / Double(1 << 30) }
        let (wide, all) = (80, 250)
        for trial in 0..<all {
            var shrunk = 0.02
            if trial >= wide { shrunk += Elementary.power(0.98, Double(trial - wide)) }
            let candidate = coefficients.indices.map { index in
                let bounds = coefficients[index].bounds
                let width = bounds.upperBound - bounds.lowerBound
                guard trial >= wide else { return bounds.lowerBound + uniform() * width }
                let moved = best[index] + NormalDistribution.quantile(uniform()) * 0.12 * width * shrunk
                return min(max(moved, bounds.lowerBound), bounds.upperBound)
            }
            let value = try loss(candidate)
            if value < least { (least, best) = (value, candidate) }
        }
        return best
    }
}

/// A mixture of the probabilities and their assignment: (1 - w) p + w [chosen].
package struct AssignmentBlendMethod: GroupMethod {
    /// What the assignment maximises.
    package var objective: Assignment.Objective
    /// What a complete group holds; nil means each label once.
    package var counts: LabelCounts?
    /// The weight w; at 1 a wrong choice would cost all.
    package var coefficients: [Coefficient] { [Coefficient("weight", 0...0.999)] }
    /// The method with the given objective.
    package init(objective: Assignment.Objective = .logProbability, counts: LabelCounts? = nil) {
        self.objective = objective
        self.counts = counts
    }

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        let weight = values[0]
        return try matrix.assigned(groups, counts, objective: objective) { group, chosen in
            let labels = group.classCount
            var values = group.values.map { $0 * (1 - weight) }
            for (row, label) in chosen.enumerated() { values[row * labels + label] += weight }
            return ProbabilityMatrix(trusted: values, classCount: labels)
        }
    }
}

extension ProbabilityMatrix {
    /// Each group's normalised rows, replaced by what `body` makes of them.
    ///
    /// Throws ``GroupError`` for a group of more rows than places, or groups of other rows.
    func replacingGroups(
        _ groups: RowGrouping, places: Int, by body: (ProbabilityMatrix) -> ProbabilityMatrix
    ) throws(GroupError) -> ProbabilityMatrix {
        try groups.check(for: self, places: places)
        let rows = normalised()
        var output = rows.values
        for group in 0..<groups.count {
            if Cancellation.isRequested { throw .cancelled }
            let replaced = body(rows.selecting(rows: groups[group]))
            for (index, row) in groups[group].enumerated() {
                for label in 0..<classCount {
                    output[row * classCount + label] = replaced.values[index * classCount + label]
                }
            }
        }
        return ProbabilityMatrix(trusted: output, classCount: classCount)
    }

    /// Each group's normalised rows, replaced by what `body` makes of them and of their assigned labels.
    fileprivate func assigned(
        _ groups: RowGrouping, _ counts: LabelCounts?, objective: Assignment.Objective,
        body: (ProbabilityMatrix, [Int]) -> ProbabilityMatrix
    ) throws(GroupError) -> ProbabilityMatrix {
        guard let counts, !counts.isOneOfEach else {
            var assignment = Assignment(labels: classCount, objective: objective)
            return try replacingGroups(groups, places: classCount) { body($0, assignment.labels(of: $0)) }
        }
        // A label that may occur twice is two places, of which the row may have either.
        let places = counts.places
        var assignment = Assignment(labels: counts.total, objective: objective)
        return try replacingGroups(groups, places: counts.total) { group in
            let cells = (0..<group.rowCount).flatMap { row in places.map { group[row, $0] } }
            let spread = ProbabilityMatrix(trusted: cells, classCount: counts.total)
            return body(group, assignment.labels(of: spread).map { places[$0] })
        }
    }
}
