// Metrics beside scikit-learn (Goldens/scores.py), and as tallies.

import Targets
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
    struct Table: Decodable { let plain, weighted: [String: Double] }
    let tables, numbers: [Table]
}

@Suite struct MetricTests {
    @Test func macroF1IsThatOfScikitLearn() throws {
        for peer in try golden("scores", as: ScoreGoldens.self).f1 {
            let rows = ScoredRows(
                classes: peer.classes, labels: peer.truth, predicted: peer.guess,
                losses: peer.truth.map { _ in 0 })
            expectClose(
                [FMeasure().value(over: rows, weights: nil), FMeasure().value(over: rows, weights: peer.weights)],
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

    static let names =
        Metrics.all.filter { $0.kinds.contains(.classes) }.map(\.name) + Metrics.families.map(\.example)

    @Test(arguments: names.filter { Metrics.named($0) is any TallyMetric })
    func talliesOfPartsAddUpToThatOfTheWhole(_ name: String) throws {
        let metric = try #require(Metrics.named(name) as? any TallyMetric)
        let rows = ScoredRows(
            classes: 3, labels: [0, 1, 2, 0, 1, 2, 2], predicted: [0, 2, 2, 0, 1, 0, 2],
            losses: [0.5, 1.5, 0.25, 0.125, 0.75, 2, 0.5],
            probabilities: try ProbabilityMatrix(
                values: [
                    0.5, 0.25, 0.25, 0.25, 0.25, 0.5, 0, 0.25, 0.75, 0.75, 0, 0.25, 0.25, 0.5, 0.25, 0.5, 0.25, 0.25,
                    0.25, 0, 0.75,
                ], classCount: 3))
        let weights = [1, 2, 0.5, 0, 1, 1, 4]
        let parts = [[0, 3], [1, 2, 6], [4, 5]].map { metric.tally(of: rows, weights: weights, over: $0) }
        let sum = parts.reduce(.zero, +)
        expectClose(sum.sums, metric.tally(of: rows, weights: weights).sums, within: 1e-14)
        expectClose((sum - parts[0]).sums, (parts[1] + parts[2]).sums, within: 1e-14)
        let (whole, added) = (metric.value(over: rows, weights: weights), metric.value(of: sum))
        #expect(abs(added - whole) < 1e-15)
    }

    /// Blocks that are drawn so and so often score as rows of so many times the weight do, by every metric.
    @Test(arguments: names) func drawnBlocksAreWeightedRows(_ name: String) throws {
        let metric = try #require(Metrics.named(name))
        for number in [0, 4, 8, 13] where metric.refusal(of: .classes(2 + number % 4)) == nil {
            let table = try Self.table(number)
            let blocks = (0..<5).map { block in (0..<table.rows.count).filter { $0 % 5 == block } }
            let counts = [1.0, 0, 3, 1, 2]
            let ready = metric.resampled(table.rows, weights: table.weights, blocks: blocks)
            let drawn = table.weights.enumerated().map { $1 * counts[$0 % 5] }
            expectClose(
                [ready.value(counts)], [metric.value(over: table.rows, weights: drawn)], within: 1e-12,
                "table \(number)")
            #expect(ready.work > 0)
        }
    }

    /// Labels, weights (some are 0) and probabilities (some are equal) as scores.py makes them.
    static func table(_ number: Int) throws -> (rows: ScoredRows, weights: [Double]) {
        let (classes, count) = (2 + number % 4, 8 + 3 * (number % 17))
        var x = UInt64(number + 1)
        var drawn: [Int] = []
        for _ in 0..<count * (classes + 2) {
            x = (1_664_525 * x + 1_013_904_223) % (1 << 32)
            drawn.append(Int(x >> 16))
        }
        var (labels, weights, values) = ([Int](), [Double](), [Double]())
        for row in 0..<count {
            let own = drawn[row * (classes + 2)..<(row + 1) * (classes + 2)].map { $0 }
            labels.append(own[0] % classes)
            weights.append(Double(own[1] % 4) / 2)
            let parts = own[2...].map { 1 + $0 % 12 }
            values += parts.map { Double($0) / Double(parts.reduce(0, +)) }
        }
        return (ScoredRows(try ProbabilityMatrix(values: values, classCount: classes), labels: labels), weights)
    }

    @Test func twoHundredTablesScoreAsByScikitLearn() throws {
        let peers = try golden("scores", as: ScoreGoldens.self).tables
        #expect(peers.count == 200)
        var compared: [String: Int] = [:]
        for (number, peer) in peers.enumerated() {
            let (rows, weights) = try Self.table(number)
            for (expected, weights) in [(peer.plain, nil), (peer.weighted, weights)] {
                for name in Set(Self.names).union(expected.keys) {
                    let metric = try #require(Metrics.named(name))
                    guard metric.refusal(of: .classes(rows.classes)) == nil else { continue }
                    let found = metric.value(over: rows, weights: weights)
                    guard let wanted = expected[name] else {
                        // Not defined, or an example of a family that the peer scored at another number.
                        #expect(
                            !found.isFinite || !Metrics.all.contains { $0.name == name }, "\(name), table \(number)")
                        continue
                    }
                    compared[name, default: 0] += 1
                    expectClose([found], [wanted], within: 1e-12, "\(name), table \(number)")
                }
            }
        }
        #expect(
            Metrics.all.filter { $0.kinds.contains(.classes) }.allSatisfy { compared[$0.name, default: 0] >= 100 }
                && compared["map@2"] == 400)
        for beta in ["0.5", "1", "1.5", "2"] {
            #expect(compared["f\(beta)-macro"] == 400 && compared["f\(beta)-micro"] == 400)
            #expect(compared["f\(beta)-binary"] == 100 && compared["f\(beta)"] == 100)
        }
    }

    @Test func whatIsNotDefinedIsNoNumber() throws {
        let one = ScoredRows(
            try ProbabilityMatrix(values: [0.5, 0.5, 0.25, 0.75], classCount: 2), labels: [1, 1])
        #expect(!AreaUnderROC().value(over: one, weights: nil).isFinite)
        #expect(AveragePrecision().value(over: one, weights: nil) == 1)
        let none = [0.0, 0]
        for name in Self.names {
            let metric = try #require(Metrics.named(name))
            #expect(!metric.value(over: one, weights: none).isFinite || name == "mcc", "\(name)")
        }
    }

    @Test func predictionsOfOneClassAloneHaveNoCorrelationWhateverTheWeights() throws {
        let labels = (0..<40).map { $0 % 3 }
        let matrix = try ProbabilityMatrix(values: labels.flatMap { _ in [0.2, 0.5, 0.3] }, classCount: 3)
        let rows = ScoredRows(matrix, labels: labels)
        for seed in 1..<50 {
            let weights = labels.indices.map { 0.1 + Double(($0 * seed * 7919) % 997) / 997 }
            #expect(MatthewsCorrelation().value(over: rows, weights: weights) == 0)
            #expect(try abs(#require(Metrics.named("qwk")).value(over: rows, weights: weights)) < 1e-12)
        }
    }

    @Test func namesAreThoseOfPublicJSONAndUnlike() throws {
        #expect(Set(Metrics.all.map(\.name)).count == Metrics.all.count)
        #expect(Metrics.all.allSatisfy { $0.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" } })
        #expect(Metrics.isStandard(["log-loss", "accuracy"]) && !Metrics.isStandard(["accuracy", "log-loss"]))
        for name in [
            "map@0", "map@", "map@03", "map@1000", "map@1.5", "map@3 ", "f", "f-macro", "f0", "f0-macro", "f.5", "f2.0",
            "f02",
            "f2.50-binary", "f-1", "f+2", "f1e2", "f0.0005", "f1000", "f2-weighted", "f2 ", "F2",
        ] {
            #expect(Metrics.named(name) == nil, "\(name)")
            let fits = try Metrics.families.filter { name.firstMatch(of: try Regex($0.pattern)) != nil }
            #expect(fits.isEmpty, "\(name)")
        }
        for name in ["f1", "f2", "f0.5", "f0.001", "f999.999", "f10", "f1.05-macro", "f2-micro", "f0.1-binary"] {
            #expect(Metrics.named(name)?.name == name)
            #expect(try Metrics.families.contains { name.firstMatch(of: try Regex($0.pattern)) != nil }, "\(name)")
        }
        for family in Metrics.families { #expect(Metrics.named(family.example)?.name == family.example) }
        #expect(Metrics.named(["map@3", "auc", "log-loss", "seconds"]).map(\.name) == ["log-loss", "auc", "map@3"])
        #expect(MetricDirection.higher.improvement(from: 0.25, to: 0.75) == 0.5)
        #expect(MetricDirection.lower.improvement(from: 0.25, to: 0.75) == -0.5)
    }
}
