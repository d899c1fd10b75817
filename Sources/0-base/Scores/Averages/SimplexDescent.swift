// How weights are found: on the simplex, by the slope of a convex loss, or by greedy selection. Knows no folds and no files.

internal import Arithmetic

/// Exponentiated gradient with a step that grows and backs off. The losses here are convex, so the gap bounds the error.
struct SimplexDescent {
    let count: Int
    /// The mean loss and its gradient by weight.
    let evaluate: ([Double]) -> (Double, [Double])

    private static let gap = 1e-8
    private static let steps = 5_000

    func weights() throws(CancellationError) -> [Double] {
        var weights = [Double](repeating: 1 / Double(count), count: count)
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
}

/// The squared error of a mean of numbers, each column's over its variance, by the products of the members' errors: weights sum to 1,
/// so that the error of a mean is the mean of errors.
struct SquaresFit {
    /// Members by members.
    private var products: [[Double]]

    init(members: AveragingMembers, truths: [Double], rowWeights: [Double]) {
        let (count, width) = (members.count, members.classes)
        products = [[Double]](repeating: [Double](repeating: 0, count: count), count: count)
        let total = rowWeights.reduce(0, +)
        for column in 0..<width {
            let cells = (0..<members.rowCount).map { $0 * width + column }
            let mean = zip(cells, rowWeights).reduce(0) { $0 + $1.1 * truths[$1.0] } / total
            let spread = zip(cells, rowWeights).reduce(0) {
                $0 + $1.1 * (truths[$1.0] - mean) * (truths[$1.0] - mean)
            }
            // Of a constant column rounding leaves a little; its errors count as they are.
            let isConstant = (spread / total).squareRoot() <= 1e-12 * max(1, abs(mean))
            let scale = 1 / ((isConstant ? total : spread) * Double(width))
            for (row, cell) in cells.enumerated() where rowWeights[row] > 0 {
                let errors = members.values.map { $0[cell] - truths[cell] }
                for left in 0..<count {
                    for right in 0...left {
                        products[left][right] += scale * rowWeights[row] * errors[left] * errors[right]
                    }
                }
            }
        }
        for left in 0..<count { for right in 0..<left { products[right][left] = products[left][right] } }
    }

    func evaluate(_ weights: [Double]) -> (Double, [Double]) {
        let own = products.map { row in zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } }
        return (zip(own, weights).reduce(0) { $0 + $1.0 * $1.1 }, own.map { 2 * $0 })
    }
}

/// The log loss of a mean of probabilities, in the scales in which it is convex.
struct SimplexFit {
    let members: AveragingMembers
    let labels: [Int]
    /// Sum 1.
    let share: [Double]

    init(members: AveragingMembers, labels: [Int], rowWeights: [Double]) {
        precondition(members.scale == .probabilities || members.scale == .geometric, "a convex scale")
        self.members = members
        self.labels = labels
        let total = rowWeights.reduce(0, +)
        share = rowWeights.map { $0 / total }
    }

    /// The mean loss and its gradient by weight.
    func evaluate(_ weights: [Double]) -> (Double, [Double]) {
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
struct GreedySelection {
    let members: AveragingMembers
    let truth: AveragingTruth
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
                let loss = truth.cost(members, counts, rowWeights: rowWeights)
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
