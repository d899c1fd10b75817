// Folds in the order of time: a model is scored on a block of rows and trained on what came before. Knows times as places in an order.

/// An expanding window, as scikit-learn's TimeSeriesSplit has it.
package enum TimeBlocks {
    /// The fold of each row: the rows in the order of their times fall into `count` blocks of equal size after a first one, which takes
    /// what is left over, too, and is no fold (-1): nothing came before it.
    ///
    /// With times that differ these are the folds of scikit-learn. Rows of one time are never parted: all of them are in the block of
    /// the first, so that no model is scored on a moment it was trained on.
    ///
    /// - Parameters:
    ///   - times: the place of each row's time in the order of times.
    ///   - count: the number of folds, at least 1.
    /// - Throws: ``FoldError``, where there are too few rows.
    package static func folds(of times: [Int], count: Int) throws(FoldError) -> [Int] {
        guard count >= 1 else { throw .tooFewFolds(count) }
        guard times.count > count else { throw .tooFewRows(rows: times.count, folds: count + 1) }
        let size = times.count / (count + 1)
        let first = times.count - count * size
        let order = times.indices.sorted { (times[$0], $0) < (times[$1], $1) }
        var folds = [Int](repeating: -1, count: times.count)
        var begin = 0
        for (position, row) in order.enumerated() {
            if times[row] != times[order[begin]] { begin = position }
            folds[row] = begin < first ? -1 : (begin - first) / size
        }
        return folds
    }
}
