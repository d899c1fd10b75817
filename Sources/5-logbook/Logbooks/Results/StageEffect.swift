// What each stage after the models gave: an average or learner beside the best of its parts, an optimized result beside what it
// optimizes, a round of pseudo-labels beside the first pass. Knows scores alone.

internal import Arithmetic
internal import Statistics
internal import Words

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
    /// What it is ranked by: its log loss, over the rows whose label could be learnt.
    package let before: Double
    /// Improvement in log loss over the rows whose label could be learnt, which mostly are all: positive where the result is better.
    package let difference: Double
    /// Of 95 %, by groups; nil where the two cannot be paired row by row.
    package let interval: ClosedRange<Double>?

    package var differenceText: String { Format.signed(difference, 4) }
    package var intervalText: String? { interval.map(Format.interval) }

    /// `improves on the best of its parts, tiny (0.8847) by +0.0956 [+0.0811, +0.1104]`.
    package var clause: String {
        let other =
            switch kind {
            case .part: against
            case .bestPart: "the best of its parts, \(against)"
            case .firstPass: "\(against) without pseudo-labels"
            }
        let named = "\(other) (\(Format.decimal(before, 4)))"
        // No line breaks within the interval.
        let numbers = [differenceText, intervalText?.replacing(" ", with: "\u{a0}")].compactMap { $0 }.joined(
            separator: " ")
        if let interval, interval.contains(0) { return "cannot be told from \(named): \(numbers)" }
        return difference < 0 ? "is worse than \(named): \(numbers)" : "improves on \(named) by \(numbers)"
    }

    /// The effects by the results' names. What has nothing to be compared with, and no score, is not in it.
    static func all(of scores: [Score]) -> [String: StageEffect] {
        let byName = Dictionary(scores.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let draws = Pairing.draws
        let found = Parallel.map(scores) { score in
            StageEffect(of: score, among: byName, draws).map { (score.name, $0) }
        }
        return Dictionary(found.compactMap { $0 }, uniquingKeysWith: { first, _ in first })
    }

    private init?(of score: Score, among scores: [String: Score], _ draws: BootstrapDrawsCache) {
        let names = score.round > 0 ? [score.entry] : score.parts
        let others = names.compactMap { scores[$0] }.filter { $0.evaluation != nil }
        guard let own = score.evaluation,
            let other = others.min(by: { $0.evaluation!.rankedLoss < $1.evaluation!.rankedLoss }),
            let before = other.evaluation, score.basis == other.basis
        else { return nil }
        kind = score.round > 0 ? .firstPass : others.count > 1 ? .bestPart : .part
        against = other.name
        self.before = before.rankedLoss
        difference = before.rankedLoss - own.rankedLoss
        // Averages of seeds are compared: they are what the next stage gets.
        let pairing = Pairing(
            baseline: before, variant: own, smallestEffect: nil, ofAverages: true, draws: draws)
        interval = pairing.comparison?.interval
    }
}
