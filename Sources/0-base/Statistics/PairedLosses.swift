// Losses of two models on the same rows, to what is compared of them: by group and seed, by fold and seed.

internal import Scores

/// The differences of two models' losses, row by row and seed by seed: the baseline's less the variant's.
///
/// Where rows have weights, each counts as its weight says: in the mean of its group and of its fold, and so does a group in the
/// bootstrap and in the rows' part of the variance. Of folds that do not weigh the same, the test takes the mean ratio of what is tested
/// to what is trained on, which is never below that of equal folds, so that a few heavy rows make it more careful. The corrected
/// test counts folds alike, since each is one estimate of the same difference.
package struct PairedLosses: Sendable {
    /// For each seed a difference for each row that counts.
    private let differences: [[Double]]
    private let rows: PairedRows

    /// - Parameters:
    ///   - differences: at least one seed; each as long as `folds` (a precondition).
    ///   - groups: the group of each row: rows of one are not independent.
    ///   - folds: the fold of each row.
    ///   - weights: one non-negative weight for each row, not all 0 (a precondition); rows of weight 0 are left out. Nil weighs
    ///     all rows alike.
    ///   - testToTrain: the mean over folds of what is tested to what is trained on, where these rows are not all that was trained on.
    ///   - foldsBySeed: the fold of each row under each seed, where rows were dealt anew for some of them; nil where they have the same.
    package init(
        differences: [[Double]], groups: [Int], folds: [Int], weights: [Double]? = nil, testToTrain: Double? = nil,
        foldsBySeed: [[Int]]? = nil
    ) {
        precondition(!differences.isEmpty && differences.allSatisfy { $0.count == folds.count })
        let rows = PairedRows(
            groups: groups, folds: folds, weights: weights, testToTrain: testToTrain, foldsBySeed: foldsBySeed)
        self.rows = rows
        self.differences = differences.map(rows.kept)
    }

    /// The mean difference of each group under each seed, groups first.
    package var byGroup: [Double] {
        var means: [Double] = []
        means.reserveCapacity(rows.groups.count * differences.count)
        for group in 0..<rows.groups.count {
            for seed in differences { means.append(rows.mean(seed, rows.groups[group])) }
        }
        return means
    }

    /// The mean difference of each fold that has rows under each seed, folds first.
    package var byFold: [Double] {
        // Where each seed has folds of its own, a cell is what they are: a fold under its seed.
        guard let own = rows.rowsByOwnFold else {
            return rows.rowsByFold.flatMap { part in differences.map { rows.mean($0, part) } }
        }
        return zip(differences, own).flatMap { seed, parts in parts.map { rows.mean(seed, $0) } }
    }

    /// The mean over seeds of each row's difference.
    package var rowMeans: [Double] {
        rows.folds.indices.map { row in differences.reduce(0) { $0 + $1[row] } / Double(differences.count) }
    }

    /// The seed of all bootstraps: the same differences give the same interval.
    static let seed: UInt64 = 1

    /// The bootstrap; of more groups than ``BlockBootstrap/mostGroups`` by blocks, with as many resamples as that takes.
    package func bootstrap(resamples: Int) -> PairedBootstrap {
        if rows.groups.count > BlockBootstrap.mostGroups {
            return BlockBootstrap(
                differences: byGroup, seedCount: differences.count, groupWeights: rows.groupWeights, seed: Self.seed
            ).bootstrap
        }
        return PairedBootstrap(
            differences: byGroup, seedCount: differences.count, groupWeights: rows.groupWeights, count: resamples,
            seed: Self.seed)
    }

    /// Draws for many bootstraps.
    package static func draws(resamples: Int) -> BootstrapDrawsCache {
        BootstrapDrawsCache(count: resamples, seed: seed)
    }

    /// Nil where there are too few folds and seeds for a test.
    package var test: PairedTest? {
        let means = differences.map { rows.mean($0, rows.folds.indices) }
        let components = VarianceComponents(
            values: differences, weights: rows.weights, groups: rows.groups, folds: rows.foldsBySeed)
        return rows.test(
            components, mean: means.reduce(0, +) / Double(means.count), seeds: differences.count, cells: byFold)
    }

    /// The corrected test over folds and seeds, which takes all spread for one that seeds do not narrow.
    package var correctedTest: CorrectedTest? { rows.correctedTest(of: byFold, seeds: differences.count) }

    package func comparison(smallestEffect: Double?, resamples: Int) -> Comparison {
        Comparison(bootstrap: bootstrap(resamples: resamples), test: test, smallestEffect: smallestEffect)
    }

    /// The same with as many resamples as the draws have, sooner.
    package func comparison(smallestEffect: Double?, resamples: Int, draws: BootstrapDrawsCache) -> Comparison {
        guard let known = draws.draws(groups: rows.groups.count, seeds: differences.count), known.count == resamples
        else { return comparison(smallestEffect: smallestEffect, resamples: resamples) }
        let bootstrap = PairedBootstrap(differences: byGroup, groupWeights: rows.groupWeights, draws: known)
        return Comparison(bootstrap: bootstrap, test: test, smallestEffect: smallestEffect)
    }
}
