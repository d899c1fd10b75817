// A method's coefficients, fitted on some folds and scored on the other. Knows no fold algorithm and no test data.

internal import Arithmetic
package import Scores

/// A ``GroupMethod`` fitted to out-of-fold predictions, and its honest score.
///
/// For each fold the coefficients are fitted on the groups of the other folds and applied to its own, so no row's
/// score has seen its label. The final ones, for the test only, are fitted on all groups. Fit them to
/// predictions made as those of the test are: an average over fewer models needs another temperature.
package struct CrossFit: Equatable, Sendable {
    /// The coefficients fitted without each fold, fold by fold; empty for a method with nothing to fit.
    package let foldValues: [[Double]]
    /// The cross-fitted probabilities, one row for each row of the input.
    package let predictions: ProbabilityMatrix
    /// The weighted mean log loss of ``predictions``, in nats.
    package let loss: Double
    /// The weighted mean log loss of the input, row-normalised, in nats.
    package let lossBefore: Double
    /// The coefficients fitted on all groups.
    package let values: [Double]

    /// Fits and scores `method`.
    ///
    /// - Parameters:
    ///   - matrix: out-of-fold probabilities, rows x labels.
    ///   - labels: the true label of each row, in `0..<classCount`.
    ///   - groups: the groups of the rows.
    ///   - folds: the fold of each group, in `0..<foldCount`; at least two folds, none empty.
    ///   - weights: a non-negative weight for each row; nil weighs all rows alike.
    ///   - cores: 1 for this thread alone; else all there are. The result is the same.
    /// - Throws: ``GroupError``.
    package init(
        _ method: some GroupMethod, matrix: ProbabilityMatrix, labels: [Int], groups: RowGrouping,
        folds: [Int],
        foldCount: Int, weights: [Double]? = nil, cores: Int = .max
    ) throws(GroupError) {
        guard groups.rowCount == matrix.rowCount else {
            throw .mismatch(rows: matrix.rowCount, described: groups.rowCount)
        }
        guard labels.count == matrix.rowCount else {
            throw .mismatch(rows: matrix.rowCount, described: labels.count)
        }
        precondition(folds.count == groups.count, "one fold for each group")
        precondition(
            foldCount >= 2 && folds.allSatisfy { $0 >= 0 && $0 < foldCount }, "folds count from zero")
        let used = Set(folds)
        if let empty = (0..<foldCount).first(where: { !used.contains($0) }) { throw .emptyFold(empty) }
        let all = LabelledRows(matrix: matrix, labels: labels, groups: groups, weights: weights)
        // Many groups are shared out within a fit, so that no core waits for the last fold; few would not be worth it.
        let isWide = groups.count >= Self.wide
        // Without each fold, and last of all with all of them.
        let fitted = try Parallel.map(
            Array(0...foldCount), atOnce: 1, cores: isWide ? 1 : cores
        ) { fold throws(GroupError) in
            try all.selecting { folds[groups.groupOfRow[$0]] != fold }.rows.fit(method, cores: isWide ? cores : 1)
        }
        foldValues = Array(fitted.dropLast())
        values = fitted[foldCount]
        var predicted = [Double](repeating: 0, count: matrix.values.count)
        for fold in 0..<foldCount {
            let own = all.selecting { folds[groups.groupOfRow[$0]] == fold }
            let part = try method.predictions(
                of: own.rows.matrix, groups: own.rows.groups, values: foldValues[fold], cores: cores)
            for (index, row) in own.indices.enumerated() {
                for label in 0..<matrix.classCount {
                    predicted[row * matrix.classCount + label] = part.values[index * matrix.classCount + label]
                }
            }
        }
        predictions = ProbabilityMatrix(trusted: predicted, classCount: matrix.classCount)
        loss = LogLoss.mean(predictions, labels: labels, weights: weights)
        lossBefore = LogLoss.mean(matrix, labels: labels, weights: weights)
    }

    /// Groups from which on one fit is work enough for several cores.
    private static let wide = 8_192
}

/// Rows with all that a fit needs of them.
private struct LabelledRows: Sendable {
    let matrix: ProbabilityMatrix
    let labels: [Int]
    let groups: RowGrouping
    let weights: [Double]?

    /// The rows that `isIncluded`, and their indices.
    func selecting(where isIncluded: (Int) -> Bool) -> (rows: LabelledRows, indices: [Int]) {
        let indices = labels.indices.filter(isIncluded)
        let rows = LabelledRows(
            matrix: matrix.selecting(rows: indices), labels: indices.map { labels[$0] },
            groups: RowGrouping(ids: indices.map { groups.groupOfRow[$0] }),
            weights: weights.map { weights in indices.map { weights[$0] } })
        return (rows, indices)
    }

    /// The rows of some groups.
    private func part(_ range: Range<Int>) -> LabelledRows {
        let (rows, own) = groups.part(range)
        return LabelledRows(
            matrix: matrix.selecting(rows: rows), labels: rows.map { labels[$0] }, groups: own,
            weights: weights.map { weights in rows.map { weights[$0] } })
    }

    /// Sums of loss and weight, in nats.
    private func loss(of predicted: ProbabilityMatrix) -> (loss: Double, weight: Double) {
        guard let weights else {
            let rows = labels.indices
            return (LogLoss.sum(predicted, labels: labels, rows: rows, floor: LogLoss.floor), Double(rows.count))
        }
        let losses = LogLoss.perRow(predicted, labels: labels)
        return (zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 }, weights.reduce(0, +))
    }

    /// The coefficients with the lowest mean log loss. The rows are cut into pieces once, and predictions are scored piece by
    /// piece: all of them at once would be written to memory and read again for each number that is tried.
    func fit(_ method: some GroupMethod, cores: Int) throws(GroupError) -> [Double] {
        let pieces = Parallel.map(groups.count, inRangesOf: groupsOfPiece, cores: cores) {
            (rows: part($0), first: $0.lowerBound)
        }
        return try method.fit { values throws(GroupError) in
            let sums = try Parallel.map(pieces, atOnce: 1, cores: cores) { piece, first throws(GroupError) in
                do throws(GroupError) {
                    return piece.loss(
                        of: try method.predictions(of: piece.matrix, groups: piece.groups, values: values))
                } catch {
                    throw error.counting(from: first)
                }
            }
            return sums.reduce(0) { $0 + $1.loss } / sums.reduce(0) { $0 + $1.weight }
        }
    }
}
