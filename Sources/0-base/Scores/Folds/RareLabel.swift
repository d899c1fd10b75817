// Labels with fewer rows than there are folds. Knows labels and folds, and no model.

/// A label of which some folds have no row, since there are too few: a fold's score says nothing of it there.
package struct RareLabel: Sendable, Equatable {
    /// An index into the recipe's labels.
    package let label: Int
    /// Its rows that are scored and count.
    package let rows: Int
    /// The folds that have one, ascending; two or more. What stands in one fold alone is an ``UnseenLabel``.
    package let folds: [Int]
    /// How many folds there are, and how many rows count in them.
    package let foldCount: Int
    package let scoredRows: Int

    package init(label: Int, rows: Int, folds: [Int], foldCount: Int, scoredRows: Int) {
        (self.label, self.rows, self.folds) = (label, rows, folds)
        (self.foldCount, self.scoredRows) = (foldCount, scoredRows)
    }

    /// - Parameters: as of ``UnseenLabel/all(labels:folds:isOrdered:weights:classes:)``.
    package static func all(labels: [Int], folds: [Int], weights: [Double]? = nil, classes: Int) -> [RareLabel] {
        var known = [Set<Int>](repeating: [], count: classes)
        var rows = [Int](repeating: 0, count: classes)
        for (row, (label, fold)) in zip(labels, folds).enumerated() where fold >= 0 && 0..<classes ~= label {
            guard weights.map({ row < $0.count && $0[row] > 0 }) ?? true else { continue }
            known[label].insert(fold)
            rows[label] += 1
        }
        let count = (folds.max() ?? -1) + 1
        let all = rows.reduce(0, +)
        return (0..<classes).filter { rows[$0] < count && known[$0].count > 1 }.map {
            RareLabel(label: $0, rows: rows[$0], folds: known[$0].sorted(), foldCount: count, scoredRows: all)
        }
    }

    /// What it is called among the recipe's labels.
    package func name(_ labels: [String]) -> String { labels.indices.contains(label) ? labels[label] : "\(label)" }
}
