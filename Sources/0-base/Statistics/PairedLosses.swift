// Losses of two models on the same rows, to what is compared of them: by group and seed, by fold and seed.

internal import Scores

/// The differences of two models' losses, row by row and seed by seed: the baseline's less the variant's.
///
/// Where rows have weights, each counts as its weight says: in the mean of its group and of its fold, and so does a group in the
/// bootstrap. The corrected test counts folds alike, weighted or not, since each is one estimate of the same difference; of folds
/// that do not weigh the same it takes the mean ratio of what is tested to what is trained on, which is never below that of equal
/// folds, so that a few heavy rows make it more careful.
package struct PairedLosses: Sendable {
    /// For each seed a difference for each row that counts.
    private let differences: [[Double]]
    /// The weight of each row that counts, above 0; nil where all count alike.
    private let weights: [Double]?
    private let groups: RowGrouping
    private let folds: [Int]

    /// - Parameters:
    ///   - differences: at least one seed; each as long as `folds` (a precondition).
    ///   - groups: the group of each row: rows of one are not independent.
    ///   - folds: the fold of each row.
    ///   - weights: one non-negative weight for each row, not all 0 (a precondition); rows of weight 0 are left out. Nil weighs
    ///     all rows alike.
    package init(differences: [[Double]], groups: [Int], folds: [Int], weights: [Double]? = nil) {
        precondition(!differences.isEmpty && groups.count == folds.count)
        precondition(differences.allSatisfy { $0.count == folds.count })
        let counting = weights.map { weights in
            precondition(weights.count == folds.count && weights.allSatisfy { $0 >= 0 }, "one weight for each row")
            return weights.indices.filter { weights[$0] > 0 }
        }
        precondition(counting.map { !$0.isEmpty } ?? true, "some row has a weight")
        func kept<Value>(_ values: [Value]) -> [Value] {
            guard let counting, counting.count < values.count else { return values }
            return counting.map { values[$0] }
        }
        self.differences = differences.map(kept)
        self.groups = RowGrouping(ids: kept(groups))
        self.folds = kept(folds)
        // Equal weights are none: the result is then the same to the last bit.
        let own = weights.map(kept)
        self.weights = own.flatMap { own in own.allSatisfy { $0 == own[0] } ? nil : own }
    }

    /// The mean difference of each group under each seed, groups first.
    package var byGroup: [Double] {
        var means: [Double] = []
        means.reserveCapacity(groups.count * differences.count)
        for group in 0..<groups.count {
            for seed in differences { means.append(mean(seed, groups[group])) }
        }
        return means
    }

    /// The rows of each fold that has some.
    private var rowsByFold: [[Int]] {
        var rows = [[Int]](repeating: [], count: (folds.max() ?? -1) + 1)
        for (row, fold) in folds.enumerated() { rows[fold].append(row) }
        return rows.filter { !$0.isEmpty }
    }

    /// The mean difference of each fold that has rows under each seed, folds first.
    package var byFold: [Double] {
        rowsByFold.flatMap { part in differences.map { mean($0, part) } }
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

    /// What each group counts: its rows, or what they weigh.
    private var groupWeights: [Double] { (0..<groups.count).map { total(groups[$0]) } }

    /// Of folds that weigh differently, the mean over them of the weight tested to the weight trained on; nil for equal ones, and
    /// of rows without weights.
    private var testToTrain: Double? {
        guard weights != nil else { return nil }
        let folds = rowsByFold.map(total)
        let whole = folds.reduce(0, +)
        return folds.reduce(0) { $0 + $1 / (whole - $1) } / Double(folds.count)
    }

    /// Nil where there are too few folds and seeds for a test.
    package var test: CorrectedTest? {
        let cells = byFold
        let ratio = testToTrain
        guard ratio?.isFinite ?? true else { return nil }
        return try? CorrectedTest(
            differences: cells, folds: cells.count / differences.count, seeds: differences.count, testToTrain: ratio)
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

    private func mean(_ values: [Double], _ rows: some Collection<Int>) -> Double {
        guard let weights else { return rows.reduce(0) { $0 + values[$1] } / Double(rows.count) }
        return rows.reduce(0) { $0 + weights[$1] * values[$1] } / total(rows)
    }

    private func total(_ rows: some Collection<Int>) -> Double {
        weights.map { weights in rows.reduce(0) { $0 + weights[$1] } } ?? Double(rows.count)
    }
}
