// The sums over one-to-one labellings, by subsets of labels. Knows weights and buffers; scaling is its caller's.

internal import Arithmetic
internal import CPermutations

/// A number that sums over labellings are made of.
protocol Lane {
    static func + (left: Self, right: Self) -> Self
    static func * (left: Self, right: Self) -> Self
    init(_ value: Double)
}

extension Double: Lane {}

/// The forward-backward recursion over subsets of labels, for groups of up to `labels` rows.
///
/// forward[S] sums, over the ways in which the first |S| rows use exactly the labels of S, the product of the
/// chosen weights; backward[S] does so for the remaining rows and labels outside S. Both take 2^labels cells, of
/// which those with more than `rows` labels are left alone. Sets are visited by size, so that the loops over their
/// labels have a length that the processor can foresee.
struct PermutationKernel: ~Copyable {
    private let labels: Int
    /// Every set of labels as a bit mask, by size and then ascending.
    private let sets: UnsafeMutablePointer<Int32>
    /// Where the sets of each size start in `sets`; `labels + 2` offsets.
    private let starts: UnsafeMutablePointer<Int>
    private let starts32: UnsafeMutablePointer<Int32>

    init(labels: Int) {
        self.labels = labels
        sets = .allocate(capacity: 1 << labels)
        starts = .allocate(capacity: labels + 2)
        starts[0] = 0
        var count = 0
        for size in 0...labels {
            for set in 0..<1 << labels where set.nonzeroBitCount == size {
                sets[count] = Int32(set)
                count += 1
            }
            starts[size + 1] = count
        }
        starts32 = .allocate(capacity: labels + 2)
        for size in 0..<labels + 2 { starts32[size] = Int32(starts[size]) }
    }

    deinit {
        sets.deallocate()
        starts.deallocate()
        starts32.deallocate()
    }

    /// The sums of eight groups at once, each group in a lane of cells eight numbers wide.
    ///
    /// Scales each row of `weights` by its largest, so that only what is negligible underflows; `sums` become marginals
    /// whose rows sum to 1, and the total weight of a group's row-normalised labellings is `totals * scales`.
    func sweepEight(
        weights: UnsafeMutablePointer<Double>, rows: Int, forward: UnsafeMutablePointer<Double>,
        backward: UnsafeMutablePointer<Double>, sums: UnsafeMutablePointer<Double>,
        totals: UnsafeMutablePointer<Double>, scales: UnsafeMutablePointer<Double>
    ) {
        permutations_sweep_eight(
            weights, Int32(rows), Int32(labels), sets, starts32, forward, backward, sums, totals, scales)
    }

    /// Writes into `sums[row, label]` the total weight of the labellings that give `row` the label, and returns the
    /// total weight of all labellings; about 3 * labels * 2^(labels - 1) multiply-adds.
    ///
    /// - Parameters:
    ///   - weights, sums: rows x labels, row-major.
    ///   - forward, backward: 2^labels cells each, need no initial values.
    @inline(__always)
    func sweep<Value: Lane>(
        weights: UnsafePointer<Value>, rows: Int, forward: UnsafeMutablePointer<Value>,
        backward: UnsafeMutablePointer<Value>, sums: UnsafeMutablePointer<Value>
    ) -> Value {
        let zero = Value(0)
        forward[0] = Value(1)
        for size in stride(from: 1, to: rows, by: 1) {
            let row = weights + (size - 1) * labels
            for place in starts[size]..<starts[size + 1] {
                let set = Int(sets[place])
                var total = zero
                var rest = set
                repeat {
                    let label = rest.trailingZeroBitCount
                    rest &= rest &- 1
                    total = total + forward[set ^ (1 << label)] * row[label]
                } while rest != 0
                forward[set] = total
            }
        }
        for place in starts[rows]..<starts[rows + 1] { backward[Int(sets[place])] = Value(1) }
        let all = 1 << labels - 1
        for size in stride(from: rows - 1, through: 0, by: -1) {
            let row = weights + size * labels
            let sum = sums + size * labels
            for label in 0..<labels { sum[label] = zero }
            for place in starts[size]..<starts[size + 1] {
                let set = Int(sets[place])
                let before = forward[set]
                var total = zero
                var rest = all ^ set
                repeat {
                    let label = rest.trailingZeroBitCount
                    rest &= rest &- 1
                    let after = row[label] * backward[set | (1 << label)]
                    total = total + after
                    sum[label] = sum[label] + before * after
                } while rest != 0
                backward[set] = total
            }
        }
        return backward[0]
    }

    /// As ``sweep(weights:rows:forward:backward:sums:)`` in logarithms, for weights whose products underflow.
    ///
    /// `logWeights` may hold -infinity. Writes shares that sum to 1 in each row, and returns the logarithm of the
    /// total; at -infinity, where no labelling is possible, it writes nothing. Some twenty times slower.
    func logSweep(
        logWeights: UnsafePointer<Double>, rows: Int, forward: UnsafeMutablePointer<Double>,
        backward: UnsafeMutablePointer<Double>, shares: UnsafeMutablePointer<Double>
    ) -> Double {
        let all = 1 << labels - 1
        for set in 0...all where set.nonzeroBitCount <= rows {
            let size = set.nonzeroBitCount
            forward[set] =
                set == 0
                ? 0
                : Self.logSum(of: set) { label in
                    forward[set ^ (1 << label)] + logWeights[(size - 1) * labels + label]
                }
        }
        for set in stride(from: all, through: 0, by: -1) where set.nonzeroBitCount <= rows {
            let size = set.nonzeroBitCount
            backward[set] =
                size == rows
                ? 0
                : Self.logSum(of: all ^ set) { label in
                    backward[set | (1 << label)] + logWeights[size * labels + label]
                }
        }
        let total = backward[0]
        guard total > -.infinity else { return total }
        for index in 0..<rows * labels { shares[index] = 0 }
        for set in 0...all where set.nonzeroBitCount < rows {
            let first = set.nonzeroBitCount * labels
            for label in 0..<labels where set & (1 << label) == 0 {
                shares[first + label] += Elementary.exponential(
                    forward[set] + logWeights[first + label] + backward[set | (1 << label)] - total)
            }
        }
        return total
    }

    /// log of the sum of exp(term) over the labels of `set`; -infinity where every term is.
    private static func logSum(of set: Int, term: (Int) -> Double) -> Double {
        var largest = -Double.infinity
        forEachLabel(of: set) { largest = max(largest, term($0)) }
        guard largest > -.infinity else { return largest }
        var sum = 0.0
        forEachLabel(of: set) { sum += Elementary.exponential(term($0) - largest) }
        return largest + Elementary.logarithm(sum)
    }

    @inline(__always)
    private static func forEachLabel(of set: Int, do body: (Int) -> Void) {
        var rest = set
        while rest != 0 {
            body(rest.trailingZeroBitCount)
            rest &= rest &- 1
        }
    }
}
