// Two evaluations of the same rows, paired: differences by group and seed, by fold and seed. Refuses what is not comparable.

internal import Arithmetic
internal import Plans
package import Scores
package import Statistics

/// The paired comparison of a variant with its baseline.
struct Pairing: Sendable {
    /// Nil where the two cannot be compared.
    let comparison: Comparison?
    /// Why they cannot; nil where they can.
    let refusal: ComparisonRefusal?

    /// By the baseline's first metric; improvements are positive.
    ///
    /// - Parameter ofAverages: whether seeds are not told apart even where both have the same.
    init(
        baseline: Evaluation, variant: Evaluation, smallestEffect: Double?, ofAverages: Bool = false,
        known: KnownComparisons
    ) {
        guard let (baseline, variant) = Evaluation.overlap(baseline, variant) else {
            (comparison, refusal) = (nil, .noCommonRows)
            return
        }
        guard variant.metric.name == baseline.metric.name else {
            (comparison, refusal) = (nil, .otherMetric(baseline.metric.name, variant.metric.name))
            return
        }
        guard baseline.folds == variant.folds, baseline.foldsBySeed == variant.foldsBySeed,
            baseline.groups == variant.groups
        else {
            (comparison, refusal) = (nil, .otherRowsOrFolds)
            return
        }
        guard baseline.weights != .lost, variant.weights != .lost else {
            (comparison, refusal) = (nil, .lostWeights)
            return
        }
        guard baseline.weights == variant.weights else {
            (comparison, refusal) = (nil, .otherWeights)
            return
        }
        guard baseline.counts?.contains(where: { $0 > 0 }) ?? true else {
            (comparison, refusal) = (nil, .nothingLearnt)
            return
        }
        let seeds = ofAverages ? [] : baseline.seeds(sharedWith: variant)
        let names = seeds.isEmpty ? ["average"] : seeds.map { $0.isEmpty ? EvaluateStep.withoutSeed : $0 }
        let key = KnownComparisons.key(
            "\(baseline.metric.name) \(Self.resamples) \(names.joined(separator: " "))",
            of: [baseline.identity, variant.identity])
        var unread: (any Error)?
        let found = known.comparison(key, smallestEffect: smallestEffect) {
            let sides: [[ScoredRows]]
            do {
                sides = try [baseline, variant].map { side in try names.compactMap(side.rows) }
            } catch {
                unread = error
                return nil
            }
            guard !baseline.folds.isEmpty, baseline.groups.count == baseline.folds.count,
                sides.allSatisfy({ $0.count == names.count && $0.allSatisfy { $0.count == baseline.folds.count } })
            else { return nil }
            let folds = names.compactMap { baseline.foldsBySeed[$0] }
            return Self.compared(
                baseline, folds.count == names.count ? folds : nil, baseline.testToTrain ?? variant.testToTrain,
                sides[0], sides[1], smallestEffect, known.draws)
        }
        comparison = found
        refusal =
            found != nil
            ? nil
            : unread.map { .unreadable("\($0)") } ?? .notRecorded(metric: baseline.metric.name)
    }

    /// By the means of rows where the metric is one; else by the scores of groups drawn again.
    private static func compared(
        _ baseline: Evaluation, _ foldsBySeed: [[Int]]?, _ testToTrain: Double?, _ before: [ScoredRows],
        _ after: [ScoredRows],
        _ smallestEffect: Double?,
        _ draws: BootstrapDrawsCache
    ) -> Comparison? {
        guard let mean = baseline.metric as? any MeanMetric else {
            return PairedScores(
                metric: baseline.metric, baseline: before, variant: after, groups: baseline.groups,
                folds: baseline.folds, weights: baseline.counts, testToTrain: testToTrain, foldsBySeed: foldsBySeed
            ).comparison(smallestEffect: smallestEffect, resamples: resamples)
        }
        let differences = zip(before, after).map { before, after in
            zip(mean.perRow(before), mean.perRow(after)).map { mean.direction.improvement(from: $0, to: $1) }
        }
        return PairedLosses(
            differences: differences, groups: baseline.groups, folds: baseline.folds, weights: baseline.counts,
            testToTrain: testToTrain, foldsBySeed: foldsBySeed
        ).comparison(smallestEffect: smallestEffect, resamples: resamples, draws: draws)
    }

    /// Enough for two digits of a 95 % interval, and a few milliseconds.
    private static let resamples = 4_000

