// Whether a mean difference over folds and seeds is more than chance, given that folds share training rows.

/// Why differences admit no corrected test.
package enum CorrectedTestError: Error, Equatable, CustomStringConvertible {
    /// One fold x seed cell has no spread; a test needs two.
    case tooFewCells(Int)
    /// The cells are not folds x seeds, or one is not finite.
    case cells(count: Int, folds: Int, seeds: Int)
    /// A single fold does not say how large the test part is beside the training part.
    case unknownTestShare

    /// The error in a sentence for people.
    package var description: String {
        switch self {
        case .tooFewCells(let count): "\(count) fold x seed cell(s) have no spread; a test needs at least 2"
        case .cells(let count, let folds, let seeds):
            "\(count) differences are not \(folds) folds x \(seeds) seeds of finite numbers"
        case .unknownTestShare: "with a single fold the ratio of test to training rows has to be given"
        }
    }
}

/// The corrected resampled t test of Nadeau and Bengio (2003) over K folds x S seeds.
///
/// The JK = K S cells are not independent: any two folds train on rows they share. The variance of their mean is
/// therefore estimated as s^2 (1 / (K S) + n_test / n_train), s^2 the cells' variance (divisor K S - 1), instead of
/// s^2 / (K S). With K equal folds n_test / n_train is 1 / (K - 1), and the same reads
/// s^2 / (K S) * (1 + S K / (K - 1)): the naive variance times 1 + TK / (K - 1), T the number of seeds. There are
/// K S - 1 degrees of freedom. Over 5 group folds x 3 seeds it keeps an alpha of .05; the naive t test does not.
package struct CorrectedTest: Equatable, Sendable {
    /// Number of folds, K.
    package let folds: Int
    /// Number of seeds, S.
    package let seeds: Int
    /// The ratio of test rows to training rows of a fold.
    package let testToTrain: Double
    /// The mean of the cells.
    package let mean: Double
    /// The cells' standard deviation s, with divisor K S - 1.
    package let deviation: Double

    /// Tests whether the mean of `differences` is 0.
    ///
    /// - Parameters:
    ///   - differences: one paired difference for each fold and seed, in any order.
    ///   - testToTrain: test rows over training rows; nil means equal folds, 1 / (folds - 1).
    /// - Throws: ``CorrectedTestError``.
    package init(
        differences: [Double], folds: Int, seeds: Int, testToTrain: Double? = nil
    ) throws(CorrectedTestError) {
        guard folds > 0, seeds > 0, differences.count == folds * seeds, differences.allSatisfy(\.isFinite)
        else {
            throw .cells(count: differences.count, folds: folds, seeds: seeds)
        }
        guard differences.count >= 2 else { throw .tooFewCells(differences.count) }
        guard let ratio = testToTrain ?? (folds > 1 ? 1 / Double(folds - 1) : nil) else {
            throw .unknownTestShare
        }
        precondition(ratio >= 0 && ratio.isFinite, "a ratio of rows is not negative")
        self.folds = folds
        self.seeds = seeds
        self.testToTrain = ratio
        let count = Double(differences.count)
        let mean = differences.reduce(0, +) / count
        self.mean = mean
        deviation = (differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
    }

    /// Degrees of freedom, K S - 1.
    package var degreesOfFreedom: Double { Double(folds * seeds - 1) }
    /// The corrected standard error of ``mean``.
    package var standardError: Double { standardError(seeds: seeds) }
    /// ``mean`` over its standard error; 0 where both are 0, and infinite where only the error is.
    package var statistic: Double { mean == 0 ? 0 : mean / standardError }
    /// The two-sided p-value.
    package var pValue: Double {
        StudentDistribution(degreesOfFreedom: degreesOfFreedom).twoSided(statistic)
    }

    /// The two-sided interval around ``mean`` with confidence `level`.
    package func interval(level: Double) -> ClosedRange<Double> {
        precondition(level > 0 && level < 1, "a level lies between 0 and 1")
        let t = StudentDistribution(degreesOfFreedom: degreesOfFreedom).quantile((1 + level) / 2)
        return mean - t * standardError...mean + t * standardError
    }

    /// The smallest true difference that this layout would find with probability `power` at level `alpha`.
    ///
    /// (t(1 - alpha/2) + t(power)) standard errors: the usual approximation to the non-central t distribution.
    package func minimumDetectableEffect(power: Double = 0.8, alpha: Double = 0.05) -> Double {
        minimumDetectableEffect(seeds: seeds, power: power, alpha: alpha)
    }

    /// The number of seeds, these included, with which a difference of size `effect` would be found.
    ///
    /// The estimate takes ``deviation`` as it is, though with more seeds the part of it that is chance in training narrows; so it
    /// asks for rather more seeds than needed, and where it finds no number up to `limit`, nil, there may still be one. Fewer
    /// seeds than there are is not an answer.
    package func seedsNeeded(
        toDetect effect: Double, power: Double = 0.8, alpha: Double = 0.05, limit: Int = 100
    ) -> Int? {
        func suffices(_ count: Int) -> Bool {
            minimumDetectableEffect(seeds: count, power: power, alpha: alpha) <= abs(effect)
        }
        guard seeds <= limit, suffices(limit) else { return nil }
        // What seeds suffice for, more of them do too: both the error and the quantiles shrink.
        var (low, high) = (seeds, limit)
        while low < high {
            let middle = (low + high) / 2
            if suffices(middle) { high = middle } else { low = middle + 1 }
        }
        return high
    }

    private func standardError(seeds: Int) -> Double {
        deviation * (1 / Double(folds * seeds) + testToTrain).squareRoot()
    }

    private func minimumDetectableEffect(seeds: Int, power: Double, alpha: Double) -> Double {
        let t = StudentDistribution(degreesOfFreedom: Double(folds * seeds - 1))
        return (t.quantile(1 - alpha / 2) + t.quantile(power)) * standardError(seeds: seeds)
    }
}
