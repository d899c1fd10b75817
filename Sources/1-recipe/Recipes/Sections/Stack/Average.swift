// The stack entry `average`: of what, in which scale, and with which weights.

internal import Diagnostics
internal import Digests
internal import Nodes

/// The scale in which probabilities are averaged.
package enum AverageMean: String, CaseIterable, Sendable { case probabilities, logits, geometric, rank }

/// The weights of an average's members.
package enum AverageWeights: Sendable, Hashable {
    case equal
    /// One for each member, in their order.
    case given([Double])
    /// On the simplex, fitted on out-of-fold predictions.
    case simplex
    /// Ensemble selection with replacement, on out-of-fold predictions.
    case greedy

    package var isFitted: Bool { self == .simplex || self == .greedy }

    private static let words: [(String, AverageWeights)] = [
        ("equal", .equal), ("simplex", .simplex), ("greedy", .greedy),
    ]
    private static let numbers = ValueShape<[Double]>.list(of: .number(0...1e6), unique: false)

    package static let shape = ValueShape<AverageWeights>(
        schema: ["anyOf": [["enum": .array(words.map { .string($0.0) })], numbers.schema]]
    ) { node, reading in
        if node.elements != nil { return numbers.decode(node, &reading).map { .given($0) } }
        if let word = words.first(where: { $0.0 == node.scalar?.text }) { return word.1 }
        reading.wrongType(node, wanted: "equal, simplex, greedy or a list of numbers such as [2, 1]")
        return nil
    } encode: { weights in
        if case .given(let values) = weights { return numbers.encode(values) }
        return .string(words.first { $0.1 == weights }?.0 ?? "")
    }

}

package struct Average: Sendable {
    package var members: [String] = []
    package var mean = AverageMean.probabilities
    package var weights = AverageWeights.equal

    /// Whether it is the plain mean of probabilities.
    package var isPlain: Bool { mean == .probabilities && weights == .equal }

    static let declaration = Declaration(
        "An average of predictions.", initial: { Average() },
        keys: [
            Key(
                "average", \.members, .list(of: .text()),
                "Models or entries whose probabilities are averaged."),
            Key(
                "mean", \.mean, .choice,
                "The scale of an average. probabilities: as they are; logits: each class's log-odds; geometric: logarithms; rank: each probability's rank among all rows of its class."
            ),
            Key(
                "weights", \.weights, AverageWeights.shape,
                "The weights of an average: equal; a list, one for each; simplex (those with the least log loss) or greedy (ensemble selection with replacement), both fitted on out-of-fold predictions and scored by cross-fitting."
            ),
        ])
}
