// What models add to each other: what an average would be without each of its members, and what averages there could be. From
// recorded losses alone: the probability of a row's true class is the exponential of minus its loss.

internal import Glibc
internal import Scores
package import Statistics

/// What one member adds to an average of probabilities.
package struct Contribution: Sendable {
    package let ensemble: String
    package let member: String
    /// Log loss without it less log loss with it: positive where the member is worth having.
    package let difference: Double
    package let interval: ClosedRange<Double>

    /// What its interval says, as a verdict would.
    package var outcome: Verdict.Outcome {
        interval.lowerBound > 0 ? .helps : interval.upperBound < 0 ? .hurts : .unresolved
    }

    /// The contributions of all members of all averages whose score their members' losses explain. An average with weights, or
    /// of another kind of mean, is passed over.
    static func all(of scores: [Score], _ known: KnownComparisons) -> [Contribution] {
        scores.flatMap { score -> [Contribution] in
            // The numbers are log losses: of a recipe that is judged by another metric they would answer another question.
            guard score.isAverage, score.parts.count > 1, let own = score.evaluation, own.metric is LogLoss
            else { return [] }
            let parts = score.parts.compactMap { name in scores.first { $0.name == name } }
            let members = parts.compactMap(TrueProbabilities.init)
            guard members.count == score.parts.count, let first = members.first,
                parts.allSatisfy({ $0.evaluation?.covered == own.covered }),
                members.allSatisfy({ $0.values.count == first.values.count && $0.counts == first.counts }),
                own.groups.count == first.values.count, own.weights != .lost,
                own.counts?.contains(where: { $0 > 0 }) ?? true,
                abs(TrueProbabilities.loss(of: members) - own.ranked) < 1e-4
            else { return [] }
            let with = TrueProbabilities.losses(of: members)
            return zip(score.parts, members.indices).map { name, index in
                let key = KnownComparisons.key(
                    "contribution of \(index)", of: [own.identity] + parts.map { $0.evaluation?.identity })
                let found = known.interval(key) {
                    var rest = members
                    rest.remove(at: index)
                    let differences = zip(TrueProbabilities.losses(of: rest), with).map { $0 - $1 }
                    return PairedLosses(
                        differences: [differences], groups: own.groups,
                        folds: [Int](repeating: 0, count: differences.count),
                        weights: own.counts
                    ).bootstrap(resamples: 2_000)
                }
                return Contribution(
                    ensemble: score.name, member: name, difference: found.mean, interval: found.interval)
            }
        }
    }
}

/// An average that nobody asked for yet, scored from the recorded losses of its two members.
struct PossibleAverage: Sendable {
    let members: [String]
    let logLoss: Double
    /// How much better it is than the better of the two.
    let gain: Double

    /// Smaller gains are not worth an entry.
    private static let least = 0.002
    /// Every pair is tried; of more models only the best.
    private static let most = 12

    /// Pairs of models that no entry averages yet, the best first.
    static func all(of scores: [Score]) -> [PossibleAverage] {
        // An entry of the stack stands in every round; what pairs do in the first pass decides.
        let models = scores.filter {
            $0.isModel && $0.round == 0 && $0.evaluation != nil && TrueProbabilities($0) != nil
        }
        .sorted { $0.evaluation!.cost < $1.evaluation!.cost }.prefix(most)
        let known = scores.filter { !$0.isModel }.map { Set($0.parts) }
        var found: [PossibleAverage] = []
        for (index, left) in models.enumerated() {
            for right in models.dropFirst(index + 1)
            where !known.contains(where: { $0.contains(left.name) && $0.contains(right.name) })
                && left.evaluation!.groups == right.evaluation!.groups
                && left.evaluation!.folds == right.evaluation!.folds
                && left.evaluation!.covered == right.evaluation!.covered
                && left.evaluation!.counts == right.evaluation!.counts
            {
                let loss = TrueProbabilities.loss(of: [left, right].compactMap(TrueProbabilities.init))
                let gain = min(left.evaluation!.ranked, right.evaluation!.ranked) - loss
                guard gain >= least else { continue }
                found.append(PossibleAverage(members: [left.name, right.name], logLoss: loss, gain: gain))
            }
        }
        return found.sorted { ($0.logLoss, $0.members[0]) < ($1.logLoss, $1.members[0]) }
    }
}

/// The probability that each row's true class was given.
private struct TrueProbabilities {
    let values: [Double]
    /// What each row counts; nil where all count alike.
    let counts: [Double]?

    /// Nil where there are no losses by row, and where their mean is not the score: the rows' weights are then not known.
    init?(_ score: Score) {
        guard let evaluation = score.evaluation, let losses = evaluation.losses["average"], !losses.isEmpty,
            let mean = evaluation.mean(losses), evaluation.metric is LogLoss, evaluation.numbers.isEmpty,
            abs(mean - evaluation.ranked) < 1e-9
        else { return nil }
        values = losses.map { exp(-$0) }
        counts = evaluation.counts
    }

    static func losses(of members: [TrueProbabilities]) -> [Double] {
        guard let first = members.first else { return [] }
        return first.values.indices.map { row in
            -log(max(1e-15, members.reduce(0) { $0 + $1.values[row] } / Double(members.count)))
        }
    }

    static func loss(of members: [TrueProbabilities]) -> Double {
        let losses = losses(of: members)
        guard let counts = members.first?.counts else { return losses.reduce(0, +) / Double(max(losses.count, 1)) }
        return zip(losses, counts).reduce(0) { $0 + $1.0 * $1.1 } / counts.reduce(0, +)
    }
}
