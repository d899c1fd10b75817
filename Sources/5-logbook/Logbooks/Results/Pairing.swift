// Two evaluations of the same rows, paired: differences by group and seed, by fold and seed. Refuses what is not comparable.

internal import Arithmetic
package import Statistics
internal import Words

/// The paired comparison of a variant with its baseline.
struct Pairing: Sendable {
    /// Nil where the two cannot be compared.
    let comparison: Comparison?
    /// Why they cannot; nil where they can.
    let refusal: String?

    /// Improvements are positive: the baseline's loss less the variant's.
    ///
    /// - Parameter ofAverages: whether seeds are not told apart even where both have the same.
    init(
        baseline: Evaluation, variant: Evaluation, smallestEffect: Double?, ofAverages: Bool = false,
        draws: BootstrapDrawsCache
    ) {
        var seeds = baseline.seeds.map(\.name)
        guard baseline.folds == variant.folds, baseline.groups == variant.groups else {
            (comparison, refusal) = (nil, "Not compared: the two were scored on different rows or folds.")
            return
        }
        guard baseline.weights != .lost, variant.weights != .lost else {
            (comparison, refusal) = (
                nil, "Not compared: the rows are not in the store any more, and with them what each of them weighs."
            )
            return
        }
        guard baseline.weights == variant.weights else {
            (comparison, refusal) = (nil, "Not compared: the rows of the two have other weights.")
            return
        }
        guard baseline.counts?.contains(where: { $0 > 0 }) ?? true else {
            (comparison, refusal) = (
                nil,
                "Not compared: every label stands in one fold alone, so that no model could learn one it is scored on."
            )
            return
        }
        // Stack entries have no seeds, and ensembles of different size have different ones: their averages are compared.
        if ofAverages || seeds.isEmpty || seeds != variant.seeds.map(\.name) { seeds = ["average"] }
        let differences = seeds.map { seed -> [Double] in
            let key = seed.isEmpty ? "all" : seed
            return zip(baseline.losses[key] ?? [], variant.losses[key] ?? []).map { $0 - $1 }
        }
        guard !baseline.folds.isEmpty, differences.allSatisfy({ $0.count == baseline.folds.count }),
            baseline.groups.count == baseline.folds.count
        else {
            (comparison, refusal) = (nil, "Not compared: losses of some rows are missing.")
            return
        }
        comparison = PairedLosses(
            differences: differences, groups: baseline.groups, folds: baseline.folds, weights: baseline.counts
        ).comparison(smallestEffect: smallestEffect, resamples: Self.resamples, draws: draws)
        refusal = nil
    }

    /// Enough for two digits of a 95 % interval, and a few milliseconds.
    private static let resamples = 4_000

    /// What the comparisons of one recipe share.
    static var draws: BootstrapDrawsCache { PairedLosses.draws(resamples: resamples) }
}

/// A verdict with its numbers, and in words.
package struct ArmComparison: Sendable {
    /// Improvement in log loss; positive where the variant is better.
    package let difference: Double
    package let interval: ClosedRange<Double>
    /// After Holm; 1 where there is no test.
    package let p: Double
    /// How many comparisons p is adjusted for: those of the same question.
    package let family: Int
    package let outcome: Verdict.Outcome
    /// Seeds that would find a difference of this size, by the test's estimate; nil where it gives none up to 100, which is no
    /// proof that there is none, and without a test.
    package let furtherSeeds: Int?
    /// The smallest difference that these folds and seeds find four times of five; nil without a test.
    package let detectable: Double?

    private let hasSeeds: Bool

    /// - Parameter hasSeeds: whether there could be more seeds: a model without chance in its training has none.
    init(_ verdict: Verdict, hasSeeds: Bool) {
        self.hasSeeds = hasSeeds
        difference = verdict.difference
        interval = verdict.interval
        p = verdict.adjusted ?? 1
        family = max(1, verdict.comparisons)
        outcome = verdict.outcome
        furtherSeeds = hasSeeds ? verdict.furtherSeeds : nil
        detectable = verdict.minimumDetectableEffect
    }

    /// The same two the other way round.
    private init(reversing other: ArmComparison) {
        (difference, interval) = (-other.difference, -other.interval.upperBound ... -other.interval.lowerBound)
        (p, family, furtherSeeds, detectable) = (other.p, other.family, other.furtherSeeds, other.detectable)
        hasSeeds = other.hasSeeds
        outcome =
            switch other.outcome {
            case .helps: .hurts
            case .hurts: .helps
            case .leaning, .equivalent, .unresolved: other.outcome
            }
    }

    var reversed: ArmComparison { ArmComparison(reversing: self) }

    package var differenceText: String { Format.signed(difference, 4) }
    package var intervalText: String { Format.interval(interval) }
    package var pText: String { p < 0.001 ? "< 0.001" : Format.decimal(p, 3) }

    /// `improves log loss by +0.0041 [+0.0009, +0.0072]: helps.`
    package var sentence: String {
        let numbers = "\(differenceText) \(intervalText)"
        switch outcome {
        case .helps: return "log loss improves by \(numbers): it helps."
        case .hurts: return "log loss gets worse, improvement \(numbers): it hurts."
        case .equivalent: return "\(numbers): equivalent, within the smallest effect that would matter."
        case .leaning, .unresolved:
            return "\(numbers): \(outcome.rawValue)" + (reach.map { "; \($0)" } ?? "") + "."
        }
    }

    /// What a comparison of this size can find; nil where it is settled, and without a test. It is no promise: more seeds find
    /// what is there, and a difference as large as the one seen may not be.
    private var reach: String? {
        guard outcome == .leaning || outcome == .unresolved, let detectable else { return nil }
        return
            "these folds\(hasSeeds ? " and seeds" : "") find a difference of \(Format.decimal(detectable, 4)) four times of five"
            + (furtherSeeds.map {
                $0 > 0 ? ", and by the test's estimate \(Format.count($0, "more seed")) one as large as seen" : ""
            }
                ?? "")
    }

    /// The same as a sentence of its own.
    var advice: String? { reach.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." } }
}

/// The arms of one question against its baseline, judged together: p-values are adjusted for each other and for no other question.
struct ArmComparisons {
    /// By the arm's place; the baseline and what cannot be compared have none.
    let found: [Int: ArmComparison]
    /// Why arms cannot be compared, each reason once.
    let refusals: [String]

    init(of arms: [Evaluation?], baseline: Int, smallestEffect: Double?, draws: BootstrapDrawsCache) {
        let base = arms.indices.contains(baseline) ? arms[baseline] : nil
        let pairings = Parallel.map(Array(arms.enumerated())) { position, arm -> Pairing? in
            guard position != baseline, let base, let arm else { return nil }
            return Pairing(baseline: base, variant: arm, smallestEffect: smallestEffect, draws: draws)
        }
        let compared = pairings.indices.filter { pairings[$0]?.comparison != nil }
        let verdicts = Verdict.judge(compared.compactMap { pairings[$0]?.comparison })
        found = Dictionary(
            uniqueKeysWithValues: zip(compared, verdicts).map { position, verdict in
                (position, ArmComparison(verdict, hasSeeds: arms[position]?.hasSeeds ?? false))
            })
        var seen: Set<String> = []
        refusals = pairings.compactMap { $0?.refusal }.filter { seen.insert($0).inserted }
    }
}
