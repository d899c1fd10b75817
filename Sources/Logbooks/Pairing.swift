// Two evaluations of the same rows, paired: differences by group and seed, by fold and seed. Refuses what is not comparable.

internal import Numerics

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
        comparison = PairedLosses(differences: differences, groups: baseline.groups, folds: baseline.folds)
            .comparison(smallestEffect: smallestEffect, resamples: Self.resamples, draws: draws)
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
    package let verdict: String
    /// Seeds that would settle a difference of this size; nil where none up to 100 would, or without a test.
    package let furtherSeeds: Int?
    /// The smallest difference that these folds and seeds would find; nil without a test.
    package let detectable: Double?

    private let hasSeeds: Bool

    /// - Parameter hasSeeds: whether there could be more seeds: a model without chance in its training has none.
    init(_ verdict: Verdict, hasSeeds: Bool) {
        self.hasSeeds = hasSeeds
        difference = verdict.difference
        interval = verdict.interval
        p = verdict.adjusted ?? 1
        self.verdict = verdict.outcome.rawValue
        furtherSeeds = hasSeeds ? verdict.furtherSeeds : nil
        detectable = verdict.minimumDetectableEffect
    }

    package var differenceText: String { Format.signed(difference, 4) }
    package var intervalText: String { Format.interval(interval) }
    package var pText: String { p < 0.001 ? "< 0.001" : Format.decimal(p, 3) }

    /// `improves log loss by +0.0041 [+0.0009, +0.0072]: helps.`
    package var sentence: String {
        let numbers = "\(differenceText) \(intervalText)"
        switch verdict {
        case "helps": return "log loss improves by \(numbers): it helps."
        case "hurts": return "log loss gets worse, improvement \(numbers): it hurts."
        case "equivalent": return "\(numbers): equivalent, within the smallest effect that would matter."
        default:
            return "\(numbers): \(verdict)" + (settling.map { "; \($0)" } ?? "") + "."
        }
    }

    /// What would settle it; nil where it is settled.
    private var settling: String? {
        guard verdict == "leaning" || verdict == "unresolved" else { return nil }
        if let furtherSeeds, furtherSeeds > 0 {
            return "\(Format.count(furtherSeeds, "more seed")) would settle a difference of this size"
        }
        return detectable.map {
            "with these folds\(hasSeeds ? " and seeds" : "") only differences of \(Format.decimal($0, 4)) or more would be found"
        }
    }

    /// The same as a sentence of its own.
    var advice: String? { settling.map { "\($0.prefix(1).uppercased())\($0.dropFirst())." } }
}
