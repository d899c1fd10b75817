// How far a mean difference could lie elsewhere, had other groups and seeds been drawn. Knows no models.

internal import Arithmetic

/// The bootstrap distribution of the mean of paired differences over groups and seeds.
///
/// Rows of one group are not independent, and neither are groups under one seed; so whole groups and whole seeds
/// are drawn with replacement, independently (the pigeonhole bootstrap, Owen 2007), and each resample is the mean
/// over its groups x seeds. With one seed it is the ordinary bootstrap of groups. Its intervals are somewhat too
/// narrow for cross-validated differences: show them, and decide with ``CorrectedTest`` beside.
package struct PairedBootstrap: Equatable, Sendable {
    /// The (weighted) mean of all differences.
    package let mean: Double
    /// The resampled means, ascending.
    package let resamples: [Double]

    /// Draws the resamples.
    ///
    /// For each resample the generator gives `seedCount` seeds first, then as many groups as there are.
    /// - Parameters:
    ///   - differences: groups x seeds, row-major: the mean difference of a group's rows under a seed. At least one.
    ///   - seedCount: the number of seeds, which divides the number of differences (a precondition).
    ///   - groupWeights: a positive weight for each group, such as its number of rows or their weight; nil weighs all alike.
    ///   - count: the number of resamples, at least 1.
    ///   - seed: names the resamples; the same seed gives the same interval.
    package init(
        differences: [Double], seedCount: Int, groupWeights: [Double]? = nil, count: Int = 10_000,
        seed: UInt64
    ) {
        precondition(seedCount > 0 && !differences.isEmpty && differences.count % seedCount == 0 && count > 0)
        let groupCount = differences.count / seedCount
        let weights = groupWeights ?? [Double](repeating: 1, count: groupCount)
        precondition(weights.count == groupCount, "one weight for each group")
        var source = RandomSource(seed: seed)
        var resamples: [Double] = []
        resamples.reserveCapacity(count)
        var seedDraws = [Double](repeating: 0, count: seedCount)
        var groupDraws = [Double](repeating: 0, count: groupCount)
        for _ in 0..<count {
            for index in 0..<seedCount { seedDraws[index] = 0 }
            for index in 0..<groupCount { groupDraws[index] = 0 }
            for _ in 0..<seedCount { seedDraws[source.next(below: seedCount)] += 1 }
            for _ in 0..<groupCount { groupDraws[source.next(below: groupCount)] += 1 }
            resamples.append(
                Self.mean(differences, seedCount: seedCount, weights: weights, groupDraws, seedDraws))
        }
        resamples.sort()
        self.resamples = resamples
        let once = [Double](repeating: 1, count: max(groupCount, seedCount))
        mean = Self.mean(differences, seedCount: seedCount, weights: weights, once, once)
    }

    /// The same from draws that were made before; they are those of the seed that they were made with.
    ///
    /// - Parameter draws: of as many groups and seeds as there are differences (a precondition).
    package init(differences: [Double], groupWeights: [Double]? = nil, draws: BootstrapDraws) {
        precondition(differences.count == draws.groupCount * draws.seedCount)
        let weights = groupWeights ?? [Double](repeating: 1, count: draws.groupCount)
        precondition(weights.count == draws.groupCount, "one weight for each group")
        resamples = draws.means(of: differences, weights: weights).sorted()
        let once = [Double](repeating: 1, count: max(draws.groupCount, draws.seedCount))
        mean = Self.mean(differences, seedCount: draws.seedCount, weights: weights, once, once)
    }

    /// The percentile interval that holds the share `level` of the resamples, the same share left out at each end.
    package func interval(level: Double = 0.95) -> ClosedRange<Double> {
        precondition(level > 0 && level < 1, "a level lies between 0 and 1")
        let low = quantile((1 - level) / 2)
        return low...max(low, quantile((1 + level) / 2))
    }

    /// The value below which the share `probability` of the resamples lies, interpolated linearly between two of them.
    package func quantile(_ probability: Double) -> Double {
        let position = probability * Double(resamples.count - 1)
        let below = min(max(Int(position), 0), resamples.count - 1)
        let above = min(below + 1, resamples.count - 1)
        return resamples[below] + (position - Double(below)) * (resamples[above] - resamples[below])
    }

    private static func mean(
        _ differences: [Double], seedCount: Int, weights: [Double], _ groupDraws: [Double],
        _ seedDraws: [Double]
    ) -> Double {
        var sum = 0.0
        var total = 0.0
        differences.withUnsafeBufferPointer { differences in
            for group in weights.indices where groupDraws[group] > 0 {
                let weight = weights[group] * groupDraws[group]
                var inner = 0.0
                for index in 0..<seedCount {
                    inner += seedDraws[index] * differences[group * seedCount + index]
                }
                sum += weight * inner
                total += weight
            }
        }
        return sum / (total * Double(seedCount))
    }
}
