// The weights of an average, fitted on labelled rows: on the simplex, or by greedy selection. Knows no files.

internal import Arithmetic

/// What is true of the rows that weights are fitted on, and what they are to be good at.
package enum AveragingTruth: Sendable {
    /// Of probabilities the true classes; weights are to have the least log loss.
    case labels([Int])
    /// Of numbers the true ones, row-major; chosen members are to score best by the metric.
    case numbers([Double], metric: any Metric)

    /// Some of the rows, each of `width` numbers.
    func selecting(_ rows: [Int], width: Int) -> AveragingTruth {
        switch self {
        case .labels(let labels): .labels(rows.map { labels[$0] })
        case .numbers(let numbers, let metric):
            .numbers(rows.flatMap { numbers[$0 * width..<($0 + 1) * width] }, metric: metric)
        }
    }

    /// What a weighted mean of the members costs: the lower the better.
    func cost(_ members: AveragingMembers, _ weights: [Double], rowWeights: [Double]) -> Double {
        switch self {
        case .labels(let labels):
            return LogLoss.mean(members.mean(weights: weights), labels: labels, weights: rowWeights)
        case .numbers(let truths, let metric):
            let rows = NumberRows(width: members.classes, truths: truths, values: members.values(weights: weights))
            let value = metric.direction.cost(metric.value(over: ScoredRows(rows), weights: rowWeights))
            // A mean that is the same for all rows has no correlation: nothing is worse.
            return value.isNaN ? .infinity : value
        }
    }
}

/// How the weights of an average are fitted.
package enum AveragingFit: String, CaseIterable, Sendable {
    /// The weights of at least 0 and sum 1 with the least log loss, for the scales `probabilities` and `geometric`; of numbers with the
    /// least squared error, each column's over its variance.
    case simplex
    /// Caruana's ensemble selection with replacement: the member that helps most is added, again and again.
    case greedy

    /// The weights for some labelled rows.
    ///
    /// Throws where the work is cancelled.
    package func weights(
        of members: AveragingMembers, labels: [Int], rowWeights: [Double]?
    ) throws(CancellationError) -> [Double] {
        try weights(of: members, .labels(labels), rowWeights: rowWeights)
    }

    /// The weights for some rows of which the truth is known. Throws where the work is cancelled.
    package func weights(
        of members: AveragingMembers, _ truth: AveragingTruth, rowWeights: [Double]?
    ) throws(CancellationError) -> [Double] {
        let rowWeights = rowWeights ?? [Double](repeating: 1, count: members.rowCount)
        switch (self, truth) {
        case (.simplex, .labels(let labels)):
            let fit = SimplexFit(members: members, labels: labels, rowWeights: rowWeights)
            return try SimplexDescent(count: members.count, evaluate: fit.evaluate).weights()
        case (.simplex, .numbers(let truths, _)):
            let fit = SquaresFit(members: members, truths: truths, rowWeights: rowWeights)
            return try SimplexDescent(count: members.count, evaluate: fit.evaluate).weights()
        case (.greedy, _):
            return try GreedySelection(members: members, truth: truth, rowWeights: rowWeights).weights()
        }
    }
}

/// Fitted weights and their honest score: each fold's rows are averaged with weights from the other folds.
package struct AveragingCrossFit: Sendable {
    /// Fitted without each fold.
    package let foldWeights: [[Double]]
    /// Fitted on all rows; for the test alone.
    package let weights: [Double]
    /// Row-major.
    package let values: [Double]
    private let width: Int
    /// The values as probabilities, where they are.
    package var predictions: ProbabilityMatrix { ProbabilityMatrix(trusted: values, classCount: width) }

    /// With true classes.
    package init(
        _ members: AveragingMembers, fit: AveragingFit, labels: [Int], rowWeights: [Double]?, folds: [Int],
        foldCount: Int
    ) throws(CancellationError) {
        try self.init(
            members, fit: fit, .labels(labels), rowWeights: rowWeights, folds: folds, foldCount: foldCount)
    }

    /// Folds count from 0, one for each row, none of `foldCount` empty (a precondition). Throws where the work is cancelled.
    package init(
        _ members: AveragingMembers, fit: AveragingFit, _ truth: AveragingTruth, rowWeights: [Double]?,
        folds: [Int], foldCount: Int
    ) throws(CancellationError) {
        precondition(folds.count == members.rowCount, "a fold for each row")
        var values = [Double](repeating: 0, count: members.rowCount * members.classes)
        var foldWeights: [[Double]] = []
        for fold in 0..<foldCount {
            let others = folds.indices.filter { folds[$0] != fold }
            let own = folds.indices.filter { folds[$0] == fold }
            precondition(!own.isEmpty && !others.isEmpty, "no fold is empty")
            let fitted = try fit.weights(
                of: members.selecting(others), truth.selecting(others, width: members.classes),
                rowWeights: rowWeights.map { weights in others.map { weights[$0] } })
            foldWeights.append(fitted)
            let (mean, width) = (members.selecting(own).values(weights: fitted), members.classes)
            for (index, row) in own.enumerated() {
                values.replaceSubrange(row * width..<(row + 1) * width, with: mean[index * width..<(index + 1) * width])
            }
        }
        self.foldWeights = foldWeights
        weights = try fit.weights(of: members, truth, rowWeights: rowWeights)
        (self.values, width) = (values, members.classes)
    }
}
