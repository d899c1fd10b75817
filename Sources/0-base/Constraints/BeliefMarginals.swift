// Marginals of groups too large for an exact sum, by belief propagation. Knows no methods.

internal import Arithmetic
internal import Scores

/// An approximation of the marginals under the constraint for any number of labels: the fixed point of belief
/// propagation between rows and places, that is the minimum of the Bethe free energy.
///
/// Places of one label are alike, and so are the rows that a group lacks, so one message stands for all of them; a
/// round costs rows x labels. It converges for positive weights (Vontobel, The Bethe permanent of a nonnegative
/// matrix, 2013). The evidence is that of the Bethe permanent over the same for rows that know nothing.
struct BeliefMarginals {
    private let counts: LabelCounts
    /// The most rounds of messages.
    private let limit: Int
    /// A round that changes no marginal by more than this is the last.
    private let tolerance: Double
    /// Weights are raised to this share of their row's largest, so that no message is infinite.
    private static let floor = 1e-30

    init(_ counts: LabelCounts, limit: Int = 500, tolerance: Double = 1e-10) {
        self.counts = counts
        self.limit = limit
        self.tolerance = tolerance
    }

    /// As ``GroupMarginals/marginals(of:groups:counts:)``, approximately; no group is found impossible.
    func marginals(of matrix: ProbabilityMatrix, groups: RowGrouping) throws(GroupError) -> (
        matrix: ProbabilityMatrix, logEvidence: [Double]
    ) {
        let labels = matrix.classCount
        let rows = matrix.normalised()
        var output = rows.values
        var logEvidence: [Double] = []
        var ignorant: [Int: Double] = [:]
        for group in 0..<groups.count {
            if Cancellation.isRequested { throw .cancelled }
            let members = groups[group]
            let own = rows.selecting(rows: members).values
            // A row's share of a single place of a label.
            let weights = own.indices.map { own[$0] / Double(counts.counts[$0 % labels]) }
            var (marginals, logTotal) = solve(weights, rows: members.count)
            if ignorant[members.count] == nil {
                let equal = [Double](repeating: 1 / Double(counts.total), count: weights.count)
                ignorant[members.count] = solve(equal, rows: members.count).logTotal
            }
            logEvidence.append(logTotal - ignorant[members.count]!)
            marginals.withUnsafeMutableBufferPointer { marginals in
                for (index, row) in members.enumerated() {
                    let range = index * labels..<(index + 1) * labels
                    normaliseRow(UnsafeMutableBufferPointer(rebasing: marginals[range]))
                    for label in 0..<labels { output[row * labels + label] = marginals[index * labels + label] }
                }
            }
        }
        return (ProbabilityMatrix(trusted: output, classCount: labels), logEvidence)
    }

    /// The beliefs of a group's rows and the logarithm of the Bethe permanent, up to what depends on the size alone.
    private func solve(_ given: [Double], rows: Int) -> (marginals: [Double], logTotal: Double) {
        let labels = counts.counts.count
        let copies = counts.counts.map(Double.init)
        guard counts.total > 1 else { return (given, Elementary.logarithm(given[0])) }
        let lacking = counts.total - rows
        // The last row stands for those the group lacks.
        let all = rows + (lacking > 0 ? 1 : 0)
        var weights = given
        if lacking > 0 { weights += [Double](repeating: 1 / Double(counts.total), count: labels) }
        for row in 0..<all {
            let range = row * labels..<(row + 1) * labels
            let least = (weights[range].max() ?? 1) * Self.floor
            for index in range { weights[index] = max(weights[index], least) }
        }
        let multiplicity = (0..<all).map { $0 < rows ? 1 : Double(lacking) }
        var toRow = [Double](repeating: 1, count: weights.count)
        var toPlace = toRow
        var beliefs = toRow
        for _ in 0..<limit {
            for row in 0..<all {
                let start = row * labels
                Self.exclusive(count: labels, times: copies) {
                    weights[start + $0] * toRow[start + $0]
                } into: {
                    toPlace[start + $0] = 1 / $1
                }
            }
            for label in 0..<labels {
                Self.exclusive(count: all, times: multiplicity) {
                    weights[$0 * labels + label] * toPlace[$0 * labels + label]
                } into: {
                    toRow[$0 * labels + label] = 1 / $1
                }
            }
            var change = 0.0
            for row in 0..<all {
                let start = row * labels
                var sum = 0.0
                for label in 0..<labels { sum += copies[label] * weights[start + label] * toRow[start + label] }
                for label in 0..<labels {
                    let belief = copies[label] * weights[start + label] * toRow[start + label] / sum
                    change = max(change, abs(belief - beliefs[start + label]))
                    beliefs[start + label] = belief
                }
            }
            if change <= tolerance { break }
        }
        var logTotal = 0.0
        for index in weights.indices {
            let number = copies[index % labels] * multiplicity[index / labels]
            let share = min(beliefs[index] / copies[index % labels], 1)
            guard share > 0 else { continue }
            logTotal += number * share * Elementary.logarithm(weights[index] / share)
            if share < 1 { logTotal += number * (1 - share) * Elementary.logarithm(onePlus: -share) }
        }
        return (Array(beliefs[..<(rows * labels)]), logTotal)
    }

    /// For each index the sum of the others' terms and of its own but one of its times; sums without subtraction keep their
    /// precision where one term is nearly all.
    @inline(__always)
    private static func exclusive(
        count: Int, times: [Double], of term: (Int) -> Double, into store: (Int, Double) -> Void
    ) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { before in
            var sum = 0.0
            for index in 0..<count {
                before[index] = sum
                sum += times[index] * term(index)
            }
            sum = 0
            for index in (0..<count).reversed() {
                let own = term(index)
                store(index, before[index] + sum + (times[index] - 1) * own)
                sum += times[index] * own
            }
        }
    }
}
