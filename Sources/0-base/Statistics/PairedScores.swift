// Two models' scores by a metric that is no mean over rows, such as F1 or AUC: their difference, its bootstrap and its test. Knows
// the metric as a value of weighted rows.

internal import Arithmetic
package import Scores

/// The difference of two models' scores by any metric, paired by group, fold and seed.
///
/// A resample draws whole groups and whole seeds, as ``PairedBootstrap`` does, and scores the drawn groups' rows anew: the score of a
/// set is not the mean of its rows' scores. Its value is the mean over the drawn seeds of the difference of both scores. Of more than
/// ``BlockBootstrap/blockCount`` groups, blocks of groups are counted, as in ``BlockBootstrap``, without its correction of the
/// variance: the width of the interval is then uncertain by .8 %. Resamples for which the metric is not defined are left out. The
/// test is that of the jackknife's values of groups (``ScoreInfluence``); with one seed that of the folds, those left out for which
/// the metric is not defined.
package struct PairedScores: Sendable {
    private let metric: any Metric
    private let baseline: [ScoredRows]
    private let variant: [ScoredRows]
    private let rows: PairedRows

    /// - Parameters:
    ///   - baseline: the rows under each seed, at least one; all of as many rows as `folds` (a precondition).
    ///   - variant: the same rows of the other model, under the same seeds.
    ///   - groups: see ``PairedLosses``, also for `folds`, `weights` and `testToTrain`.
    package init(
        metric: any Metric, baseline: [ScoredRows], variant: [ScoredRows], groups: [Int], folds: [Int],
        weights: [Double]? = nil, testToTrain: Double? = nil,
        foldsBySeed: [[Int]]? = nil
    ) {
        precondition(!baseline.isEmpty && baseline.count == variant.count)
        precondition((baseline + variant).allSatisfy { $0.count == folds.count })
        self.metric = metric
        let rows = PairedRows(
            groups: groups, folds: folds, weights: weights, testToTrain: testToTrain, foldsBySeed: foldsBySeed)
        self.rows = rows
        (self.baseline, self.variant) = (baseline.map(rows.kept), variant.map(rows.kept))
    }

    /// The improvement of each fold that has rows under each seed, folds first; folds for which the metric is not defined left out.
    package var byFold: [Double] {
        let same = rows.rowsByFold
        // Where each seed has folds of its own, a cell is what they are: a fold under its seed.
        let own = rows.rowsByOwnFold ?? baseline.map { _ in same }
        guard own.allSatisfy({ $0.count == own[0].count }) else { return [] }
        return own[0].indices.map { fold in
            baseline.indices.map { seed in
                let part = own[seed][fold]
                return improvement(seed: seed) {
                    metric.value(over: $0.selecting(part), weights: rows.weights(of: part))
                }
            }
        }.filter { $0.allSatisfy(\.isFinite) }.flatMap { $0 }
    }

    private func improvement(seed: Int, _ value: (ScoredRows) -> Double) -> Double {
        metric.direction.improvement(from: value(baseline[seed]), to: value(variant[seed]))
    }

    /// What is known of the difference; nil where the metric is not defined for these rows, or for most of what is drawn of them.
    package func comparison(smallestEffect: Double?, resamples: Int) -> Comparison? {
        guard let bootstrap = bootstrap(resamples: resamples) else { return nil }
        let test = rows.test(components, mean: bootstrap.mean, seeds: baseline.count, cells: byFold)
        return Comparison(bootstrap: bootstrap, test: test, smallestEffect: smallestEffect)
    }

    /// What the difference varies by; nil with one seed, and where the metric hangs on a single group.
    private var components: VarianceComponents? {
        guard baseline.count > 1 else { return nil }
        let everything = [Array(rows.folds.indices)]
        let work = [baseline, variant].joined().reduce(0) {
            $0 + metric.resampled($1, weights: rows.weights, blocks: everything).work
        }
        var influence = ScoreInfluence(
            rows: rows, most: min(BlockBootstrap.blockCount, max(200, Self.mostWork / max(1, work))))
        let pieces = influence.pieces
        let sides = [baseline, variant].map { side in
            Parallel.map(side) { metric.resampled($0, weights: rows.weights, blocks: pieces) }
        }
        influence.measure(seeds: baseline.count) { seed, counts in
            metric.direction.improvement(from: sides[0][seed].value(counts), to: sides[1][seed].value(counts))
        }
        return VarianceComponents(
            values: influence.values, weights: influence.weights, groups: influence.groups, folds: influence.folds)
    }

    /// How many numbers all resamples may read together: some seconds of one core.
    private static let mostWork = 2_000_000_000

    /// The bootstrap of the difference over groups and seeds, with fewer resamples than `resamples` where each takes long. Nil as
    /// ``comparison(smallestEffect:resamples:)``.
    package func bootstrap(resamples: Int) -> PairedBootstrap? {
        let groupCount = rows.groups.count
        let blocks = min(groupCount, BlockBootstrap.blockCount)
        let order: [Int]
        if blocks < groupCount {
            var source = RandomSource(seed: PairedLosses.seed)
            order = source.permutation(of: groupCount)
        } else {
            order = Array(0..<groupCount)
        }
        var members = [[Int]](repeating: [], count: blocks)
        for (place, group) in order.enumerated() { members[place % blocks] += rows.groups[group] }
        let (drawn, seeds) = (members, baseline.count)
        let sides = [baseline, variant].map { side in
            Parallel.map(side) { metric.resampled($0, weights: rows.weights, blocks: drawn) }
        }
        @Sendable func improvement(_ seed: Int, _ counts: [Double]) -> Double {
            metric.direction.improvement(from: sides[0][seed].value(counts), to: sides[1][seed].value(counts))
        }
        let once = [Double](repeating: 1, count: blocks)
        let mean = (0..<seeds).reduce(0) { $0 + improvement($1, once) } / Double(seeds)
        let work = sides.joined().reduce(0) { $0 + $1.work }
        let resamples = min(resamples, max(400, Self.mostWork / max(1, work)))
        let parts = Parallel.map(resamples, inRangesOf: 64) { range -> [Double] in
            var source = RandomSource(
                seed: PairedLosses.seed ^ (UInt64(range.lowerBound + 1) &* 0x9E37_79B9_7F4A_7C15))
            return range.map { _ in
                var draws = [Double](repeating: 0, count: seeds)
                for _ in 0..<seeds { draws[source.next(below: seeds)] += 1 }
                var counts = [Double](repeating: 0, count: blocks)
                if blocks < groupCount {
                    var poisson = PoissonCounts(count: blocks)
                    poisson.draw(&source)
                    counts = poisson.values
                } else {
                    for _ in 0..<blocks { counts[source.next(below: blocks)] += 1 }
                }
                return draws.indices.reduce(0) { sum, seed in
                    draws[seed] == 0 ? sum : sum + draws[seed] * improvement(seed, counts)
                } / Double(seeds)
            }
        }
        let defined = parts.flatMap { $0 }.filter(\.isFinite).sorted()
        guard mean.isFinite, 2 * defined.count > resamples else { return nil }
        return PairedBootstrap(mean: mean, resamples: defined)
    }
}
