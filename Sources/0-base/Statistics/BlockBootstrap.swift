// The bootstrap of a mean over very many groups: by counts instead of draws, in blocks, on all cores. Knows no models.

internal import Arithmetic

/// ``PairedBootstrap`` for more groups than could be drawn one by one.
///
/// Groups are dealt at random to blocks of equal size (the method of random groups; Wolter, Introduction to Variance Estimation,
/// 2007, chapter 2). A resample counts each block as often as a Poisson variable of mean 1 says, in place of drawing with
/// replacement (Hanley and MacGibbon 2006; Chamandy, Muralidharan, Najmi and Naidu, Estimating uncertainty for massive data
/// streams, 2012): a mean is a ratio of two sums, so that the number of draws cancels. Seeds are drawn as ever. The variance
/// between a thousandfold fewer blocks is itself uncertain, by a share of 1 / sqrt(2 blocks); that of groups is known exactly, and
/// each resample's distance from the mean under its seeds is scaled by their quotient, the variances linearised as usual for a
/// ratio. What is left is the chance in ``resampleCount`` resamples: a standard error of .4 % of the 95 % interval's width at each
/// end.
struct BlockBootstrap {
    /// Up to so many groups each is drawn by itself.
    static let mostGroups = 1 << 15
    static let resampleCount = 1 << 15
    static let blockCount = 1 << 13

    private let seedCount: Int
    private let blocks: Int
    private let resamples: Int
    private let seed: UInt64
    /// What each block weighs, then under each seed the weighted sum of its differences; block after block in each.
    private var streams: [[Double]]
    /// The mean under each seed.
    private var means: [Double]
    /// Sums of products of deviations under each two seeds: of groups, of blocks.
    private var products: (groups: [Double], blocks: [Double])

    /// - Parameters: as of ``PairedBootstrap/init(differences:seedCount:groupWeights:count:seed:)``.
    init(
        differences: [Double], seedCount: Int, groupWeights: [Double], seed: UInt64, blocks: Int = Self.blockCount,
        resamples: Int = Self.resampleCount
    ) {
        precondition(seedCount > 0 && differences.count == seedCount * groupWeights.count && resamples > 0)
        let groupCount = groupWeights.count
        let blocks = max(1, min(blocks, groupCount))
        (self.seedCount, self.blocks, self.resamples, self.seed) = (seedCount, blocks, resamples, seed)
        var source = RandomSource(seed: seed)
        let order = source.permutation(of: groupCount)
        var streams = [[Double]](repeating: [Double](repeating: 0, count: blocks), count: seedCount + 1)
        for (place, group) in order.enumerated() { streams[0][place % blocks] += groupWeights[group] }
        for index in 0..<seedCount {
            streams[index + 1].withUnsafeMutableBufferPointer { sums in
                for (place, group) in order.enumerated() {
                    sums[place % blocks] += groupWeights[group] * differences[group * seedCount + index]
                }
            }
        }
        let total = groupWeights.reduce(0, +)
        let means = (0..<seedCount).map { streams[$0 + 1].reduce(0, +) / total }
        var products = (groups: [Double](), blocks: [Double]())
        for first in 0..<seedCount {
            for second in 0..<seedCount {
                var sum = 0.0
                for group in 0..<groupCount {
                    let weight = groupWeights[group]
                    sum +=
                        weight * weight * (differences[group * seedCount + first] - means[first])
                        * (differences[group * seedCount + second] - means[second])
                }
                products.groups.append(sum)
                products.blocks.append(
                    (0..<blocks).reduce(0) { sum, block in
                        sum + (streams[first + 1][block] - means[first] * streams[0][block])
                            * (streams[second + 1][block] - means[second] * streams[0][block])
                    })
            }
        }
        (self.streams, self.means, self.products) = (streams, means, products)
    }

    /// The distribution.
    var bootstrap: PairedBootstrap {
        let parts = Parallel.map(resamples, inRangesOf: 256) { range in part(range) }
        return PairedBootstrap(mean: means.reduce(0, +) / Double(seedCount), resamples: parts.flatMap { $0 }.sorted())
    }

    private func part(_ range: Range<Int>) -> [Double] {
        // Each range has numbers of its own, so that the result is the same on any number of cores.
        var source = RandomSource(seed: seed ^ (UInt64(range.lowerBound + 1) &* 0x9E37_79B9_7F4A_7C15))
        var counts = PoissonCounts(count: blocks)
        return range.map { _ in
            var draws = [Double](repeating: 0, count: seedCount)
            for _ in 0..<seedCount { draws[source.next(below: seedCount)] += 1 }
            counts.draw(&source)
            let total = counts.sum(of: streams[0])
            let center = mean(of: means, draws)
            guard total > 0 else { return center }
            let sums = (0..<seedCount).map { draws[$0] > 0 ? counts.sum(of: streams[$0 + 1]) / total : 0 }
            let spread = quadratic(products.blocks, draws)
            let scale = spread > 0 ? (quadratic(products.groups, draws) / spread).squareRoot() : 1
            return center + (mean(of: sums, draws) - center) * scale
        }
    }

    private func mean(of values: [Double], _ draws: [Double]) -> Double {
        zip(values, draws).reduce(0) { $0 + $1.0 * $1.1 } / Double(seedCount)
    }

    private func quadratic(_ products: [Double], _ draws: [Double]) -> Double {
        var sum = 0.0
        for first in 0..<seedCount {
            for second in 0..<seedCount { sum += draws[first] * draws[second] * products[first * seedCount + second] }
        }
        return max(sum, 0)
    }
}

/// Poisson variables of mean 1, one for each block: how often a resample has it.
struct PoissonCounts {
    private(set) var values: [Double]

    /// The count of each of 2^16 equally likely numbers: probabilities are right to 2^-16.
    private static let table: [UInt8] = {
        var (count, term, below) = (UInt8(0), Elementary.exponential(-1), Elementary.exponential(-1))
        return (0..<1 << 16).map { number in
            while (Double(number) + 0.5) / 65_536 > below, count < 255 {
                count += 1
                term /= Double(count)
                below += term
            }
            return count
        }
    }()

    init(count: Int) { values = [Double](repeating: 0, count: count) }

    /// Draws all of them, four from each number of the source.
    mutating func draw(_ source: inout RandomSource) {
        Self.table.withUnsafeBufferPointer { table in
            values.withUnsafeMutableBufferPointer { values in
                var word: UInt64 = 0
                for index in values.indices {
                    word = index & 3 == 0 ? source.next() : word >> 16
                    values[index] = Double(table[Int(truncatingIfNeeded: word & 0xFFFF)])
                }
            }
        }
    }

    /// The sum of `amounts`, each as often as its count says.
    func sum(of amounts: [Double]) -> Double {
        typealias Vector = SIMD8<Double>
        return values.withUnsafeBufferPointer { values in
            amounts.withUnsafeBufferPointer { amounts in
                var wide = Vector.zero
                let whole = values.count & ~7
                for start in stride(from: 0, to: whole, by: 8) {
                    let counts = UnsafeRawPointer(values.baseAddress! + start).loadUnaligned(as: Vector.self)
                    wide += counts * UnsafeRawPointer(amounts.baseAddress! + start).loadUnaligned(as: Vector.self)
                }
                var sum = wide.sum()
                for index in whole..<values.count { sum += values[index] * amounts[index] }
                return sum
            }
        }
    }
}
