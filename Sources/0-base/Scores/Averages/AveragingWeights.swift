// The weights of an average, fitted on labelled rows: on the simplex, or by greedy selection. Knows no files.

internal import Arithmetic

/// How the weights of an average are fitted.
package enum AveragingFit: String, CaseIterable, Sendable {
    /// The weights of at least 0 and sum 1 with the least log loss; for the scales `probabilities` and `geometric`.
    case simplex
    /// Caruana's ensemble selection with replacement: the member that helps most is added, again and again.
    case greedy

    /// The weights for some labelled rows.
    ///
    /// Throws where the work is cancelled.
    package func weights(
        of members: AveragingMembers, labels: [Int], rowWeights: [Double]?
    ) throws(CancellationError) -> [Double] {
        let rowWeights = rowWeights ?? [Double](repeating: 1, count: labels.count)
        switch self {
        case .simplex: return try SimplexFit(members: members, labels: labels, rowWeights: rowWeights).weights()
        case .greedy: return try GreedySelection(members: members, labels: labels, rowWeights: rowWeights).weights()
        }
    }
}

/// Fitted weights and their honest score: each fold's rows are averaged with weights from the other folds.
package struct AveragingCrossFit: Sendable {
    /// Fitted without each fold.
    package let foldWeights: [[Double]]
    /// Fitted on all rows; for the test alone.
    package let weights: [Double]
    package let predictions: ProbabilityMatrix

    /// Folds count from 0, one for each row, none of `foldCount` empty (a precondition). Throws where the work is cancelled.
    package init(
        _ members: AveragingMembers, fit: AveragingFit, labels: [Int], rowWeights: [Double]?, folds: [Int],
        foldCount: Int
    ) throws(CancellationError) {
        precondition(
            folds.count == members.rowCount && labels.count == members.rowCount, "a fold and a label for each row")
        var values = [Double](repeating: 0, count: members.rowCount * members.classes)
        var foldWeights: [[Double]] = []
        for fold in 0..<foldCount {
            let others = folds.indices.filter { folds[$0] != fold }
            let own = folds.indices.filter { folds[$0] == fold }
            precondition(!own.isEmpty && !others.isEmpty, "no fold is empty")
            let fitted = try fit.weights(
                of: members.selecting(others), labels: others.map { labels[$0] },
                rowWeights: rowWeights.map { weights in others.map { weights[$0] } })
            foldWeights.append(fitted)
            let mean = members.selecting(own).mean(weights: fitted)
            for (index, row) in own.enumerated() {
                values.replaceSubrange(row * members.classes..<(row + 1) * members.classes, with: mean[row: index])
            }
        }
        self.foldWeights = foldWeights
        weights = try fit.weights(of: members, labels: labels, rowWeights: rowWeights)
        predictions = ProbabilityMatrix(trusted: values, classCount: members.classes)
    }
}

/// Exponentiated gradient with a step that grows and backs off. Both scales make a convex loss, so the gap bounds the error.
private struct SimplexFit {
    let members: AveragingMembers
    let labels: [Int]
    /// Sum 1.
    let share: [Double]

    private static let gap = 1e-8
    private static let steps = 5_000

    init(members: AveragingMembers, labels: [Int], rowWeights: [Double]) {
        precondition(members.scale == .probabilities || members.scale == .geometric, "a convex scale")
        self.members = members
        self.labels = labels
        let total = rowWeights.reduce(0, +)
        share = rowWeights.map { $0 / total }
    }

    func weights() throws(CancellationError) -> [Double] {
        var weights = [Double](repeating: 1 / Double(members.count), count: members.count)
        var (loss, gradient) = evaluate(weights)
        var rate = 1.0
        for _ in 0..<Self.steps {
            if Cancellation.isRequested { throw CancellationError() }
            let least = gradient.min() ?? 0
            if zip(weights, gradient).reduce(0, { $0 + $1.0 * ($1.1 - least) }) <= Self.gap { break }
            var next = zip(weights, gradient).map { $0 * Elementary.exponential(-rate * ($1 - least)) }
            let total = next.reduce(0, +)
            // A member that was given up must be able to come back.
            next = next.map { max($0 / total, 1e-12) }
            let (nextLoss, nextGradient) = evaluate(next)
            if nextLoss <= loss {
                (weights, loss, gradient) = (next, nextLoss, nextGradient)
                rate = min(rate * 1.5, 1e6)
            } else {
                rate /= 3
                if rate < 1e-12 { break }
            }
        }
        let kept = weights.map { $0 < 1e-9 ? 0 : $0 }
        let total = kept.reduce(0, +)
        return kept.map { $0 / total }
    }

    /// The mean loss and its gradient by weight.
    private func evaluate(_ weights: [Double]) -> (Double, [Double]) {
        members.scale == .geometric ? geometric(weights) : linear(weights)
    }

    private func linear(_ weights: [Double]) -> (Double, [Double]) {
        var loss = 0.0
        var gradient = [Double](repeating: 0, count: weights.count)
        for row in labels.indices {
            let index = row * members.classes + labels[row]
            var mixed = 0.0
            for (weight, member) in zip(weights, members.values) { mixed += weight * member[index] }
            mixed = max(mixed, LogLoss.floor)
            loss -= share[row] * Elementary.logarithm(mixed)
            for number in gradient.indices { gradient[number] -= share[row] * members.values[number][index] / mixed }
        }
        return (loss, gradient)
    }

    private func geometric(_ weights: [Double]) -> (Double, [Double]) {
        let classes = members.classes
        var loss = 0.0
        var gradient = [Double](repeating: 0, count: weights.count)
        var logits = [Double](repeating: 0, count: classes)
        for row in labels.indices {
            let start = row * classes
            for label in 0..<classes {
                logits[label] = zip(weights, members.values).reduce(0) { $0 + $1.0 * $1.1[start + label] }
            }
            let top = logits.max() ?? 0
            let powers = logits.map { Elementary.exponential($0 - top) }
            let sum = powers.reduce(0, +)
            loss -= share[row] * (logits[labels[row]] - top - Elementary.logarithm(sum))
            for (number, member) in members.values.enumerated() {
                let expected = (0..<classes).reduce(0) { $0 + powers[$1] / sum * member[start + $1] }
                gradient[number] -= share[row] * (member[start + labels[row]] - expected)
            }
        }
        return (loss, gradient)
    }
}

/// Ensemble selection from libraries of models (Caruana and others, 2004), with replacement.
private struct GreedySelection {
    let members: AveragingMembers
    let labels: [Int]
    let rowWeights: [Double]

    /// Members chosen, at most.
    private static let turns = 50

    /// The shares of the members in the best selection on the way; the first of equals.
    func weights() throws(CancellationError) -> [Double] {
        var counts = [Double](repeating: 0, count: members.count)
        var best = (loss: Double.infinity, counts: counts)
        for _ in 0..<Self.turns {
            var turn = (loss: Double.infinity, member: 0)
            for member in counts.indices {
                if Cancellation.isRequested { throw CancellationError() }
                counts[member] += 1
                let loss = LogLoss.mean(members.mean(weights: counts), labels: labels, weights: rowWeights)
                counts[member] -= 1
                if loss < turn.loss { turn = (loss, member) }
            }
            counts[turn.member] += 1
            if turn.loss < best.loss { best = (turn.loss, counts) }
        }
        let total = best.counts.reduce(0, +)
        guard total > 0 else { return counts.map { _ in 1 / Double(counts.count) } }
        return best.counts.map { $0 / total }
    }
}
