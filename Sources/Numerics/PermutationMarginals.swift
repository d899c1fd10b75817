// What each row's label is, given that no two rows of its group share one. Knows groups of rows, and no labels.

/// Why groups cannot be given labels that occur once each.
package enum GroupError: Error, Equatable, CustomStringConvertible {
    /// More labels than the exact sum over subsets can take; Sinkhorn scaling or the assignment can.
    case tooManyLabels(count: Int, limit: Int)
    /// A group (numbered from zero) with more rows than there are labels.
    case tooManyRows(group: Int, rows: Int, labels: Int)
    /// The groups, labels or folds do not cover the rows of the matrix.
    case mismatch(rows: Int, described: Int)

    package var description: String {
        switch self {
        case .tooManyLabels(let count, let limit):
            "\(count) labels are too many for exact marginals, which take at most \(limit)"
        case .tooManyRows(let group, let rows, let labels):
            "group \(group) has \(rows) rows, and only \(labels) labels can occur once each"
        case .mismatch(let rows, let described): "the matrix has \(rows) rows, and \(described) were described"
        }
    }
}

/// Exact marginals under "each label at most once in a group": P(row i has label j) is proportional to the sum,
/// over the one-to-one labellings that give i the label j, of the product of the chosen probabilities.
///
/// With rows that are independent given their labels, and every labelling equally likely beforehand, this is the
/// Bayes answer. A group with fewer rows than labels uses each label at most once. Cost: labels * 2^labels.
/// One value owns the buffers for every group, and eight groups of a size are computed at once.
package struct PermutationMarginals: ~Copyable {
    /// The most labels for which the sum over subsets is exact and affordable: 2^16 subsets, 1 MB a buffer.
    package static let labelLimit = 16
    /// Up to this many labels, eight groups at a time fit in the cache.
    private static let wideLimit = 10
    private static let width = 8
    /// A smaller total may have lost products to underflow; what a larger one lost is below 1e-19 of it.
    private static let leastTotal = 1e-270

    /// Number of labels, the columns of every group.
    package let labels: Int
    private let wide: UnsafeMutablePointer<SIMD8<Double>>
    private let narrow: UnsafeMutablePointer<Double>

    /// Buffers for groups of `labels` labels. Throws ``GroupError/tooManyLabels(count:limit:)``.
    package init(labels: Int) throws(GroupError) {
        precondition(labels >= 1, "there is a label")
        guard labels <= Self.labelLimit else { throw .tooManyLabels(count: labels, limit: Self.labelLimit) }
        self.labels = labels
        let cells = 2 * (labels * labels + 1 << labels)
        wide = .allocate(capacity: labels <= Self.wideLimit ? cells : 0)
        narrow = .allocate(capacity: cells)
    }

    deinit {
        wide.deallocate()
        narrow.deallocate()
    }

    /// The marginals of every group of `matrix`, each row summing to 1, rows in their order.
    ///
    /// A group in which every labelling has probability zero contradicts the constraint. It keeps its own
    /// row-normalised probabilities and is listed in `impossible`, ascending.
    /// - Throws: ``GroupError`` where a group has more rows than labels or the grouping is of other rows.
    package mutating func marginals(
        of matrix: ProbabilityMatrix, groups: RowGrouping
    ) throws(GroupError) -> (matrix: ProbabilityMatrix, impossible: [Int]) {
        precondition(matrix.classCount == labels, "the matrix has a column for each label")
        guard groups.rowCount == matrix.rowCount else {
            throw .mismatch(rows: matrix.rowCount, described: groups.rowCount)
        }
        if let group = groups.firstGroup(largerThan: labels) {
            throw .tooManyRows(group: group, rows: groups[group].count, labels: labels)
        }
        var output = matrix.normalised().values
        var impossible: [Int] = []
        output.withUnsafeMutableBufferPointer { values in
            var waiting = [[Int]](repeating: [], count: labels + 1)
            for group in 0..<groups.count {
                let size = groups[group].count
                guard labels <= Self.wideLimit else {
                    if !replaceNarrow(groups[group], in: values) { impossible.append(group) }
                    continue
                }
                waiting[size].append(group)
                if waiting[size].count == Self.width {
                    impossible += replaceWide(waiting[size], of: groups, in: values)
                    waiting[size].removeAll(keepingCapacity: true)
                }
            }
            for batch in waiting where !batch.isEmpty { impossible += replaceWide(batch, of: groups, in: values) }
        }
        return (ProbabilityMatrix(trusted: output, classCount: labels), impossible.sorted())
    }

    /// Replaces the rows of up to eight groups of one size; returns the impossible ones, whose rows stay.
    private mutating func replaceWide(
        _ batch: [Int], of groups: RowGrouping, in values: UnsafeMutableBufferPointer<Double>
    ) -> [Int] {
        let rows = groups[batch[0]].count
        let weights = wide
        let sums = weights + labels * labels
        let forward = sums + labels * labels
        for index in 0..<rows * labels { weights[index] = SIMD8(repeating: 1) }
        for (lane, group) in batch.enumerated() {
            var cell = 0
            for row in groups[group] {
                let scale = 1 / Self.largest(of: values, row: row, labels: labels)
                for label in 0..<labels {
                    weights[cell][lane] = values[row * labels + label] * scale
                    cell += 1
                }
            }
        }
        let totals = PermutationKernel.sweep(
            weights: weights, rows: rows, labels: labels, forward: forward, backward: forward + (1 << labels), sums: sums)
        var impossible: [Int] = []
        for (lane, group) in batch.enumerated() {
            guard totals[lane] >= Self.leastTotal else {
                if !replaceLog(groups[group], in: values) { impossible.append(group) }
                continue
            }
            var cell = 0
            for row in groups[group] {
                for label in 0..<labels {
                    values[row * labels + label] = sums[cell][lane]
                    cell += 1
                }
                normaliseRow(UnsafeMutableBufferPointer(rebasing: values[row * labels..<(row + 1) * labels]))
            }
        }
        return impossible
    }

    /// Replaces the rows of one group; false, and the rows stay, where it is impossible.
    private mutating func replaceNarrow(
        _ rows: ArraySlice<Int>, in values: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        let weights = narrow
        let sums = weights + labels * labels
        let forward = sums + labels * labels
        for (index, row) in rows.enumerated() {
            let scale = 1 / Self.largest(of: values, row: row, labels: labels)
            for label in 0..<labels { weights[index * labels + label] = values[row * labels + label] * scale }
        }
        let total = PermutationKernel.sweep(
            weights: weights, rows: rows.count, labels: labels, forward: forward, backward: forward + (1 << labels),
            sums: sums)
        guard total >= Self.leastTotal else { return replaceLog(rows, in: values) }
        store(sums, into: rows, of: values)
        return true
    }

    /// As ``replaceNarrow(_:in:)``, in logarithms: for products that a double cannot hold.
    private mutating func replaceLog(
        _ rows: ArraySlice<Int>, in values: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        let weights = narrow
        let shares = weights + labels * labels
        let forward = shares + labels * labels
        for (index, row) in rows.enumerated() {
            for label in 0..<labels {
                weights[index * labels + label] = Elementary.logarithm(values[row * labels + label])
            }
        }
        let total = PermutationKernel.logSweep(
            logWeights: weights, rows: rows.count, labels: labels, forward: forward,
            backward: forward + (1 << labels), shares: shares)
        guard total > -.infinity else { return false }
        store(shares, into: rows, of: values)
        return true
    }

    private func store(
        _ sums: UnsafeMutablePointer<Double>, into rows: ArraySlice<Int>, of values: UnsafeMutableBufferPointer<Double>
    ) {
        for (index, row) in rows.enumerated() {
            for label in 0..<labels { values[row * labels + label] = sums[index * labels + label] }
            normaliseRow(UnsafeMutableBufferPointer(rebasing: values[row * labels..<(row + 1) * labels]))
        }
    }

    @inline(__always)
    private static func largest(of values: UnsafeMutableBufferPointer<Double>, row: Int, labels: Int) -> Double {
        var largest = 0.0
        for label in 0..<labels { largest = max(largest, values[row * labels + label]) }
        return largest
    }
}
