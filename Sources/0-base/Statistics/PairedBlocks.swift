// Two models' scores by a metric of which only values are known: of all rows, without each block of them, and of each fold. Knows
// no metric and no row's score.

internal import Arithmetic
package import Scores

/// What a metric was worth under one seed.
package struct BlockScores: Sendable, Equatable {
    /// Of all rows.
    package let whole: Double
    /// Of all rows but those of a block, block by block.
    package let without: [Double]
    /// Of each fold; nil where the metric is not defined for it.
    package let folds: [Double?]

    package init(whole: Double, without: [Double], folds: [Double?]) {
        (self.whole, self.without, self.folds) = (whole, without, folds)
    }
}

/// The difference of two models' scores, paired by block, fold and seed.
///
/// Groups are dealt to blocks, and the metric is known without each of them: the delete-a-group jackknife (Kott 2001; Shao and Tu, The
/// Jackknife and Bootstrap, 1995). A row left out is a table such as a leaderboard has, and a row drawn twice is none. From the values
/// follows what each block counts, its pseudo-value, of which the difference is the mean; blocks and seeds are then drawn again as by
/// ``PairedBootstrap``. The width of the interval is uncertain by a share of 1 / sqrt(2 blocks): 7 % of a hundred. Blocks are not of one
/// fold, so that they do not tell rows from seeds: the test is that of the folds, which takes all spread for one that seeds do not narrow.
package struct PairedBlocks: Sendable {
    private let direction: MetricDirection
    private let baseline: [BlockScores]
    private let variant: [BlockScores]
    private let rows: PairedRows

    /// - Parameters:
    ///   - baseline: under each seed, at least one; all of as many blocks and folds (a precondition).
    ///   - variant: the other model's, under the same seeds.
    ///   - groups: see ``PairedLosses``, also for `folds`, `weights` and `testToTrain`.
    package init(
        direction: MetricDirection, baseline: [BlockScores], variant: [BlockScores], groups: [Int], folds: [Int],
        weights: [Double]? = nil, testToTrain: Double? = nil, foldsBySeed: [[Int]]? = nil
    ) {
        precondition(!baseline.isEmpty && baseline.count == variant.count)
        let all = baseline + variant
        precondition(
            all.allSatisfy { $0.without.count == all[0].without.count && $0.folds.count == all[0].folds.count })
        (self.direction, self.baseline, self.variant) = (direction, baseline, variant)
        rows = PairedRows(
            groups: groups, folds: folds, weights: weights, testToTrain: testToTrain, foldsBySeed: foldsBySeed)
    }

    /// The improvement of each fold under each seed, folds first; folds for which the metric is not defined left out.
    package var byFold: [Double] {
        baseline[0].folds.indices.flatMap { fold -> [Double] in
            let own = zip(baseline, variant).compactMap { before, after -> Double? in
                guard let old = before.folds[fold], let new = after.folds[fold] else { return nil }
                return direction.improvement(from: old, to: new)
            }
            return own.count == baseline.count ? own : []
        }
    }

    /// The pseudo-value of the improvement for each block under each seed, blocks first; their mean is the improvement.
    package var byBlock: [Double] {
        let blocks = baseline[0].without.count
        let bySeed = zip(baseline, variant).map { before, after -> [Double] in
            let whole = direction.improvement(from: before.whole, to: after.whole)
            let without = zip(before.without, after.without).map { direction.improvement(from: $0, to: $1) }
            let mean = without.reduce(0, +) / Double(blocks)
            return without.map { whole + Double(blocks - 1) * (mean - $0) }
        }
        return (0..<blocks).flatMap { block in bySeed.map { $0[block] } }
    }

    /// What is known of the difference; nil of fewer than two blocks.
    package func comparison(smallestEffect: Double?, resamples: Int) -> Comparison? {
        guard baseline[0].without.count > 1 else { return nil }
        let bootstrap = PairedBootstrap(
            differences: byBlock, seedCount: baseline.count, count: resamples, seed: PairedLosses.seed)
        let test = rows.correctedTest(of: byFold, seeds: baseline.count).map {
            PairedTest($0, groups: rows.groups.count)
        }
        return Comparison(bootstrap: bootstrap, test: test, smallestEffect: smallestEffect)
    }
}
