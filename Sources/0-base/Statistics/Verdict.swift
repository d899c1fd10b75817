// What may be said of an ablation's difference. Knows numbers only: no models, no metrics, no sentences.

/// What is known of one variant against its baseline, before a verdict.
package struct Comparison: Equatable, Sendable {
    /// The improvement of the variant in the metric: positive where it is better (baseline loss - variant loss).
    package var difference: Double
    /// The group x seed bootstrap interval of ``difference``, at 95 %.
    package var interval: ClosedRange<Double>
    /// The 90 % interval that is held against ``smallestEffect``.
    package var equivalenceInterval: ClosedRange<Double>
    /// The test of ``difference``; nil where there are too few folds, groups or seeds for one.
    package var test: PairedTest?
    /// The smallest difference worth having, positive; nil where the recipe declares none.
    package var smallestEffect: Double?

    /// The parts as they are; see the properties.
    package init(
        difference: Double, interval: ClosedRange<Double>, equivalenceInterval: ClosedRange<Double>,
        test: PairedTest?, smallestEffect: Double?
    ) {
        self.difference = difference
        self.interval = interval
        self.equivalenceInterval = equivalenceInterval
        self.test = test
        self.smallestEffect = smallestEffect
    }

    /// The comparison of a bootstrap and a test of the same differences, improvements positive.
    ///
    /// Equivalence is judged by the wider of both 90 % intervals on each side, since the bootstrap's is too narrow.
    package init(bootstrap: PairedBootstrap, test: PairedTest?, smallestEffect: Double?) {
        let narrow = bootstrap.interval(level: 0.9)
        let corrected = test?.interval(level: 0.9) ?? narrow
        self.init(
            difference: bootstrap.mean, interval: bootstrap.interval(level: 0.95),
            equivalenceInterval: min(
                narrow.lowerBound, corrected.lowerBound)...max(
                    narrow.upperBound, corrected.upperBound),
            test: test, smallestEffect: smallestEffect)
    }
}

/// What may be said of one comparison among all those of its question.
package struct Verdict: Equatable, Sendable {
    /// The five things a verdict can be.
    package enum Outcome: String, Equatable, Sendable {
        /// The test (after Holm) and the bootstrap interval agree that the variant is better.
        case helps
        /// They agree that it is worse.
        case hurts
        /// Only one of them says so; ``Verdict/difference`` says in which direction.
        case leaning
        /// Neither does, and the 90 % interval lies within the smallest effect.
        case equivalent
        /// None of these: the comparison was too small to tell.
        case unresolved
    }

    /// The verdict itself.
    package let outcome: Outcome
    /// The improvement; positive where the variant is better.
    package let difference: Double
    /// The 95 % bootstrap interval of ``difference``.
    package let interval: ClosedRange<Double>
    /// The test's two-sided p-value; nil without a test.
    package let pValue: Double?
    /// ``pValue`` after Holm over the comparisons judged together; nil without a test.
    package let adjusted: Double?
    /// The difference this layout finds with power .8, at alpha over the number of comparisons (the hardest step of
    /// Holm); nil without a test.
    package let minimumDetectableEffect: Double?
    /// Seeds to add so that the difference seen, or the smallest effect if larger, is found with power .8; 0 where there are enough.
    /// Nil without a test, where no number up to 100 would do, since other rows would change more than that, and with one seed.
    package let furtherSeeds: Int?
    /// Groups of rows to add, under these seeds, for the same; 0 where there are enough. Nil without a test, where not even a thousand
    /// times as many would do, and with one seed.
    package let furtherGroups: Int?
    /// The test; nil where there is none.
    package let test: PairedTest?
    /// Number of comparisons adjusted for.
    package let comparisons: Int

    /// The verdicts on the comparisons of one question, in their order.
    ///
    /// *Helps* and *hurts* need both the adjusted p-value <= `alpha` and an interval without 0, on the same side.
    /// One of them alone is *leaning*; two that contradict each other count as none. Then *equivalent*, where the
    /// 90 % interval lies inside the smallest effect (ends excluded); else *unresolved*.
    package static func judge(_ comparisons: [Comparison], alpha: Double = 0.05) -> [Verdict] {
        let tested = comparisons.compactMap { $0.test?.pValue }
        var remaining = HolmAdjustment.adjusted(tested)[...]
        return comparisons.map { comparison in
            let adjusted = comparison.test == nil ? nil : remaining.popFirst()
            return Verdict(comparison, adjusted: adjusted, count: tested.count, alpha: alpha)
        }
    }

    private init(_ comparison: Comparison, adjusted: Double?, count: Int, alpha: Double) {
        outcome = Self.outcome(comparison, adjusted: adjusted, alpha: alpha)
        difference = comparison.difference
        interval = comparison.interval
        test = comparison.test
        pValue = comparison.test?.pValue
        self.adjusted = adjusted
        comparisons = count
        let level = alpha / Double(max(count, 1))
        minimumDetectableEffect = comparison.test?.minimumDetectableEffect(alpha: level)
        let effect = max(abs(comparison.difference), comparison.smallestEffect ?? 0)
        furtherSeeds = comparison.test.flatMap { test in
            test.seedsNeeded(toDetect: effect, alpha: level).map { $0 - test.seeds }
        }
        furtherGroups = comparison.test.flatMap { test in
            test.groupsNeeded(toDetect: effect, alpha: level).map { $0 - test.groups }
        }
    }

    private static func outcome(_ comparison: Comparison, adjusted: Double?, alpha: Double) -> Outcome {
        let tested = adjusted.map { $0 <= alpha } ?? false
        let testSign = tested ? sign(comparison.test?.mean ?? 0) : 0
        let interval = comparison.interval
        let intervalSign = interval.lowerBound > 0 ? 1 : interval.upperBound < 0 ? -1 : 0
        switch testSign + intervalSign {
        case 2: return .helps
        case -2: return .hurts
        case 1, -1: return .leaning
        default: break
        }
        if let smallest = comparison.smallestEffect, comparison.equivalenceInterval.lowerBound > -smallest,
            comparison.equivalenceInterval.upperBound < smallest
        {
            return .equivalent
        }
        return .unresolved
    }

    private static func sign(_ value: Double) -> Int { value > 0 ? 1 : value < 0 ? -1 : 0 }
}
