// Reliability by hand; a whole run's is held to numpy in Tests/EndToEnd.

import Scores
import Testing

@Suite struct ReliabilityTests {
    @Test func binsHoldConfidenceAndAccuracyOfThePredictedClass() throws {
        let matrix = try ProbabilityMatrix(values: [0.55, 0.45, 0.41, 0.59, 1, 0, 0.5, 0.5], classCount: 2)
        let found = Reliability(matrix, labels: [0, 0, 0, 0])
        #expect(found.bins.map(\.rows) == [3, 1])
        #expect(abs(found.bins[0].confidence - (0.55 + 0.59 + 0.5) / 3) < 1e-12)
        // Of equal probabilities the first class is the predicted one: it counts as right here.
        #expect(abs(found.bins[0].accuracy - 2 / 3) < 1e-12)
        #expect(found.bins[1].confidence == 1 && found.bins[1].accuracy == 1)
        #expect(abs(found.calibrationError - abs(1.64 - 2) / 4) < 1e-12)
    }

    @Test func noRowsAreNoBins() throws {
        let found = Reliability(try ProbabilityMatrix(values: [], classCount: 3), labels: [])
        #expect(found.bins.isEmpty && found.calibrationError == 0)
    }
}
