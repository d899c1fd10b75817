// Losses of two models on the same rows, to what is compared of them: by group and seed, by fold and seed.

/// The differences of two models' losses, row by row and seed by seed: the baseline's less the variant's.
package struct PairedLosses: Sendable {
    /// For each seed a difference for each row.
    private let differences: [[Double]]
    private let groups: RowGrouping
    private let folds: [Int]

    /// - Parameters:
    ///   - differences: at least one seed; each as long as `folds` (a precondition).
    ///   - groups: the group of each row: rows of one are not independent.
    ///   - folds: the fold of each row.
    package init(differences: [[Double]], groups: [Int], folds: [Int]) {
        precondition(!differences.isEmpty && groups.count == folds.count)
        precondition(differences.allSatisfy { $0.count == folds.count })
        self.differences = differences
        self.groups = RowGrouping(ids: groups)
        self.folds = folds
    }

    /// The mean difference of each group under each seed, groups first.
    package var byGroup: [Double] {
        var means: [Double] = []
        means.reserveCapacity(groups.count * differences.count)
        for group in 0..<groups.count {
            for seed in differences { means.append(Self.mean(seed, groups[group])) }
        }
        return means
    }

    /// The mean difference of each fold that has rows under each seed, folds first.
    package var byFold: [Double] {
        var rows = [[Int]](repeating: [], count: (folds.max() ?? -1) + 1)
        for (row, fold) in folds.enumerated() { rows[fold].append(row) }
        return rows.filter { !$0.isEmpty }.flatMap { part in differences.map { Self.mean($0, part) } }
    }

    /// The mean over seeds of each row's difference.
    package var rowMeans: [Double] {
        folds.indices.map { row in differences.reduce(0) { $0 + $1[row] } / Double(differences.count) }
    }

    /// The seed of all bootstraps: the same differences give the same interval.
    private static let seed: UInt64 = 1

    package func bootstrap(resamples: Int) -> PairedBootstrap {
        PairedBootstrap(
            differences: byGroup, seedCount: differences.count, groupWeights: groupWeights, count: resamples,
            seed: Self.seed)
    }

    /// Draws for many bootstraps.
    package static func draws(resamples: Int) -> BootstrapDrawsCache {
        BootstrapDrawsCache(count: resamples, seed: seed)
    }

    private var groupWeights: [Double] { (0..<groups.count).map { Double(groups[$0].count) } }

    /// Nil where there are too few folds and seeds for a test.
    package var test: CorrectedTest? {
        let cells = byFold
        return try? CorrectedTest(
            differences: cells, folds: cells.count / differences.count, seeds: differences.count)
    }

    package func comparison(smallestEffect: Double?, resamples: Int) -> Comparison {
        Comparison(bootstrap: bootstrap(resamples: resamples), test: test, smallestEffect: smallestEffect)
    }

    /// The same as with as many resamples as the draws have, sooner.
    package func comparison(smallestEffect: Double?, resamples: Int, draws: BootstrapDrawsCache) -> Comparison {
        guard let known = draws.draws(groups: groups.count, seeds: differences.count), known.count == resamples else {
            return comparison(smallestEffect: smallestEffect, resamples: resamples)
        }
        let bootstrap = PairedBootstrap(differences: byGroup, groupWeights: groupWeights, draws: known)
        return Comparison(bootstrap: bootstrap, test: test, smallestEffect: smallestEffect)
    }

    private static func mean(_ values: [Double], _ rows: some Collection<Int>) -> Double {
        rows.reduce(0) { $0 + values[$1] } / Double(rows.count)
    }
}
