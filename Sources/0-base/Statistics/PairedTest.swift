// Whether a paired difference is more than chance, by what its variance is made of. Knows no metric and no bootstrap.

/// A t test of a mean difference whose variance has a part that further seeds narrow and one that they do not.
///
/// With two seeds or more: V = c F + sigma^2 / (K S), of ``VarianceComponents``, with the degrees of freedom of Satterthwaite (1946).
/// F is what other rows would change. Other training rows would change the models, too, which no table tells of itself; c F makes
/// room for it: c = 4/3 + n_test / n_train, the mean over folds of what is tested to what is trained on, for K equal folds 1/3 + K / (K - 1).
/// That is what the corrected test of Nadeau and Bengio (2003) charges the rows' part over K folds x 3 seeds. Their test
/// multiplies the whole spread of the cells so, that by seeds included, and so finds little where seeds differ more than rows do.
///
/// With one seed, chance in training and the rows' part cannot be told apart: then it is ``CorrectedTest`` over the folds.
package struct PairedTest: Equatable, Sendable {
    /// The mean difference.
    package let mean: Double
    /// Number of seeds, S.
    package let seeds: Int
    /// Number of groups of rows.
    package let groups: Int
    /// The variance of ``mean`` that further seeds leave as it is, c F; with one seed all of it.
    package let fixed: Double
    /// Degrees of freedom of ``fixed``.
    package let fixedDegrees: Double
    /// The variance of the mean by one seed, sigma^2 / K; nil with one seed, where nothing tells it.
    package let seed: Double?
    /// Degrees of freedom of ``seed``; 0 where there is none.
    package let seedDegrees: Double

    /// A test that was made before, by its parts.
    package init(
        mean: Double, seeds: Int, groups: Int, fixed: Double, fixedDegrees: Double, seed: Double?, seedDegrees: Double
    ) {
        (self.mean, self.seeds, self.groups) = (mean, seeds, groups)
        (self.fixed, self.fixedDegrees) = (fixed, fixedDegrees)
        (self.seed, self.seedDegrees) = (seed, seedDegrees)
    }

    /// - Parameter testToTrain: what is tested to what is trained on, the mean over folds.
    init(_ components: VarianceComponents, mean: Double, seeds: Int, groups: Int, testToTrain: Double) {
        self.init(
            mean: mean, seeds: seeds, groups: groups, fixed: (4.0 / 3 + testToTrain) * components.rows,
            fixedDegrees: components.rowDegrees, seed: components.seed, seedDegrees: components.seedDegrees)
    }

    /// The test over folds alone, which takes all spread for one that seeds do not narrow.
    init(_ test: CorrectedTest, groups: Int) {
        self.init(
            mean: test.mean, seeds: test.seeds, groups: groups, fixed: test.standardError * test.standardError,
            fixedDegrees: test.degreesOfFreedom, seed: nil, seedDegrees: 0)
    }

    /// The standard error of ``mean``.
    package var standardError: Double { variance(seeds: seeds).squareRoot() }
    /// Degrees of freedom of ``standardError``, not necessarily whole.
    package var degreesOfFreedom: Double { degrees(seeds: seeds) }
    /// ``mean`` over its standard error; 0 where both are 0, and infinite where only the error is.
    package var statistic: Double { mean == 0 ? 0 : mean / standardError }
    /// The two-sided p-value.
    package var pValue: Double { StudentDistribution(degreesOfFreedom: degreesOfFreedom).twoSided(statistic) }

    /// The two-sided interval around ``mean`` with confidence `level`.
    package func interval(level: Double) -> ClosedRange<Double> {
        precondition(level > 0 && level < 1, "a level lies between 0 and 1")
        let t = StudentDistribution(degreesOfFreedom: degreesOfFreedom).quantile((1 + level) / 2)
        return mean - t * standardError...mean + t * standardError
    }

    /// The smallest true difference that so many seeds (nil: those there are) find with probability `power` at level `alpha`:
    /// (t(1 - alpha/2) + t(power)) standard errors, the usual approximation to the non-central t distribution.
    package func minimumDetectableEffect(power: Double = 0.8, alpha: Double = 0.05, seeds: Int? = nil) -> Double {
        let count = seeds ?? self.seeds
        let t = StudentDistribution(degreesOfFreedom: degrees(seeds: count))
        return (t.quantile(1 - alpha / 2) + t.quantile(power)) * variance(seeds: count).squareRoot()
    }

    /// The number of seeds, these included, with which a difference of size `effect` would be found.
    ///
    /// Nil where no number up to `limit` does, since the rows' part stays, and with one seed, where the parts are not known.
    package func seedsNeeded(
        toDetect effect: Double, power: Double = 0.8, alpha: Double = 0.05, limit: Int = 100
    ) -> Int? {
        func suffices(_ count: Int) -> Bool {
            minimumDetectableEffect(power: power, alpha: alpha, seeds: count) <= abs(effect)
        }
        if suffices(seeds) { return seeds }
        guard seed != nil, seeds <= limit, suffices(limit) else { return nil }
        // What seeds suffice for, more of them do too: both the error and the quantiles shrink.
        var (low, high) = (seeds, limit)
        while low < high {
            let middle = (low + high) / 2
            if suffices(middle) { high = middle } else { low = middle + 1 }
        }
        return high
    }

    /// About how many groups, these included, it takes under these seeds to find a difference of size `effect`: those whose part of the
    /// variance leaves room for it.
    ///
    /// Nil where not even a thousand times as many would do, since seeds differ too much, and with one seed, where the parts are not
    /// known.
    package func groupsNeeded(toDetect effect: Double, power: Double = 0.8, alpha: Double = 0.05) -> Int? {
        let detectable = minimumDetectableEffect(power: power, alpha: alpha)
        if detectable <= abs(effect) { return groups }
        guard let seed else { return nil }
        let share = effect / detectable
        let factor = fixed / (share * share * variance(seeds: seeds) - seed / Double(seeds))
        return factor > 0 && factor <= 1_000 ? Int((factor * Double(groups)).rounded()) : nil
    }

    private func variance(seeds: Int) -> Double { fixed + (seed ?? 0) / Double(seeds) }

    /// Satterthwaite's; further seeds add the degrees that each of those there are has.
    private func degrees(seeds count: Int) -> Double {
        let whole = variance(seeds: count)
        let chance = (seed ?? 0) / Double(count)
        let fixedDegrees = max(fixedDegrees, 1)
        guard whole > 0 else { return fixedDegrees }
        var inverse = fixed * fixed / fixedDegrees
        if chance > 0, seeds > 1 {
            inverse += chance * chance / (seedDegrees * Double(max(count, 2) - 1) / Double(seeds - 1))
        }
        return whole * whole / inverse
    }
}
