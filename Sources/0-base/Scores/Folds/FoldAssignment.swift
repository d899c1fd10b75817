// Which fold each row is held out in. Knows rows, labels and groups as numbers, and no table.

internal import Arithmetic

/// Why rows cannot be dealt to folds.
package enum FoldError: CancellableError, Equatable, CustomStringConvertible {
    /// Cross-validation needs at least two folds.
    case tooFewFolds(Int)
    /// Fewer rows than folds.
    case tooFewRows(rows: Int, folds: Int)
    /// Fewer groups than folds.
    case tooFewGroups(groups: Int, folds: Int)
    /// Every label has fewer rows than there are folds; the most common one has `rows`.
    case tooFewPerLabel(rows: Int, folds: Int)
    /// A stratified kind without labels, or labels that are not one for each row.
    case labels(given: Int?, rows: Int)
    /// A group kind without groups, or groups that are not one for each row.
    case groups(given: Int?, rows: Int)
    /// The work is wanted no longer.
    case cancelled

    /// The error in a sentence for people.
    package var description: String {
        switch self {
        case .tooFewFolds(let folds): "\(folds) fold(s): there must be at least 2"
        case .tooFewRows(let rows, let folds): "\(rows) rows cannot fill \(folds) folds"
        case .tooFewGroups(let groups, let folds):
            "\(groups) groups cannot fill \(folds) folds: a group is never divided"
        case .tooFewPerLabel(let rows, let folds):
            "no label can be in each of \(folds) folds: the most common one has \(rows) rows"
        case .labels(.none, _): "stratified folds need labels"
        case .labels(.some(let given), let rows): "\(given) labels were given for \(rows) rows"
        case .groups(.none, _): "group folds need groups"
        case .groups(.some(let given), let rows): "\(given) groups were given for \(rows) rows"
        case .cancelled: "cancelled"
        }
    }
}

