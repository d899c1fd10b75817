// Two models' scores by a metric that is no mean over rows, such as F1: their difference, its bootstrap and its test. Knows the
// metric as a tally with a value.

internal import Arithmetic
package import Scores

/// The difference of two models' scores by any metric, paired by group, fold and seed.
///
/// A resample draws whole groups and whole seeds, as ``PairedBootstrap`` does, and adds up what the drawn groups' rows put into the
/// metric's tally: the score of a set is not the mean of its rows' scores. Its value is the mean over the drawn seeds of the
/// difference of both tallies' values. Of more than ``BlockBootstrap/blockCount`` groups, blocks of groups are counted, as in
/// ``BlockBootstrap``, without its correction of the variance: the width of the interval is then uncertain by .8 %.
package struct PairedTallies: Sendable {
    private let metric: any Metric
    private let baseline: [ScoredRows]
    private let variant: [ScoredRows]
    private let rows: PairedRows

    /// - Parameters:
    ///   - baseline: the rows under each seed, at least one; all of as many rows as `folds` (a precondition).
    ///   - variant: the same rows of the other model, under the same seeds.
    ///   - groups: see ``PairedLosses``, also for `folds` and `weights`.
    package init(
        metric: any Metric, baseline: [ScoredRows], variant: [ScoredRows], groups: [Int], folds: [Int],
        weights: [Double]? = nil
    ) {
        precondition(!baseline.isEmpty && baseline.count == variant.count)
        precondition((baseline + variant).allSatisfy { $0.count == folds.count })
        (self.metric, self.baseline, self.variant) = (metric, baseline, variant)
        rows = PairedRows(groups: groups, folds: folds, weights: weights)
    }

    /// The improvement of each fold that has rows under each seed, folds first.
    package var byFold: [Double] {
        rows.rowsByFold.flatMap { part in
            baseline.indices.map { seed in
                metric.direction.improvement(
                    from: metric.value(of: tally(baseline[seed], part)),
                    to: metric.value(of: tally(variant[seed], part)))
            }
        }
    }

    private func tally(_ scored: ScoredRows, _ part: some Collection<Int>) -> Tally {
        var tally = Tally(width: metric.width(classes: scored.classes))
        for row in part { count(row, of: scored) { tally.sums[$0] += $1 } }
        return tally
    }

    private func count(_ row: Int, of scored: ScoredRows, add: (Int, Double) -> Void) {
        let weight = rows.weights?[row] ?? 1
        metric.count(rows.place(of: row), of: scored) { add($0, weight * $1) }
    }

    /// What is known of the difference.
    package func comparison(smallestEffect: Double?, resamples: Int) -> Comparison {
        Comparison(
            bootstrap: bootstrap(resamples: resamples), test: rows.test(of: byFold, seeds: baseline.count),
            smallestEffect: smallestEffect)
    }

    /// The bootstrap of the difference over groups and seeds.
    package func bootstrap(resamples: Int) -> PairedBootstrap {
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
        let sides = [baseline, variant].map { side in side.map { sparse($0, members) } }
        let seeds = baseline.count
        let once = [Double](repeating: 1, count: blocks)
        let means = (0..<seeds).map { improvement(sides, seed: $0, once) }
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
                    draws[seed] == 0 ? sum : sum + draws[seed] * improvement(sides, seed: seed, counts)
                } / Double(seeds)
            }
        }
        return PairedBootstrap(
            mean: means.reduce(0, +) / Double(seeds), resamples: parts.flatMap { $0 }.sorted())
    }

    private func improvement(_ sides: [[SparseTallies]], seed: Int, _ counts: [Double]) -> Double {
        let values = sides.map { metric.value(of: $0[seed].total(counts)) }
        return metric.direction.improvement(from: values[0], to: values[1])
    }

    private func sparse(_ scored: ScoredRows, _ members: [[Int]]) -> SparseTallies {
        var tallies = SparseTallies(width: metric.width(classes: scored.classes))
        for part in members {
            var sums: [Int: Double] = [:]
            for row in part { count(row, of: scored) { sums[$0, default: 0] += $1 } }
            tallies.append(sums)
        }
        return tallies
    }
}

/// The tallies of many groups, of which each has few numbers that are not 0.
private struct SparseTallies: Sendable {
    private let width: Int
    private var starts = [0]
    private var places: [Int] = []
    private var amounts: [Double] = []

    init(width: Int) { self.width = width }

    mutating func append(_ sums: [Int: Double]) {
        for (place, amount) in sums.sorted(by: { $0.key < $1.key }) {
            places.append(place)
            amounts.append(amount)
        }
        starts.append(places.count)
    }

    /// The sum of all, each as often as its count says.
    func total(_ counts: [Double]) -> Tally {
        var tally = Tally(width: width)
        tally.sums.withUnsafeMutableBufferPointer { sums in
            for index in counts.indices where counts[index] > 0 {
                for entry in starts[index]..<starts[index + 1] {
                    sums[places[entry]] += counts[index] * amounts[entry]
                }
            }
        }
        return tally
    }
}
