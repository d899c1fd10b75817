// Metrics of numbers beside scikit-learn and scipy (Goldens/scores.py), and as tallies.

import Targets
import Testing

@testable import Scores

@Suite struct NumberMetricTests {
    static let names = Metrics.all.filter { $0.kinds.contains(.number) }.map(\.name)

    /// True and predicted numbers, of both of which some are equal, and weights (some are 0), as scores.py makes them.
    private static func table(_ number: Int) -> (rows: ScoredRows, weights: [Double]) {
        let (width, count) = (1 + number % 3, 8 + 3 * (number % 17))
        var x = UInt64(number + 7)
        var (truths, values, weights) = ([Double](), [Double](), [Double]())
        func next() -> Int {
            x = (1_664_525 * x + 1_013_904_223) % (1 << 32)
            return Int(x >> 16)
        }
        for _ in 0..<count {
            weights.append(Double(next() % 4) / 2)
            let own = (0..<width).map { _ in 1_000 * Double(number % 5) + Double(next() % 23) / 4 }
            truths += own
            values += own.map { $0 / 2 + 500 * Double(number % 5) + Double(next() % 17) / 8 }
        }
        return (ScoredRows(NumberRows(width: width, truths: truths, values: values)), weights)
    }

    @Test func twoHundredTablesScoreAsByThePeers() throws {
        let peers = try golden("scores", as: ScoreGoldens.self).numbers
        #expect(peers.count == 200 && Self.names.count == 6)
        for (number, peer) in peers.enumerated() {
            let (rows, weights) = Self.table(number)
            for (expected, weights) in [(peer.plain, nil), (peer.weighted, weights)] {
                #expect(Set(expected.keys) == Set(Self.names))
                for (name, wanted) in expected {
                    let found = try #require(Metrics.named(name)).value(over: rows, weights: weights)
                    expectClose([found], [wanted], within: 1e-12 * max(1, abs(wanted)), "\(name), table \(number)")
                }
            }
        }
    }

    /// A correlation is the same wherever the predictions stand and whatever their unit, to the last digits that these have.
    @Test func aCorrelationKnowsNoUnitAndNoOrigin() throws {
        let pearson = PearsonCorrelation()
        let truths = (0..<60).map { Double(($0 * 37) % 101) * 1_000 + 30_000 }
        let values = truths.enumerated().map { $1 / 3 + Double(($0 * 53) % 89) * 500 }
        func found(_ values: [Double], weights: [Double]? = nil) -> Double {
            pearson.value(over: ScoredRows(NumberRows(width: 1, truths: truths, values: values)), weights: weights)
        }
        let wanted = found(values)
        for (factor, shift, tolerance) in [(1e-8, 0.0, 1e-13), (1, 1e9, 1e-9), (1e-5, 0.5, 1e-12), (3, -1e7, 1e-10)] {
            expectClose([found(values.map { factor * $0 + shift })], [wanted], within: tolerance, "\(factor) \(shift)")
        }
        // One number far from all others is a number like others: numpy gives .99999999986 for this.
        let far = [1e8] + (1..<50).map { Double($0 % 7) }
        let near = [2e8] + (1..<50).map { Double($0 % 5) }
        let outlier = pearson.value(
            over: ScoredRows(NumberRows(width: 1, truths: far, values: near)), weights: nil)
        #expect(outlier > 0.9999 && outlier <= 1)
    }

    /// What weighs nothing may be any number: a sentinel for rows that are not scored moves no digit of the others' scores.
    @Test(arguments: names) func rowsOfNoWeightMoveNothing(_ name: String) throws {
        let metric = try #require(Metrics.named(name))
        let table = Self.table(8)
        let numbers = try #require(table.rows.numbers)
        let none = [Double](repeating: 1e8, count: numbers.width * 20)
        let more = ScoredRows(
            NumberRows(width: numbers.width, truths: numbers.truths + none, values: numbers.values + none.map { -$0 }))
        let weights = table.weights + [Double](repeating: 0, count: 20)
        expectClose(
            [metric.value(over: more, weights: weights)], [metric.value(over: table.rows, weights: table.weights)],
            within: 1e-14, "\(name)")
    }

