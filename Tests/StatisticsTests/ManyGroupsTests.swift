// Bootstraps of sets and of very many groups beside numpy's and scipy's (Goldens/scores.py).

import Arithmetic
import Scores
import Testing

@testable import Statistics

@Suite struct ManyGroupsTests {
    struct Goldens: Decodable {
        struct Paired: Decodable {
            let classes: Int
            let truth, groups, folds: [Int]
            let baseline, variant: [[Int]]
            let cells: [Double]
            let mean: Double
            let interval95: [Double]
        }
        struct Many: Decodable {
            let groups, seeds: Int
            let interval95, interval90, scipy: [Double]
        }
        let paired: Paired
        let many: Many
    }

    /// Both ends within a share of the width; both sides are drawn.
    private func expectAlike(_ found: ClosedRange<Double>, _ peer: [Double], within share: Double) {
        let width = peer[1] - peer[0]
        #expect(abs(found.lowerBound - peer[0]) < share * width, "\(found) beside \(peer)")
        #expect(abs(found.upperBound - peer[1]) < share * width, "\(found) beside \(peer)")
    }

    private func paired(weights: [Double]? = nil) throws -> (PairedScores, Goldens.Paired) {
        let peer = try golden("scores", as: Goldens.self).paired
        func rows(_ guess: [Int]) -> ScoredRows {
            ScoredRows(
                classes: peer.classes, labels: peer.truth, predicted: guess, losses: peer.truth.map { _ in 0 })
        }
        return (
            PairedScores(
                metric: FMeasure(), baseline: peer.baseline.map(rows), variant: peer.variant.map(rows),
                groups: peer.groups, folds: peer.folds, weights: weights), peer
        )
    }

    @Test func aDifferenceOfSetsHasTheIntervalOfNumpy() throws {
        let (tallies, peer) = try paired()
        let bootstrap = try #require(tallies.bootstrap(resamples: 4_000))
        #expect(abs(bootstrap.mean - peer.mean) < 1e-12)
        // Ends of 4,000 and of 20,000 resamples: standard errors of 1.1 % and .5 % of the width.
        expectAlike(bootstrap.interval(), peer.interval95, within: 0.03)
        expectClose(tallies.byFold, peer.cells, within: 1e-12)
        let comparison = try #require(tallies.comparison(smallestEffect: nil, resamples: 100))
        #expect(
            comparison.difference == bootstrap.mean && comparison.test?.seedDegrees == 10 && comparison.test?.seeds == 3
        )
    }

    @Test func rowsOfNoWeightAreLeftOutOfASet() throws {
        let (_, peer) = try paired()
        let (tallies, _) = try paired(weights: peer.folds.map { $0 == 0 ? 0 : 1 })
        expectClose(tallies.byFold, Array(peer.cells.dropFirst(3)), within: 1e-12)
    }

    /// The same bits on any number of cores: each range of resamples has numbers of its own.
    @Test func theSameTalliesHaveTheSameInterval() throws {
        let (tallies, _) = try paired()
        #expect(tallies.bootstrap(resamples: 300) == tallies.bootstrap(resamples: 300))
    }

    private func values(_ count: Int) -> [Double] {
        var x: UInt32 = 1
        return (0..<count).map { _ in
            x = 1_664_525 &* x &+ 1_013_904_223
            let value = Double(x) / 4_294_967_296
            return value * value * value * value
        }
    }

    @Test func manyGroupsHaveTheIntervalsOfNumpyAndScipy() throws {
        let peer = try golden("scores", as: Goldens.self).many
        let drawn = values(peer.groups * peer.seeds)
        let differences = drawn.indices.map { drawn[$0] - 0.2 + 0.002 * Double($0 % peer.seeds) }
        let weights = (0..<peer.groups).map { Double(1 + $0 % 7) }
        let all = BlockBootstrap(
            differences: differences, seedCount: peer.seeds, groupWeights: weights, seed: 1, blocks: 512,
            resamples: 16_384
        ).bootstrap
        expectAlike(all.interval(), peer.interval95, within: 0.02)
        expectAlike(all.interval(level: 0.9), peer.interval90, within: 0.02)
        let exact = PairedBootstrap(
            differences: differences, seedCount: peer.seeds, groupWeights: weights, count: 1, seed: 1)
        #expect(abs(all.mean - exact.mean) < 1e-12)
        let one = BlockBootstrap(
            differences: stride(from: 0, to: differences.count, by: peer.seeds).map { differences[$0] }, seedCount: 1,
            groupWeights: weights.map { _ in 1 }, seed: 1, blocks: 512, resamples: 16_384
        ).bootstrap
        expectAlike(one.interval(), peer.scipy, within: 0.02)
    }

    @Test func countsArePoissonOfMeanOne() {
        var source = RandomSource(seed: 1)
        var counts = PoissonCounts(count: 100_003)
        counts.draw(&source)
        let mean = counts.values.reduce(0, +) / 100_003
        let square = counts.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 100_003
        #expect(abs(mean - 1) < 0.013 && abs(square - 1) < 0.025)
        #expect(abs(Double(counts.values.count { $0 == 0 }) / 100_003 - 0.36788) < 0.006)
        #expect(abs(counts.sum(of: counts.values) - counts.values.reduce(0) { $0 + $1 * $1 }) < 1e-6)
    }
}
