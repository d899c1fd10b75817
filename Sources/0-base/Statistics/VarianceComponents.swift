// What a mean difference varies by: the rows at hand, which seeds do not change, and chance in training, which they narrow. Knows no
// test and no metric.

internal import Scores

/// The two parts of a paired difference's variance over new rows and new seeds.
///
/// Differences d[s, r] of seed s and row r have the mean m, with weights w that sum to 1. Sums over the rows of a group are one value
/// each, since rows of a group are not independent.
///
/// - *Rows.* F = G / (G - 1) sum over groups of (sum of w (mean over s of d - m))^2: the variance of a (weighted) mean of G clusters
///   (Cochran, Sampling Techniques, 1977, section 9; Liang and Zeger 1986), of equal groups that of their means over G. It holds the
///   seeds x groups part, which is taken off: sum over s and g of what is left of d less the means of its seed and of its group,
///   as in the analysis of variance of two crossed factors (Searle, Casella and McCulloch, Variance Components, 1992, chapter 4). A
///   tenth of F stays at least, since the difference of two estimates may be near 0 or below it by chance.
/// - *Seeds.* sigma^2, the variance over seeds of the mean in one fold: each fold under each seed was trained by itself. It is pooled
///   over folds: e[s, f], the mean over the rows of fold f of d[s, r] less the mean over seeds, has sigma^2 (1 - 1/S) in expectation
///   where folds are the same under all seeds, and with folds of their own somewhat less, by how much a fold's rows are spread over
///   the other seeds' folds.
struct VarianceComponents: Equatable, Sendable {
    /// The variance of the mean by the rows at hand, under as many seeds as one likes; F.
    let rows: Double
    /// Degrees of freedom of ``rows``: the number of groups, less 1; of unequal ones as many as weigh the same (Kish).
    let rowDegrees: Double
    /// The variance of the mean by chance in training under one seed: sigma^2 by the shares of the folds, sigma^2 / K of K equal folds.
    let seed: Double
    /// Degrees of freedom of ``seed``: K (S - 1) of K folds that all seeds share.
    let seedDegrees: Double

    /// Nil with fewer than two seeds or two groups, or with a difference that is not finite.
    ///
    /// - Parameters:
    ///   - values: for each seed a difference for each row.
    ///   - weights: what each row counts, above 0; nil counts all alike.
    ///   - groups: the rows of each group; each row is in one.
    ///   - folds: the fold of each row under each seed, or of all seeds once.
    init?(values: [[Double]], weights: [Double]?, groups: RowGrouping, folds: [[Int]]) {
        let (seeds, count) = (values.count, values.first?.count ?? 0)
        guard seeds > 1, groups.count > 1, values.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return nil }
        let total = weights?.reduce(0, +) ?? Double(count)
        let shares = (0..<count).map { (weights?[$0] ?? 1) / total }
        let average = (0..<count).map { row in values.reduce(0) { $0 + $1[row] } / Double(seeds) }
        let mean = (0..<count).reduce(0) { $0 + shares[$1] * average[$1] }
        let seedMeans = values.map { seed in (0..<count).reduce(0) { $0 + shares[$1] * seed[$1] } }

        let groupCount = Double(groups.count)
        var (between, crossed, squares) = (0.0, 0.0, 0.0)
        for group in 0..<groups.count {
            let rows = groups[group]
            let share = rows.reduce(0) { $0 + shares[$1] }
            let own = rows.reduce(0) { $0 + shares[$1] * (average[$1] - mean) }
            squares += share * share
            between += own * own
            for seed in 0..<seeds {
                let left =
                    rows.reduce(0) { $0 + shares[$1] * (values[seed][$1] - average[$1]) }
                    - share * (seedMeans[seed] - mean)
                crossed += left * left
            }
        }
        let correction = groupCount / (groupCount - 1)
        between *= correction
        crossed *= correction / Double(seeds * (seeds - 1))
        rows = max(between - crossed, Self.leastPart * between)
        rowDegrees = max(1 / squares - 1, 1)

        let cells = FoldCells(values: values, average: average, shares: shares, folds: folds)
        seed = cells.squares / cells.expected * cells.concentration
        seedDegrees = cells.expected
    }

    private static let leastPart = 0.1
}

/// What the folds under each seed say of chance in training.
private struct FoldCells {
    /// The sum over cells of e^2.
    var squares = 0.0
    /// The sum over cells of what e^2 has in expectation, in sigma^2.
    var expected = 0.0
    /// The mean over seeds of the sum over folds of their squared shares: 1 / K of K equal folds.
    var concentration = 0.0

    init(values: [[Double]], average: [Double], shares: [Double], folds: [[Int]]) {
        let seeds = Double(values.count)
        let indices = folds.map(PairedRows.rows(byFold:))
        for seed in values.indices {
            let own = indices[folds.count == 1 ? 0 : seed]
            for rows in own {
                let share = rows.reduce(0) { $0 + shares[$1] }
                let cell = rows.reduce(0) { $0 + shares[$1] * (values[seed][$1] - average[$1]) } / share
                squares += cell * cell
                concentration += share * share / seeds
                // Of the mean over seeds, the cell's own seed holds 1/S of it; the others what of their folds lies in these rows.
                var others = folds.count == 1 ? seeds - 1 : 0
                for other in folds.indices where folds.count > 1 && other != seed {
                    others += Self.concentration(of: rows, shares, in: folds[other])
                }
                let rest = 1 - 1 / seeds
                expected += rest * rest + others / (seeds * seeds)
            }
        }
    }

    /// The sum over folds of the squared share of `rows` that lies in each.
    private static func concentration(of rows: [Int], _ shares: [Double], in folds: [Int]) -> Double {
        var (parts, whole): ([Int: Double], Double) = ([:], 0)
        for row in rows {
            parts[folds[row], default: 0] += shares[row]
            whole += shares[row]
        }
        return parts.values.sorted().reduce(0) { $0 + $1 * $1 } / (whole * whole)
    }
}