    /// Blocks that are drawn so and so often score as rows of so many times the weight do.
    @Test(arguments: names) func drawnBlocksAreWeightedRows(_ name: String) throws {
        let metric = try #require(Metrics.named(name))
        for number in [1, 3, 8, 14] {
            let table = Self.table(number)
            let blocks = (0..<5).map { block in (0..<table.rows.count).filter { $0 % 5 == block } }
            let counts = [1.0, 0, 3, 1, 2]
            let ready = metric.resampled(table.rows, weights: table.weights, blocks: blocks)
            let drawn = table.weights.enumerated().map { $1 * counts[$0 % 5] }
            expectClose(
                [ready.value(counts)], [metric.value(over: table.rows, weights: drawn)], within: 1e-11,
                "table \(number)")
            #expect(ready.work > 0)
        }
    }

    /// A correlation or a share of variance of numbers that are all one is no number, and neither is a score of no rows.
    @Test func whatIsNotDefinedIsNoNumber() throws {
        let one = ScoredRows(NumberRows(width: 1, truths: [0.1, 0.1, 0.1], values: [1, 2, 3]))
        for name in ["r2", "pearson", "spearman"] {
            #expect(try !#require(Metrics.named(name)).value(over: one, weights: nil).isFinite, "\(name)")
        }
        for name in Self.names {
            #expect(try !#require(Metrics.named(name)).value(over: one, weights: [0, 0, 0]).isFinite, "\(name)")
        }
        #expect(abs(MeanAbsoluteError().value(over: one, weights: nil) - 1.9) < 1e-12)
    }

    @Test func aMetricSaysWhatItScores() {
        #expect(RootMeanSquaredError().refusal(of: .classes(3))?.contains("log-loss") ?? false)
        #expect(LogLoss().refusal(of: Target(.number, width: 2))?.contains("rmse, mcrmse, mae") ?? false)
        #expect(RootMeanSquaredError().refusal(of: Target(.number, width: 2)) == nil)
        #expect(Metrics.standard(of: .number).allSatisfy { $0.refusal(of: Target(.number, width: 1)) == nil })
    }

    /// The weights of least squared error are those that a fine search over the simplex finds; greedy selection goes by the metric.
    @Test func weightsOfAMeanOfNumbersAreThoseOfTheLeastError() throws {
        let count = 60
        var x = UInt64(3)
        func next() -> Double {
            x = (1_664_525 * x + 1_013_904_223) % (1 << 32)
            return Double(x >> 8) / Double(1 << 24) - 0.5
        }
        let truths = (0..<count).map { _ in 10 * next() }
        let members = [1.0, 2.0, 4.0].map { noise in truths.map { $0 + noise * next() } }
        let rowWeights = (0..<count).map { _ in 1 + next() }
        let table = AveragingMembers(numbers: members, width: 1)
        let truth = AveragingTruth.numbers(truths, metric: RootMeanSquaredError())
        let found = try AveragingFit.simplex.weights(of: table, truth, rowWeights: rowWeights)
        func cost(_ weights: [Double]) -> Double { truth.cost(table, weights, rowWeights: rowWeights) }
        var best = Double.infinity
        for i in 0...100 {
            for j in 0...(100 - i) { best = min(best, cost([Double(i), Double(j), Double(100 - i - j)])) }
        }
        #expect(cost(found) <= best + 1e-6 && abs(found.reduce(0, +) - 1) < 1e-12)
        let greedy = try AveragingFit.greedy.weights(of: table, truth, rowWeights: rowWeights)
        #expect(cost(greedy) < best + 0.01 && greedy[0] > greedy[2])
    }
}