/// A fold for each row.
///
/// Before an algorithm runs, the rows (or, for the group kinds, the groups in ascending order of their numbers) are
/// put into an order that the seed names. In the order they came in, the folds are those of scikit-learn's classes
/// of the same names with `shuffle=False`.
package struct FoldAssignment: Equatable, Sendable {
    /// How rows are dealt.
    package enum Kind: String, CaseIterable, Sendable {
        /// Folds of equal size, labels and groups ignored.
        case kFold
        /// Each label spread evenly over the folds.
        case stratifiedKFold
        /// Groups undivided, folds of about equal size.
        case groupKFold
        /// Groups undivided, each label spread as evenly as that allows.
        case stratifiedGroupKFold
    }

    /// The fold of each row, in `0..<count`.
    package let folds: [Int]
    /// Number of folds.
    package let count: Int

    /// Deals `rowCount` rows to `count` folds.
    ///
    /// - Parameters:
    ///   - labels: a label for each row, any numbers; needed by the stratified kinds, ignored by the others.
    ///   - groups: a group for each row, any numbers; needed by the group kinds, ignored by the others.
    ///   - seed: names the order; the same seed gives the same folds everywhere.
    /// - Throws: ``FoldError``.
    package init(
        _ kind: Kind, rowCount: Int, labels: [Int]? = nil, groups: [Int]? = nil, count: Int, seed: UInt64
    ) throws(FoldError) {
        try self.init(kind, rowCount: rowCount, labels: labels, groups: groups, count: count) { size in
            var source = RandomSource(seed: seed)
            return source.permutation(of: size)
        }
    }

    /// As the initialiser with a seed, with the order of n rows or groups given by `order(n)`.
    init(
        _ kind: Kind, rowCount: Int, labels: [Int]?, groups: [Int]?, count: Int, order: (Int) -> [Int]
    ) throws(FoldError) {
        guard count >= 2 else { throw .tooFewFolds(count) }
        guard rowCount >= count else { throw .tooFewRows(rows: rowCount, folds: count) }
        self.count = count
        switch kind {
        case .kFold:
            folds = Self.even(order(rowCount), count: count)
        case .stratifiedKFold:
            let labels = try Self.dense(labels: labels, rowCount: rowCount, count: count)
            folds = Self.stratified(labels, order: order(rowCount), count: count)
        case .groupKFold:
            let groups = try Self.dense(groups: groups, rowCount: rowCount, count: count)
            let foldOfGroup = Self.balanced(groups, order: order(groups.count), count: count)
            folds = groups.values.map { foldOfGroup[$0] }
        case .stratifiedGroupKFold:
            let labels = try Self.dense(labels: labels, rowCount: rowCount, count: count)
            let groups = try Self.dense(groups: groups, rowCount: rowCount, count: count)
            var spread = StratifiedGroups(labels: labels, groups: groups, count: count)
            let foldOfGroup = try spread.deal(in: order(groups.count))
            folds = groups.values.map { foldOfGroup[$0] }
        }
    }

    private static func dense(labels: [Int]?, rowCount: Int, count: Int) throws(FoldError) -> DenseNumbering {
        guard let labels, labels.count == rowCount else {
            throw .labels(given: labels?.count, rows: rowCount)
        }
        let dense = DenseNumbering(labels)
        let most = dense.sizes.max() ?? 0
        guard most >= count else { throw .tooFewPerLabel(rows: most, folds: count) }
        return dense
    }

    private static func dense(groups: [Int]?, rowCount: Int, count: Int) throws(FoldError) -> DenseNumbering {
        guard let groups, groups.count == rowCount else {
            throw .groups(given: groups?.count, rows: rowCount)
        }
        let dense = DenseNumbering(groups)
        guard dense.count >= count else { throw .tooFewGroups(groups: dense.count, folds: count) }
        return dense
    }

    /// Consecutive parts of the order; the first ones are larger by one where the division leaves a rest.
    private static func even(_ order: [Int], count: Int) -> [Int] {
        var folds = [Int](repeating: 0, count: order.count)
        var position = 0
        for fold in 0..<count {
            for _ in 0..<order.count / count + (fold < order.count % count ? 1 : 0) {
                folds[order[position]] = fold
                position += 1
            }
        }
        return folds
    }

    /// Deals the folds in turn to the rows sorted by label, labels by first appearance in the order; then gives each
    /// label's rows, in the order, its folds ascending.
    private static func stratified(_ labels: DenseNumbering, order: [Int], count: Int) -> [Int] {
        var rowsOfLabel = [[Int]](repeating: [], count: labels.count)
        var appearance: [Int] = []
        for row in order {
            let label = labels.values[row]
            if rowsOfLabel[label].isEmpty { appearance.append(label) }
            rowsOfLabel[label].append(row)
        }
        var folds = [Int](repeating: 0, count: order.count)
        var dealt = 0
        for label in appearance {
            let rows = rowsOfLabel[label]
            let turns = (dealt..<dealt + rows.count).map { $0 % count }.sorted()
            for (row, fold) in zip(rows, turns) { folds[row] = fold }
            dealt += rows.count
        }
        return folds
    }

    /// Gives each group, the largest first and of equal ones the last in the order, to the fold with fewest rows.
    private static func balanced(_ groups: DenseNumbering, order: [Int], count: Int) -> [Int] {
        var foldOfGroup = [Int](repeating: 0, count: groups.count)
        var rows = [Int](repeating: 0, count: count)
        let ascending = order.indices.sorted {
            (groups.sizes[order[$0]], $0) < (groups.sizes[order[$1]], $1)
        }
        for position in ascending.reversed() {
            let group = order[position]
            var lightest = 0
            for fold in 1..<count where rows[fold] < rows[lightest] { lightest = fold }
            foldOfGroup[group] = lightest
            rows[lightest] += groups.sizes[group]
        }
        return foldOfGroup
    }
}
