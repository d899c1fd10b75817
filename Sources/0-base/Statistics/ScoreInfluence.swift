// How much each part of the rows moves a difference of two scores: the jackknife, so that a score of a set has parts as a mean has.

internal import Arithmetic
internal import Scores

/// The delete-one jackknife of a difference, seed by seed, over pieces of the rows: what shares a group and, under every seed, a fold.
///
/// A piece of the share w moves the difference d by (1 - w)(d - d without it), and d + that / w stands for its rows as a row's own
/// difference does in a mean (pseudo-values; Busing, Meijer and van der Leeden, Delete-m jackknife for unequal m, 1999). Of a mean of
/// rows these are the pieces' means, so that a test by ``VarianceComponents`` is the same for means and for all other smooth metrics.
/// Where a piece takes long, groups of one fold are put together at random first: a variance from b parts is uncertain by a share of
/// sqrt(2 / b), which its degrees of freedom say.
struct ScoreInfluence {
    /// For each seed the value of each piece.
    private(set) var values: [[Double]] = []
    /// What each piece weighs.
    private(set) var weights: [Double] = []
    private(set) var groups = RowGrouping(ids: [Int]())
    /// The fold of each piece under each seed, or under all.
    private(set) var folds: [[Int]] = []
    /// The rows of each piece.
    let pieces: [[Int]]

    /// - Parameter most: how many pieces there may be, more or less.
    init(rows: PairedRows, most: Int) {
        let folds = rows.foldsBySeed
        let count = rows.folds.count
        /// The fold of a row under each seed.
        func signature(_ row: Int) -> [Int] { folds.map { $0[row] } }
        let clusters = Self.clusters(of: rows.groups, most: most) { signature($0) }
        let cluster = rows.groups.groupOfRow.map { clusters[$0] }
        let pieces = RowGrouping(ids: (0..<count).map { [cluster[$0]] + signature($0) })
        self.pieces = (0..<pieces.count).map { Array(pieces[$0]) }
        weights = self.pieces.map { $0.reduce(0) { $0 + (rows.weights?[$1] ?? 1) } }
        groups = RowGrouping(ids: self.pieces.map { cluster[$0[0]] })
        self.folds = folds.map { folds in self.pieces.map { folds[$0[0]] } }
    }

    /// The cluster of each group: itself, or some of those whose first rows have the same folds.
    private static func clusters(of groups: RowGrouping, most: Int, signature: (Int) -> [Int]) -> [Int] {
        guard groups.count > most else { return Array(0..<groups.count) }
        var source = RandomSource(seed: PairedLosses.seed)
        let alike = RowGrouping(ids: (0..<groups.count).map { signature(groups[$0].first ?? 0) })
        var clusters = [Int](repeating: 0, count: groups.count)
        var next = 0
        for kind in 0..<alike.count {
            let members = Array(alike[kind])
            // Each kind has its share of the clusters, and at least two where it has two groups.
            let own = min(members.count, max(2, most * members.count / groups.count))
            for (place, position) in source.permutation(of: members.count).enumerated() {
                clusters[members[position]] = next + place % own
            }
            next += own
        }
        return clusters
    }

    /// Works out the values.
    ///
    /// - Parameters:
    ///   - seeds: how many there are.
    ///   - improvement: the difference under a seed, where each piece counts as often as is said.
    mutating func measure(seeds: Int, _ improvement: @escaping @Sendable (Int, [Double]) -> Double) {
        let once = [Double](repeating: 1, count: pieces.count)
        let total = weights.reduce(0, +)
        let shares = weights.map { $0 / total }
        values = (0..<seeds).map { seed in
            let whole = improvement(seed, once)
            return Parallel.map(pieces.count, inRangesOf: 32) { range -> [Double] in
                var counts = once
                return range.map { piece in
                    counts[piece] = 0
                    defer { counts[piece] = 1 }
                    return whole + (1 - shares[piece]) * (whole - improvement(seed, counts)) / shares[piece]
                }
            }.flatMap { $0 }
        }
    }
}
