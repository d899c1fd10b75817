// The draws of a bootstrap over groups and seeds, made once for many comparisons of equal shape.

internal import Arithmetic
internal import Synchronization

/// Which groups and seeds each resample has, and how often. Comparisons that share draws have the same resamples, as those
/// that draw for themselves from the same seed do.
package struct BootstrapDraws: Sendable {
    package let groupCount: Int
    package let seedCount: Int
    package let count: Int
    /// How often each group was drawn, resample after resample.
    private let groups: [UInt16]
    /// The different draws of seeds there are, and which one each resample has.
    private let seeds: [[Double]]
    private let seedsOfResample: [Int]

    /// More numbers than these are not kept: whoever needs them draws them again.
    private static let most = 1 << 24

    /// Nil where there are too many to keep.
    package init?(groupCount: Int, seedCount: Int, count: Int, seed: UInt64) {
        guard groupCount > 0, seedCount > 0, count > 0, groupCount <= Self.most / count else { return nil }
        (self.groupCount, self.seedCount, self.count) = (groupCount, seedCount, count)
        var source = RandomSource(seed: seed)
        var groups = [UInt16](repeating: 0, count: groupCount * count)
        var seeds: [[Double]] = []
        var places: [[Double]: Int] = [:]
        var seedsOfResample: [Int] = []
        for resample in 0..<count {
            var draw = [Double](repeating: 0, count: seedCount)
            for _ in 0..<seedCount { draw[source.next(below: seedCount)] += 1 }
            let place = places[draw] ?? seeds.count
            if place == seeds.count {
                places[draw] = place
                seeds.append(draw)
                guard seeds.count <= Self.most / groupCount else { return nil }
            }
            seedsOfResample.append(place)
            let start = resample * groupCount
            for _ in 0..<groupCount { groups[start + source.next(below: groupCount)] += 1 }
        }
        (self.groups, self.seeds, self.seedsOfResample) = (groups, seeds, seedsOfResample)
    }

    /// The mean of each resample, in the order in which they were drawn.
    func means(of differences: [Double], weights: [Double]) -> [Double] {
        // What a group counts under each draw of seeds: there are few such draws.
        let sums = seeds.map { draw in
            (0..<groupCount).map { group in
                var inner = 0.0
                for index in 0..<seedCount { inner += draw[index] * differences[group * seedCount + index] }
                return inner
            }
        }
        return groups.withUnsafeBufferPointer { groups in
            weights.withUnsafeBufferPointer { weights in
                (0..<count).map { resample in
                    sums[seedsOfResample[resample]].withUnsafeBufferPointer { sums in
                        var (sum, total) = (0.0, 0.0)
                        for group in 0..<groupCount {
                            let weight = weights[group] * Double(groups[resample * groupCount + group])
                            sum += weight * sums[group]
                            total += weight
                        }
                        return sum / (total * Double(seedCount))
                    }
                }
            }
        }
    }
}

/// Draws by their shape: of the comparisons of one recipe nearly all have the same. Several threads may ask.
package final class BootstrapDrawsCache: Sendable {
    private struct Shape: Hashable {
        let groups: Int
        let seeds: Int
    }

    private let count: Int
    private let seed: UInt64
    private let known = Mutex<[Shape: BootstrapDraws?]>([:])

    package init(count: Int, seed: UInt64) { (self.count, self.seed) = (count, seed) }

    /// Nil where there are too many to keep.
    func draws(groups: Int, seeds: Int) -> BootstrapDraws? {
        known.withLock { known in
            let shape = Shape(groups: groups, seeds: seeds)
            if let found = known[shape] { return found }
            let made = BootstrapDraws(groupCount: groups, seedCount: seeds, count: count, seed: seed)
            known[shape] = .some(made)
            return made
        }
    }
}
