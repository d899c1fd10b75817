// Exact marginals of groups whose labels repeat a known number of times, by count vectors. Knows no methods.

internal import Arithmetic
internal import Scores

/// A positive number by its logarithm, for products that a double cannot hold.
private struct LogNumber: Lane {
    var log: Double
    init(log: Double) { self.log = log }
    init(_ value: Double) { log = Elementary.logarithm(value) }

    static func * (left: Self, right: Self) -> Self { LogNumber(log: left.log + right.log) }
    static func + (left: Self, right: Self) -> Self {
        let (high, low) = left.log > right.log ? (left.log, right.log) : (right.log, left.log)
        guard high > -.infinity else { return LogNumber(log: high) }
        return LogNumber(log: high + Elementary.logarithm(onePlus: Elementary.exponential(low - high)))
    }
}

/// ``PermutationMarginals`` for labels that occur as often as ``LabelCounts`` says.
///
/// The state of the forward-backward recursion is how often each label has been used, a vector with a factor
/// count + 1 for each label, in place of a set of labels. A step from a state multiplies by p and by the share of the
/// label's places that are still free, so that every way of giving rows places counts alike.
struct CountMarginals {
    /// The most states times labels: some tens of milliseconds for a group.
    private static let cellLimit = 1 << 20
    /// A smaller total may have lost products to underflow.
    private static let leastTotal = 1e-270

    private let counts: LabelCounts
    private let labels: Int
    /// The distance in numbers of states between a vector and the one with another row of the label.
    private let strides: [Int]
    /// The share of a label's places that is free, for each state and label.
    private let free: [Double]
    /// States by how many rows they have used: `byLevel[starts[k]..<starts[k + 1]]` used k.
    private let byLevel: [Int]
    private let starts: [Int]

    /// Whether the states are few enough.
    static func canTake(_ counts: LabelCounts) -> Bool {
        var cells = counts.counts.count
        for count in counts.counts {
            cells = cells.multipliedReportingOverflow(by: count + 1).partialValue
            if cells > cellLimit || cells <= 0 { return false }
        }
        return true
    }

    init(_ counts: LabelCounts) {
        precondition(Self.canTake(counts), "the states can be listed")
        self.counts = counts
        labels = counts.counts.count
        var strides: [Int] = []
        var size = 1
        for count in counts.counts {
            strides.append(size)
            size *= count + 1
        }
        self.strides = strides
        var free: [Double] = []
        var levels = [[Int]](repeating: [], count: counts.total + 1)
        for state in 0..<size {
            var level = 0
            for (stride, count) in zip(strides, counts.counts) {
                let used = state / stride % (count + 1)
                level += used
                free.append(Double(count - used) / Double(count))
            }
            levels[level].append(state)
        }
        self.free = free
        byLevel = levels.flatMap(\.self)
        starts = levels.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    }

    /// As ``GroupMarginals/marginals(of:groups:counts:)``.
    mutating func marginals(of matrix: ProbabilityMatrix, groups: RowGrouping) throws(GroupError) -> (
        matrix: ProbabilityMatrix, logEvidence: [Double]
    ) {
        let rows = matrix.normalised()
        var output = rows.values
        var logEvidence: [Double] = []
        for group in 0..<groups.count {
            if Cancellation.isRequested { throw .cancelled }
            let members = groups[group]
            let weights = rows.selecting(rows: members).values
            var (sums, logTotal) = sweep(weights, rows: members.count)
            let chance = GroupMarginals.logShareOfPlacings(rows: members.count, total: counts.total)
            logEvidence.append(logTotal - chance)
            guard logTotal > -.infinity else { continue }
            sums.withUnsafeMutableBufferPointer { sums in
                for (index, row) in members.enumerated() {
                    normaliseRow(UnsafeMutableBufferPointer(rebasing: sums[index * labels..<(index + 1) * labels]))
                    for label in 0..<labels { output[row * labels + label] = sums[index * labels + label] }
                }
            }
        }
        return (ProbabilityMatrix(trusted: output, classCount: labels), logEvidence)
    }

    /// Unnormalised marginals of a group, and the logarithm of the total.
    ///
    /// With c the label's count and t the places, p / share = p t / c. The sum over placings of the product of p / c is
    /// the total; divided by the number of placings and times t for each row it is the evidence.
    private func sweep(_ weights: [Double], rows: Int) -> (sums: [Double], logTotal: Double) {
        let scale = stride(from: 0, to: weights.count, by: labels).map { weights[$0..<$0 + labels].max() ?? 1 }
        let shift = scale.reduce(0) { $0 + Elementary.logarithm($1) }
        let scaled = weights.indices.map { weights[$0] / scale[$0 / labels] }
        let (sums, total) = sweep(scaled, rows: rows, as: Double.self)
        if total >= Self.leastTotal { return (sums, Elementary.logarithm(total) + shift) }
        let (logSums, logTotal) = sweep(scaled, rows: rows, as: LogNumber.self)
        guard logTotal.log > -.infinity else { return (sums, -.infinity) }
        return (logSums.map { Elementary.exponential($0.log - logTotal.log) }, logTotal.log + shift)
    }

    private func sweep<Value: Lane>(_ weights: [Double], rows: Int, as type: Value.Type) -> ([Value], Value) {
        let zero = Value(0)
        let free = free.map { Value($0) }
        let weights = weights.map { Value($0) }
        var forward = [Value](repeating: zero, count: byLevel.count)
        var backward = forward
        var sums = [Value](repeating: zero, count: rows * labels)
        forward[0] = Value(1)
        for level in 0..<rows {
            for state in byLevel[starts[level]..<starts[level + 1]] {
                for label in 0..<labels where self.free[state * labels + label] > 0 {
                    let step = weights[level * labels + label] * free[state * labels + label]
                    forward[state + strides[label]] = forward[state + strides[label]] + forward[state] * step
                }
            }
        }
        for state in byLevel[starts[rows]..<starts[rows + 1]] { backward[state] = Value(1) }
        for level in (0..<rows).reversed() {
            for state in byLevel[starts[level]..<starts[level + 1]] {
                var total = zero
                for label in 0..<labels where self.free[state * labels + label] > 0 {
                    let step = weights[level * labels + label] * free[state * labels + label]
                    let after = step * backward[state + strides[label]]
                    total = total + after
                    sums[level * labels + label] = sums[level * labels + label] + forward[state] * after
                }
                backward[state] = total
            }
        }
        return (sums, backward[0])
    }
}
