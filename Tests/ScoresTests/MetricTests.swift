// Metrics beside scikit-learn (Goldens/scores.py), and as tallies.

import Testing

@testable import Scores

struct ScoreGoldens: Decodable {
    struct F1: Decodable {
        let classes: Int
        let truth, guess: [Int]
        let weights: [Double]
        let f1, weighted: Double
    }
    let f1: [F1]
}

@Suite struct MetricTests {
    @Test func macroF1IsThatOfScikitLearn() throws {
        for peer in try golden("scores", as: ScoreGoldens.self).f1 {
            let rows = ScoredRows(
                classes: peer.classes, labels: peer.truth, predicted: peer.guess,
                losses: peer.truth.map { _ in 0 })
            expectClose(
                [F1Macro().value(over: rows), F1Macro().value(over: rows, weights: peer.weights)],
                [peer.f1, peer.weighted], within: 1e-12, "\(peer.classes) classes")
        }
    }

    @Test func aMeanByItsTallyIsTheMean() throws {
        let matrix = try ProbabilityMatrix(
            values: [0.7, 0.2, 0.1, 0.3, 0.3, 0.4, 0.1, 0.8, 0.1, 0.25, 0.5, 0.25], classCount: 3)
        let (labels, weights) = ([0, 1, 1, 2], [1.0, 0.5, 2, 0])
        let rows = ScoredRows(matrix, labels: labels)
        for metric in [LogLoss(), Accuracy()] as [any Metric] {
            for weights in [nil, weights] {
                let score = metric.score(matrix, labels: labels, weights: weights)
                #expect(abs(metric.value(over: rows, weights: weights) - score) < 1e-14, "\(metric.name)")
            }
        }
    }

    @Test(arguments: Metrics.all.map(\.name))
    func talliesOfPartsAddUpToThatOfTheWhole(_ name: String) throws {
        let metric = try #require(Metrics.named(name))
        let rows = ScoredRows(
            classes: 3, labels: [0, 1, 2, 0, 1, 2, 2], predicted: [0, 2, 2, 0, 1, 0, 2],
            losses: [0.5, 1.5, 0.25, 0.125, 0.75, 2, 0.5])
        let weights = [1, 2, 0.5, 0, 1, 1, 4]
        let parts = [[0, 3], [1, 2, 6], [4, 5]].map { metric.tally(of: rows, weights: weights, over: $0) }
        let sum = parts.reduce(.zero, +)
        #expect(sum == metric.tally(of: rows, weights: weights))
        #expect(sum - parts[0] == parts[1] + parts[2])
        #expect(metric.value(of: sum) == metric.value(over: rows, weights: weights))
    }

    @Test func namesAreThoseOfPublicJSONAndUnlike() {
        #expect(Set(Metrics.all.map(\.name)).count == Metrics.all.count)
        #expect(Metrics.all.allSatisfy { $0.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" } })
        #expect(Metrics.isStandard(["log-loss", "accuracy"]) && !Metrics.isStandard(["accuracy", "log-loss"]))
        #expect(Metrics.named("f1") == nil)
        #expect(MetricDirection.higher.improvement(from: 0.25, to: 0.75) == 0.5)
        #expect(MetricDirection.lower.improvement(from: 0.25, to: 0.75) == -0.5)
    }
}
