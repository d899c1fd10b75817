import Testing

@testable import Scores

@Suite struct ProbabilityTests {
    struct Metrics: Decodable {
        let values: [Double]
        let labels: [Int]
        let weights: [Double]
        let epsilon: Double
        let perRow: [Double]
        let logLoss: Double
        let weightedLogLoss: Double
        let accuracy: Double
        let weightedAccuracy: Double
    }

    @Test func scoresAreThoseOfScikitLearn() throws {
        let peer: Metrics = try golden("metrics")
        let matrix = try ProbabilityMatrix(values: peer.values, classCount: 7)
        // scikit-learn clips at the machine epsilon.
        let rows = LogLoss.perRow(matrix, labels: peer.labels, floor: peer.epsilon)
        expectClose(rows, peer.perRow, within: 1e-13)
        let mean = LogLoss.mean(matrix, labels: peer.labels, floor: peer.epsilon)
        let weighted = LogLoss.mean(matrix, labels: peer.labels, weights: peer.weights, floor: peer.epsilon)
        expectClose([mean, weighted], [peer.logLoss, peer.weightedLogLoss], within: 1e-13)
        #expect(Accuracy.mean(matrix, labels: peer.labels) == peer.accuracy)
        expectClose(
            [Accuracy.mean(matrix, labels: peer.labels, weights: peer.weights)], [peer.weightedAccuracy],
            within: 1e-14)
    }

    @Test func aCertainErrorCostsTheLogarithmOfTheFloor() throws {
        let matrix = try ProbabilityMatrix(values: [1, 0, 0, 1], classCount: 2)
        let losses = LogLoss.perRow(matrix, labels: [1, 1])
        expectClose([losses[0]], [34.538776394910684], within: 1e-14)
        #expect(losses[1] > 0 && losses[1] < 2e-15)
    }

    @Test func lossesAreThoseOfNormalisedRows() throws {
        let half = try ProbabilityMatrix(values: [0.2, 0.2, 0.1], classCount: 3)
        #expect(LogLoss.perRow(half, labels: [2]) == LogLoss.perRow(half.normalised(), labels: [2]))
        expectClose(Array(half.normalised()[row: 0]), [0.4, 0.4, 0.2], within: 1e-15)
    }

    @Test func equalProbabilitiesPredictTheFirstClass() throws {
        let matrix = try ProbabilityMatrix(values: [0.2, 0.4, 0.4, 0.5, 0.5, 0], classCount: 3)
        #expect(matrix.predictedLabels == [1, 0])
    }

    @Test func whatIsNoProbabilityIsRefusedWithItsPlace() {
        #expect(throws: ProbabilityError.shape(values: 3, classes: 2)) {
            try ProbabilityMatrix(values: [0.1, 0.9, 0.5], classCount: 2)
        }
        #expect(throws: ProbabilityError.shape(values: 0, classes: 0)) {
            try ProbabilityMatrix(values: [], classCount: 0)
        }
        #expect(throws: ProbabilityError.value(row: 1, class: 0, value: 1.5)) {
            try ProbabilityMatrix(values: [0.1, 0.9, 1.5, 0], classCount: 2)
        }
        #expect(throws: ProbabilityError.value(row: 0, class: 1, value: -0.1)) {
            try ProbabilityMatrix(values: [0.1, -0.1], classCount: 2)
        }
        #expect(throws: ProbabilityError.rowSum(row: 0, sum: 0)) {
            try ProbabilityMatrix(values: [0, 0], classCount: 2)
        }
        #expect(throws: ProbabilityError.rowSum(row: 0, sum: 0.75)) {
            try ProbabilityMatrix(values: [0.5, 0.25], classCount: 2, sumsToOneWithin: 0.01)
        }
        for bad in [Float.nan, .infinity] {
            #expect(throws: ProbabilityError.self) {
                try ProbabilityMatrix(floats: [bad, 0.5], classCount: 2)
            }
        }
    }

    @Test func temperatureIsAPowerAndItsFloorKeepsClassesPossible() throws {
        let matrix = try ProbabilityMatrix(values: [0.8, 0.2, 0, 0.5, 0.25, 0.25], classCount: 3)
        let sharp = Temperature(exponent: 2, floor: 0).applied(to: matrix)
        expectClose(sharp.values, [16.0 / 17, 1.0 / 17, 0, 2.0 / 3, 1.0 / 6, 1.0 / 6], within: 1e-15)
        let floored = Temperature(exponent: 0.5, floor: 1e-12).applied(to: matrix)
        let sum = 0.8.squareRoot() + 0.2.squareRoot() + 1e-6
        expectClose([floored[0, 2]], [1e-6 / sum], within: 1e-16)
        // A power that no double holds still leaves the order.
        #expect(Temperature(exponent: 1e6).applied(to: matrix)[0, 0] == 1)
    }

    @Test func rowsAreGroupedByFirstAppearance() {
        let groups = RowGrouping(ids: ["b", "a", "b", "c", "a"])
        #expect(groups.count == 3)
        #expect((0..<3).map { Array(groups[$0]) } == [[0, 2], [1, 4], [3]])
        #expect(groups.groupOfRow == [0, 1, 0, 2, 1])
        #expect(RowGrouping(ids: [Int]()).count == 0)
    }

    @Test func coresDoNotChangeALoss() throws {
        let rows = 50_001
        let matrix = try ProbabilityMatrix(
            values: (0..<rows * 3).map { Double($0 % 97 + 1) / 100 }, classCount: 3)
        let labels = (0..<rows).map { $0 % 3 }
        let mean = LogLoss.mean(matrix, labels: labels)
        #expect(LogLoss.mean(matrix, labels: labels, cores: 1) == mean)
        expectClose([mean], [LogLoss.perRow(matrix, labels: labels).reduce(0, +) / Double(rows)], within: 1e-12)
    }
}
