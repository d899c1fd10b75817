// What each stage after the models gave: an average or learner beside the best of its parts, an optimized result beside what it
// optimizes, a round of pseudo-labels beside the first pass. Knows scores alone.

internal import Arithmetic
internal import Scores
internal import Statistics

/// The paired difference of a result and what it is to be compared with.
package struct StageEffect: Sendable {
    package enum Kind: Sendable {
        /// Beside its only part, or the best of several.
        case part, bestPart
        /// Beside the same entry before any pseudo-labels.
        case firstPass
    }

    package let kind: Kind
    package let against: String
    /// What it is ranked by: its score, over the rows whose label could be learnt.
    package let before: Double
    /// Improvement in the score over the rows whose label could be learnt, which mostly are all: positive where the result is better.
    package let difference: Double
    /// Of 95 %, by groups; nil where the two cannot be paired row by row.
    package let interval: ClosedRange<Double>?

    /// The effects by the results' names. What has nothing to be compared with, and no score, is not in it.
    static func all(of scores: [Score], _ known: KnownComparisons) -> [String: StageEffect] {
        let byName = Dictionary(scores.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let found = Parallel.map(scores) { score in
            StageEffect(of: score, among: byName, known).map { (score.name, $0) }
        }
        return Dictionary(found.compactMap { $0 }, uniquingKeysWith: { first, _ in first })
    }

    private init?(of score: Score, among scores: [String: Score], _ known: KnownComparisons) {
        let names = score.round > 0 ? [score.entry] : score.parts
        let others = names.compactMap { scores[$0] }.filter { $0.evaluation != nil }
        guard let own = score.evaluation,
            let other = others.min(by: { $0.evaluation!.cost < $1.evaluation!.cost }),
            let before = other.evaluation, score.basis?.isComparable(with: other.basis) ?? false,
            before.covered == own.covered,
            before.metric.name == own.metric.name
        else { return nil }
        kind = score.round > 0 ? .firstPass : others.count > 1 ? .bestPart : .part
        against = other.name
        self.before = before.ranked
        difference = before.cost - own.cost
        // Averages of seeds are compared: they are what the next stage gets.
        let pairing = Pairing(
            baseline: before, variant: own, smallestEffect: nil, ofAverages: true, known: known)
        interval = pairing.comparison?.interval
    }
}