    /// What the comparisons of one recipe share.
    static var draws: BootstrapDrawsCache { PairedLosses.draws(resamples: resamples) }
}

/// A verdict with its numbers.
package struct ArmComparison: Sendable {
    /// What is compared.
    package let metric: any Metric
    /// Improvement in the metric; positive where the variant is better.
    package let difference: Double
    package let interval: ClosedRange<Double>
    /// After Holm; 1 where there is no test.
    package let p: Double
    /// How many comparisons p is adjusted for: those of the same question.
    package let family: Int
    package let outcome: Verdict.Outcome
    /// Seeds to add so that a difference of this size is found four times of five; nil where not even 100 would do, since other rows
    /// would change more than that, with one seed, which does not tell, and without a test.
    package let furtherSeeds: Int?
    /// Groups of rows to add for the same; nil where not even a thousand times as many would do, with one seed and without a test.
    package let furtherGroups: Int?
    /// The standard error of ``difference`` and its degrees of freedom; nil without a test.
    package let error: (standard: Double, degrees: Double)?
    /// The parts of the squared standard error: what other rows would change, and chance in training under these seeds; nil
    /// with one seed, which does not tell them apart, and without a test.
    package let variance: (rows: Double, seeds: Double)?
    /// The smallest difference that these folds and seeds find four times of five; nil without a test.
    package let detectable: Double?

    /// Whether there could be more seeds: a model without chance in its training has none.
    package let hasSeeds: Bool

    init(_ verdict: Verdict, metric: any Metric, hasSeeds: Bool) {
        (self.metric, self.hasSeeds) = (metric, hasSeeds)
        difference = verdict.difference
        interval = verdict.interval
        p = verdict.adjusted ?? 1
        family = max(1, verdict.comparisons)
        outcome = verdict.outcome
        furtherSeeds = hasSeeds ? verdict.furtherSeeds : nil
        furtherGroups = verdict.furtherGroups
        error = verdict.test.map { ($0.standardError, $0.degreesOfFreedom) }
        variance = verdict.test.flatMap { test in test.seed.map { (test.fixed, $0 / Double(test.seeds)) } }
        // Two folds have so little to go by that the estimate may be more than the metric can differ by.
        detectable = verdict.minimumDetectableEffect.flatMap { $0 <= metric.widestDifference ?? $0 ? $0 : nil }
    }

    /// The same two the other way round.
    private init(reversing other: ArmComparison) {
        (difference, interval) = (-other.difference, -other.interval.upperBound ... -other.interval.lowerBound)
        (p, family, detectable) = (other.p, other.family, other.detectable)
        (furtherSeeds, furtherGroups) = (other.furtherSeeds, other.furtherGroups)
        (error, variance) = (other.error, other.variance)
        (metric, hasSeeds) = (other.metric, other.hasSeeds)
        outcome =
            switch other.outcome {
            case .helps: .hurts
            case .hurts: .helps
            case .leaning, .equivalent, .unresolved: other.outcome
            }
    }

    var reversed: ArmComparison { ArmComparison(reversing: self) }

}

/// The arms of one question against its baseline, judged together: p-values are adjusted for each other and for no other question.
struct ArmComparisons {
    /// By the arm's place; the baseline and what cannot be compared have none.
    let found: [Int: ArmComparison]
    /// Why arms cannot be compared, each reason once.
    let refusals: [ComparisonRefusal]

    init(of arms: [Evaluation?], baseline: Int, smallestEffect: Double?, known: KnownComparisons) {
        let base = arms.indices.contains(baseline) ? arms[baseline] : nil
        let pairings = Parallel.map(Array(arms.enumerated())) { position, arm -> Pairing? in
            guard position != baseline, let base, let arm else { return nil }
            return Pairing(baseline: base, variant: arm, smallestEffect: smallestEffect, known: known)
        }
        let compared = pairings.indices.filter { pairings[$0]?.comparison != nil }
        let verdicts = Verdict.judge(compared.compactMap { pairings[$0]?.comparison })
        found = Dictionary(
            uniqueKeysWithValues: zip(compared, verdicts).map { position, verdict in
                (
                    position,
                    ArmComparison(
                        verdict, metric: arms[position]?.metric ?? LogLoss(),
                        hasSeeds: arms[position]?.hasSeeds ?? false)
                )
            })
        var seen: Set<ComparisonRefusal> = []
        refusals = pairings.compactMap { $0?.refusal }.filter { seen.insert($0).inserted }
    }
}
