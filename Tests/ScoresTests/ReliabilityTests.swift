// Reliability by hand; a whole run's is held to numpy in Tests/EndToEnd.

import Scores
import Testing

@Suite struct ReliabilityTests {
    @Test func binsHoldConfidenceAndAccuracyOfThePredictedClass() throws {
        let matrix = try ProbabilityMatrix(values: [0.55, 0.45, 0.41, 0.59, 1, 0, 0.51, 0.49], classCount: 2)
        let found = Reliability(matrix, labels: [0, 0, 0, 0])
        #expect(found.bins.map(\.rows) == [3, 1])
        #expect(abs(found.bins[0].confidence - (0.55 + 0.59 + 0.51) / 3) < 1e-12)
        #expect(abs(found.bins[0].accuracy - 2 / 3) < 1e-12)
        #expect(found.bins[1].confidence == 1 && found.bins[1].accuracy == 1)
        #expect(abs(found.calibrationError - abs(1.65 - 2) / 4) < 1e-12)
    }

    @Test func confidencesOnTheEdgesOfBinsStayApart() throws {
        // As predictions are kept: .9 in single precision is less than .9, and .8 is more than .8.
        let confidences = [0.6, 0.7, 0.8, 0.9, 1].map { Double(Float($0)) }
        let matrix = try ProbabilityMatrix(values: confidences.flatMap { [$0, 1 - $0] }, classCount: 2)
        let labels = [0, 1, 0, 1, 0]
        let found = Reliability(matrix, labels: labels)
        #expect(found.bins.map(\.rows) == [1, 1, 1, 1, 1])
        let error = zip(confidences, labels).reduce(0) { $0 + abs($1.0 - ($1.1 == 0 ? 1 : 0)) } / 5
        #expect(abs(found.calibrationError - error) < 1e-12)
        let rows = ScoredRows(matrix, labels: labels)
        #expect(abs(CalibrationError().value(over: rows, weights: nil) - error) < 1e-12)
    }

    @Test func ofEqualProbabilitiesTheFirstClassIsPredicted() throws {
        let found = Reliability(try ProbabilityMatrix(values: [0.5, 0.5], classCount: 2), labels: [0])
        #expect(found.bins.map(\.accuracy) == [1])
    }

    @Test func noRowsAreNoBins() throws {
        let found = Reliability(try ProbabilityMatrix(values: [], classCount: 3), labels: [])
        #expect(found.bins.isEmpty && found.calibrationError == 0)
    }
}
