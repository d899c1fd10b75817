// Differences by values without blocks, beside the bootstrap that draws groups and scores them anew, and beside numpy
// (Goldens/scores.py).

import Scores
import Testing

@testable import Statistics

@Suite struct PairedBlocksTests {
    private func rows(_ probabilities: [Double], _ truth: [Int]) throws -> ScoredRows {
        ScoredRows(
            classes: 2, labels: truth, predicted: probabilities.map { $0 >= 0.5 ? 1 : 0 },
            losses: zip(probabilities, truth).map { -Double($1 == 1 ? $0 : 1 - $0).squareRoot() },
            probabilities: try ProbabilityMatrix(values: probabilities.flatMap { [1 - $0, $0] }, classCount: 2))
    }

    /// What a metric file would give, by a metric that is at hand.
    private func values(_ metric: any Metric, _ rows: ScoredRows, _ blocks: [Int], _ folds: [Int]) -> BlockScores {
        func value(_ chosen: (Int) -> Bool) -> Double {
            metric.value(over: rows.selecting((0..<rows.count).filter(chosen)), weights: nil)
        }
        return BlockScores(
            whole: value { _ in true }, without: (0...blocks.max()!).map { block in value { blocks[$0] != block } },
            folds: (0...folds.max()!).map { fold in
                let own = value { folds[$0] == fold }
                return own.isFinite ? own : nil
            })
    }

    @Test(arguments: ["auc", "f1-macro", "mcc", "accuracy"])
    func theIntervalIsThatOfGroupsDrawnAgain(_ name: String) throws {
        let peer = try golden("scores", as: PairedScoresTests.Goldens.self).auc
        let metric = try #require(Metrics.named(name))
        let sides = try [peer.baseline, peer.variant].map { side in try side.map { try rows($0, peer.truth) } }
        let drawn = PairedScores(
            metric: metric, baseline: sides[0], variant: sides[1], groups: peer.groups, folds: peer.folds)
        // Fifty groups are fifty blocks.
        let blocks = sides.map { side in side.map { values(metric, $0, peer.groups, peer.folds) } }
        let left = PairedBlocks(
            direction: metric.direction, baseline: blocks[0], variant: blocks[1], groups: peer.groups,
            folds: peer.folds)
        expectClose(left.byFold, drawn.byFold, within: 1e-12)
        let known = try #require(drawn.comparison(smallestEffect: nil, resamples: 4_000))
        let found = try #require(left.comparison(smallestEffect: nil, resamples: 4_000))
        #expect(abs(found.difference - known.difference) < 1e-12)
        let test = try #require(found.test)
        #expect(abs(test.mean - left.byFold.reduce(0, +) / Double(left.byFold.count)) < 1e-12 && test.seeds == 2)
        let (width, own) = [known, found].map { $0.interval.upperBound - $0.interval.lowerBound }.two
        #expect(abs(own / width - 1) < 0.12, "\(name): \(own) beside \(width)")
        if name == "auc" {
            let numpy = peer.interval95[1] - peer.interval95[0]
            #expect(abs(own / numpy - 1) < 0.1 && abs(found.difference - peer.mean) < 1e-12)
        }
    }

    /// Of a mean the pseudo-values are the blocks' own means, where blocks are of one size.
    @Test func ofAMeanNothingIsLost() throws {
        let peer = try golden("scores", as: PairedScoresTests.Goldens.self).auc
        let sides = try [peer.baseline, peer.variant].map { side in try side.map { try rows($0, peer.truth) } }
        let blocks = sides.map { side in side.map { values(Accuracy(), $0, peer.groups, peer.folds) } }
        let left = PairedBlocks(
            direction: .higher, baseline: blocks[0], variant: blocks[1], groups: peer.groups, folds: peer.folds)
        let differences = zip(sides[0], sides[1]).map { before, after in
            zip(Accuracy().perRow(before), Accuracy().perRow(after)).map { $1 - $0 }
        }
        let losses = PairedLosses(differences: differences, groups: peer.groups, folds: peer.folds)
        expectClose(left.byBlock, losses.byGroup, within: 1e-9)
    }

    /// Under a null hypothesis the verdict errs no oftener than it says, by a metric of which only values are known.
    @Test func equalModelsSeldomDiffer() throws {
        var source = PeerDraws(state: 1)
        var errors = 0
        let trials = 120
        let (count, folds) = (240, 5)
        for _ in 0..<trials {
            let truth = (0..<count).map { _ in source.next() < 0.4 ? 1 : 0 }
            let noise = truth.map { _ in source.next() }
            let sides = try (0..<2).map { _ in
                [try rows(truth.indices.map { 0.2 * Double(truth[$0]) + 0.4 * noise[$0] + 0.4 * source.next() }, truth)]
            }
            let own = (0..<count).map { $0 % folds }
            let blocks = (0..<count).map { $0 % 60 }
            let found = sides.map { side in side.map { values(AreaUnderROC(), $0, blocks, own) } }
            let comparison = PairedBlocks(
                direction: .higher, baseline: found[0], variant: found[1], groups: Array(0..<count), folds: own
            ).comparison(smallestEffect: nil, resamples: 200)
            let verdict = Verdict.judge([try #require(comparison)])[0]
            if verdict.outcome == .helps || verdict.outcome == .hurts { errors += 1 }
        }
        // At most .05, and no more than chance makes of it in so many trials.
        #expect(errors <= 12, "\(errors) of \(trials)")
    }
}

/// x -> 1664525 x + 1013904223 modulo 2^32, as numbers from 0 to 1.
private struct PeerDraws {
    var state: UInt64
    mutating func next() -> Double {
        state = (1_664_525 * state + 1_013_904_223) % (1 << 32)
        return Double(state) / 4_294_967_296
    }
}

extension [Double] {
    fileprivate var two: (Double, Double) { (self[0], self[1]) }
}
