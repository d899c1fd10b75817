import Testing

@testable import Arithmetic
@testable import Scores
@testable import Constraints

@Suite struct GroupTests {
    struct AssignmentCase: Decodable {
        let labels: Int
        let values: [Double]
        let byValue: [Int]
        let byLog: [Int]
    }
    struct MarginalsCase: Decodable {
        let name: String
        let labels: Int
        let values: [Double]
        let marginals: [[Double]]?
    }
    struct PublishedCase: Decodable {
        let values: [Double]
        let chosen: [Int]
        let output: [Double]
    }

    @Test func assignmentIsThatOfScipy() throws {
        var byValue = Assignment(labels: 12, objective: .probability)
        var byLog = Assignment(labels: 12, objective: .logProbability)
        for peer in try golden("assignment", as: [AssignmentCase].self) {
            let group = try ProbabilityMatrix(values: peer.values, classCount: peer.labels)
            #expect(byValue.labels(of: group) == peer.byValue)
            #expect(byLog.labels(of: group) == peer.byLog)
        }
    }

    @Test func assignmentSurvivesTiesAndZeros() throws {
        var assignment = Assignment(labels: 4, objective: .logProbability)
        let equal = try ProbabilityMatrix(values: [Double](repeating: 0.25, count: 16), classCount: 4)
        #expect(assignment.labels(of: equal).sorted() == [0, 1, 2, 3])
        let certain = try ProbabilityMatrix(values: [1, 0, 0, 1, 0, 0, 1, 0, 0], classCount: 3)
        #expect(assignment.labels(of: certain).sorted() == [0, 1, 2])
    }

    @Test func marginalsAreThoseOfEnumeration() throws {
        let peers = try golden("marginals", as: [MarginalsCase].self)
        #expect(peers.count == 28)
        for peer in peers {
            // Nine times the group: eight are computed together, and one alone.
            let values = [[Double]](repeating: peer.values, count: 9).flatMap(\.self)
            let matrix = try ProbabilityMatrix(values: values, classCount: peer.labels)
            let groups = RowGrouping(ids: (0..<matrix.rowCount).map { $0 * 9 / matrix.rowCount })
            var marginals = try PermutationMarginals(labels: peer.labels)
            let result = try marginals.marginals(of: matrix, groups: groups)
            #expect(result.impossible == (peer.marginals == nil ? Array(0..<9) : []), "\(peer.name)")
            let own = Array(matrix.normalised().values[..<peer.values.count])
            let expected = peer.marginals.map { $0.flatMap(\.self) } ?? own
            for start in stride(from: 0, to: values.count, by: expected.count) {
                let group = Array(result.matrix.values[start..<start + expected.count])
                expectClose(group, expected, within: 1e-12, "\(peer.name)")
            }
        }
    }

    @Test func groupsOfMixedSizesInAnyOrderAreComputedAsIfAlone() throws {
        var source = RandomSource(seed: 3)
        let sizes = (0..<60).map { 1 + $0 % 5 }
        let ids = source.permutation(of: sizes.reduce(0, +)).map { row in
            var (row, group) = (row, 0)
            while row >= sizes[group] { (row, group) = (row - sizes[group], group + 1) }
            return group
        }
        let values = (0..<ids.count * 5).map { _ in Double(source.next(below: 1000) + 1) / 1001 }
        let matrix = try ProbabilityMatrix(values: values, classCount: 5)
        let groups = RowGrouping(ids: ids)
        var marginals = try PermutationMarginals(labels: 5)
        let together = try marginals.marginals(of: matrix, groups: groups).matrix
        for group in 0..<groups.count {
            let part = matrix.selecting(rows: groups[group])
            let one = RowGrouping(ids: [Int](repeating: 0, count: part.rowCount))
            let alone = try marginals.marginals(of: part, groups: one).matrix
            #expect(together.selecting(rows: groups[group]) == alone)
        }
    }

    @Test func marginalsOfManyLabelsHoldTheirSums() throws {
        // 11 labels and more are computed group by group; the marginals of square groups sum to 1 both ways.
        for labels in [11, 16] {
            var source = RandomSource(seed: 5)
            let values = (0..<labels * labels).map { _ in Double(source.next(below: 100) + 1) / 101 }
            let matrix = try ProbabilityMatrix(values: values, classCount: labels)
            var marginals = try PermutationMarginals(labels: labels)
            let one = RowGrouping(ids: [Int](repeating: 0, count: labels))
            let result = try marginals.marginals(of: matrix, groups: one).matrix
            for label in 0..<labels {
                expectClose([(0..<labels).reduce(0) { $0 + result[$1, label] }], [1], within: 1e-12)
            }
        }
        // A uniform block of 11 with two labels split 3 to 1 in one row has a closed form.
        var values = [Double](repeating: 0.5, count: 121)
        values[0] = 0.75
        values[1] = 0.25
        for label in 2..<11 { values[label] = 0 }
        let matrix = try ProbabilityMatrix(values: values, classCount: 11)
        var marginals = try PermutationMarginals(labels: 11)
        let one = RowGrouping(ids: [Int](repeating: 0, count: 11))
        let result = try marginals.marginals(of: matrix, groups: one).matrix
        expectClose([result[0, 0], result[4, 0], result[4, 5]], [0.75, 0.025, 0.1], within: 1e-14)
    }

    @Test func anImpossibleGroupKeepsItsRowsAndIsListed() throws {
        let certain = [1.0, 0, 1, 0]
        let matrix = try ProbabilityMatrix(values: [0.4, 0.4, 0.1, 0.3] + certain, classCount: 2)
        var marginals = try PermutationMarginals(labels: 2)
        let result = try marginals.marginals(of: matrix, groups: RowGrouping(ids: [0, 0, 1, 1]))
        #expect(result.impossible == [1])
        expectClose(result.matrix.values, [0.75, 0.25, 0.25, 0.75] + certain, within: 1e-15)
    }

