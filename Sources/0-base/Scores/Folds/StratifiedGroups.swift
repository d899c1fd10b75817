// The greedy dealing of whole groups that keeps labels even across folds. Knows dense numbers only.

internal import Arithmetic

/// Any numbers, renumbered from zero in ascending order.
struct DenseNumbering {
    /// The new number of each element.
    let values: [Int]
    /// How many elements have each number.
    let sizes: [Int]
    /// How many different numbers there are.
    var count: Int { sizes.count }

    init(_ numbers: [Int]) {
        let sorted = Set(numbers).sorted()
        let places = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        var sizes = [Int](repeating: 0, count: sorted.count)
        values = numbers.map { number in
            let place = places[number]!
            sizes[place] += 1
            return place
        }
        self.sizes = sizes
    }
}

/// The algorithm of scikit-learn's StratifiedGroupKFold.
///
/// Groups are taken by descending deviation of their label counts, equal ones in the order given. Each goes to the
/// fold that makes the mean over labels, of the deviation over folds, of the folds' shares of the label smallest;
/// where that is all but equal, to a fold with fewer rows. Sums are added in NumPy's order, since the last bit of
/// one can decide between folds.
struct StratifiedGroups {
    private let labelCount: Int
    private let foldCount: Int
    private let labelSizes: [Double]
    /// Groups x labels: number of rows.
    private let groupCounts: [Double]
    /// Folds x labels: number of rows dealt so far.
    private var foldCounts: [Double]
    private let groupCount: Int

    init(labels: DenseNumbering, groups: DenseNumbering, count: Int) {
        labelCount = labels.count
        foldCount = count
        groupCount = groups.count
        labelSizes = labels.sizes.map(Double.init)
        var counts = [Double](repeating: 0, count: groups.count * labels.count)
        for (label, group) in zip(labels.values, groups.values) { counts[group * labels.count + label] += 1 }
        groupCounts = counts
        foldCounts = [Double](repeating: 0, count: count * labels.count)
    }

    /// The fold of each group, dealt with `order` (all groups, once each) deciding between equal ones.
    ///
    /// Throws ``FoldError`` where the work is cancelled.
    mutating func deal(in order: [Int]) throws(FoldError) -> [Int] {
        let deviations = (0..<groupCount).map { deviation(ofGroup: $0) }
        let sorted = order.indices.sorted {
            (-deviations[order[$0]], $0) < (-deviations[order[$1]], $1)
        }
        var foldOfGroup = [Int](repeating: 0, count: groupCount)
        for position in sorted {
            if Cancellation.isRequested { throw .cancelled }
            let group = order[position]
            let fold = bestFold(forGroup: group)
            foldOfGroup[group] = fold
            add(group, to: fold, sign: 1)
        }
        return foldOfGroup
    }

    private mutating func add(_ group: Int, to fold: Int, sign: Double) {
        for label in 0..<labelCount {
            foldCounts[fold * labelCount + label] += sign * groupCounts[group * labelCount + label]
        }
    }

    private mutating func bestFold(forGroup group: Int) -> Int {
        var best = 0
        var bestUnevenness = Double.infinity
        var bestRows = Double.infinity
        for fold in 0..<foldCount {
            let rows = foldCounts[fold * labelCount..<(fold + 1) * labelCount].reduce(0, +)
            add(group, to: fold, sign: 1)
            let unevenness = unevenness()
            add(group, to: fold, sign: -1)
            let isClose = abs(unevenness - bestUnevenness) <= 1e-8 + 1e-5 * bestUnevenness
            let isTie = bestUnevenness.isFinite && isClose && rows < bestRows
            if unevenness < bestUnevenness || isTie {
                (best, bestUnevenness, bestRows) = (fold, unevenness, rows)
            }
        }
        return best
    }

    /// The mean over labels of the deviation over folds of the folds' shares of the label.
    private func unevenness() -> Double {
        let deviations = (0..<labelCount).map { label in
            let shares = (0..<foldCount).map { foldCounts[$0 * labelCount + label] / labelSizes[label] }
            let mean = shares.reduce(0, +) / Double(foldCount)
            let squares = shares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            return (squares / Double(foldCount)).squareRoot()
        }
        return PairwiseSum.of(deviations[...]) / Double(labelCount)
    }

    private func deviation(ofGroup group: Int) -> Double {
        let counts = groupCounts[group * labelCount..<(group + 1) * labelCount]
        let mean = PairwiseSum.of(counts) / Double(labelCount)
        let squares = counts.map { ($0 - mean) * ($0 - mean) }
        return (PairwiseSum.of(squares[...]) / Double(labelCount)).squareRoot()
    }
}

/// Sums with NumPy's order of additions.
enum PairwiseSum {
    /// Up to 7 values one after another, up to 128 in eight interleaved sums, more by halves.
    static func of(_ values: ArraySlice<Double>) -> Double {
        let count = values.count
        let start = values.startIndex
        if count < 8 { return values.reduce(0, +) }
        if count > 128 {
            let half = count / 2 - count / 2 % 8
            return of(values[start..<start + half]) + of(values[(start + half)...])
        }
        var sums = Array(values[start..<start + 8])
        let whole = count - count % 8
        for index in 8..<max(whole, 8) { sums[index % 8] += values[start + index] }
        var total =
            ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]))
        for index in whole..<count { total += values[start + index] }
        return total
    }
}