    @Test func whatCannotBeOneOfEachIsRefused() throws {
        #expect(throws: GroupError.tooManyLabels(count: 17, limit: 16)) {
            _ = try PermutationMarginals(labels: 17)
        }
        let matrix = try ProbabilityMatrix(values: [Double](repeating: 0.5, count: 6), classCount: 2)
        let crowded = RowGrouping(ids: [0, 0, 0])
        let methods: [any GroupMethod] = [
            MarginalsMethod(), SinkhornMethod(), PublishedRuleMethod(), AssignmentBlendMethod(),
        ]
        for method in methods {
            #expect(throws: GroupError.tooManyRows(group: 0, rows: 3, labels: 2)) {
                try method.predictions(of: matrix, groups: crowded, values: [0])
            }
            #expect(throws: GroupError.mismatch(rows: 3, described: 2)) {
                try method.predictions(of: matrix, groups: RowGrouping(ids: [0, 0]), values: [0])
            }
        }
    }

    @Test func sinkhornMakesColumnsSumToOneAndLeavesRoomForMissingRows() throws {
        let values = [0.7, 0.2, 0.1, 0.6, 0.3, 0.1, 0.5, 0.1, 0.4]
        let square = Sinkhorn().applied(to: try ProbabilityMatrix(values: values, classCount: 3))
        for label in 0..<3 { expectClose([(0..<3).reduce(0) { $0 + square[$1, label] }], [1], within: 1e-8) }
        // Scaling keeps cross ratios: (p00 p11) / (p01 p10).
        expectClose(
            [square[0, 0] * square[1, 1] / (square[0, 1] * square[1, 0])], [0.21 / 0.12], within: 1e-12)
        // Two certain rows and one that is missing: the third label is all that is left for it.
        let partial = Sinkhorn(limit: 2000).applied(
            to: try ProbabilityMatrix(values: [0.9, 0.05, 0.05, 0.9, 0.05, 0.05], classCount: 3))
        let first = partial[0, 0] + partial[1, 0]
        #expect(first <= 1 && first > 0.8)
        expectClose([partial[0, 1], partial[1, 2]], [partial[0, 2], partial[0, 1]], within: 1e-12)
    }

    @Test func thePublishedRuleIsReproducedCellByCell() throws {
        var assignment = Assignment(labels: 7, objective: .probability)
        for peer in try golden("published", as: [PublishedCase].self) {
            let group = try ProbabilityMatrix(values: peer.values, classCount: 7)
            #expect(assignment.labels(of: group) == peer.chosen)
            expectClose(
                PublishedRule().applied(to: group, chosen: peer.chosen).values, peer.output, within: 1e-13)
        }
    }

    @Test func aDecidedColumnHasOneWinner() throws {
        var rule = PublishedRule()
        rule.certainAbove = 0.9
        let group = try ProbabilityMatrix(values: [0.95, 0.05, 0.2, 0.8], classCount: 2)
        let output = rule.applied(to: group, chosen: [0, 1])
        // Column 0 is decided (0.95 + .005 * .05 > .9); column 1 is high.
        let loser = 0.05 - Elementary.power(0.05, 1.475)
        let high = (0.8 + 0.005 * 0.2) * 0.285
        expectClose(
            output.values,
            [
                0.99 / (0.99 + loser * 0.285), loser * 0.285 / (0.99 + loser * 0.285), 0.01 / (0.01 + high),
                high / (0.01 + high),
            ],
            within: 1e-14)
    }

    /// Groups of all sizes whose rows are strewn about, more than one piece of them.
    @Test func coresDoNotChangeAResult() throws {
        var source = RandomSource(seed: 3)
        let ids = (0..<14_000).map { _ in source.next(below: 10_000) }
        let labels = ids.map { _ in source.next(below: 7) }
        let groups = RowGrouping(ids: ids.indices.map { "\(ids[$0]) \($0 % 2)" })
        let matrix = try ProbabilityMatrix(
            values: (0..<ids.count * 7).map { _ in Double(source.next(below: 1_000) + 1) / 1_001 }, classCount: 7)
        let method = MixtureMethod()
        let values = method.coefficients.map { ($0.bounds.lowerBound + $0.bounds.upperBound) / 2 }
        let whole = try method.predictions(of: matrix, groups: groups, values: values)
        for cores in [1, .max] {
            #expect(try method.predictions(of: matrix, groups: groups, values: values, cores: cores) == whole)
        }
        #expect(groups.count > 8_192, "so many that a fit shares them out")
        let weights = ids.map { Double($0 % 3) }
        let folds = (0..<groups.count).map { $0 % 3 }
        func fit(_ cores: Int) throws -> CrossFit {
            try CrossFit(
                MarginalsMethod(), matrix: matrix, labels: labels, groups: groups, folds: folds, foldCount: 3,
                weights: weights, cores: cores)
        }
        #expect(try fit(1) == fit(.max))
    }

    @Test func aGroupTooLargeIsNamedByItsPlaceAmongAll() throws {
        let ids = (0..<2_000).map { $0 / 2 } + [900, 900]
        let matrix = try ProbabilityMatrix(values: ids.flatMap { _ in [0.2, 0.3, 0.5] }, classCount: 3)
        #expect(throws: GroupError.tooManyRows(group: 900, rows: 4, labels: 3)) {
            try MarginalsMethod().predictions(of: matrix, groups: RowGrouping(ids: ids), values: [0], cores: .max)
        }
    }
}
