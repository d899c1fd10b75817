// What each row's label is, given that no two rows of its group share one. Knows groups of rows, and no labels.

/// Exact marginals under "each label at most once in a group": P(row i has label j) is proportional to the sum,
/// over the one-to-one labellings that give i the label j, of the product of the chosen probabilities.
///
/// With rows that are independent given their labels, and every labelling equally likely beforehand, this is the
/// Bayes answer. A group with fewer rows than labels uses each label at most once. Cost: labels * 2^labels.
/// One value owns the buffers for every group, and eight groups of a size are computed at once.
package struct PermutationMarginals: ~Copyable {
    /// The most labels for which the sum over subsets is affordable: 2^16 subsets, half a megabyte for each sweep.
    package static let labelLimit = 16
    /// Up to this many labels, eight groups at a time fit in the cache.
    private static let wideLimit = 10
    private static let width = 8
    /// A smaller total may have lost products to underflow; what a larger one lost is below 1e-19 of it.
    private static let leastTotal = 1e-270

    /// Number of labels, the columns of every group.
    package let labels: Int
    private let kernel: PermutationKernel
    private let wide: UnsafeMutablePointer<SIMD8<Double>>
    private let narrow: UnsafeMutablePointer<Double>

    /// Buffers for groups of `labels` labels. Throws ``GroupError/tooManyLabels(count:limit:)``.
    package init(labels: Int) throws(GroupError) {
        precondition(labels >= 1, "there is a label")
        guard labels <= Self.labelLimit else { throw .tooManyLabels(count: labels, limit: Self.labelLimit) }
        self.labels = labels
        kernel = PermutationKernel(labels: labels)
        let cells = 2 * (labels * labels + 1 << labels)
        wide = .allocate(capacity: labels <= Self.wideLimit ? cells : 1)
        wide.initialize(repeating: SIMD8(repeating: 1), count: labels <= Self.wideLimit ? cells : 1)
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
        try groups.check(for: matrix)
        var output = matrix.normalised().values
        var impossible: [Int] = []
        output.withUnsafeMutableBufferPointer { values in
            guard let values = values.baseAddress else { return }
            var waiting = [[Int]](repeating: [], count: labels + 1)
            for group in 0..<groups.count {
                let size = groups[group].count
                waiting[size].append(group)
                if waiting[size].count == Self.width {
                    impossible += replace(waiting[size], of: groups, in: values)
                    waiting[size].removeAll(keepingCapacity: true)
                }
            }
            for batch in waiting where !batch.isEmpty { impossible += replace(batch, of: groups, in: values) }
        }
        return (ProbabilityMatrix(trusted: output, classCount: labels), impossible.sorted())
    }

    /// Replaces one group's rows x labels probabilities by their marginals, without any allocation.
    ///
    /// - Parameter group: `rows * labels` values, rows first, in 0...1, each row with a positive sum.
    /// - Returns: false where every labelling has probability zero; the values are then as they were.
    package mutating func replace(_ group: UnsafeMutableBufferPointer<Double>, rows: Int) -> Bool {
        precondition(rows > 0 && rows <= labels && group.count == rows * labels, "rows x labels values")
        return replaceNarrow(0..<rows, in: group.baseAddress!)
    }

    /// Replaces the rows of up to eight groups of one size; returns the impossible ones, whose rows stay.
    private mutating func replace(
        _ batch: [Int], of groups: RowGrouping, in values: UnsafeMutablePointer<Double>
    ) -> [Int] {
        guard labels <= Self.wideLimit, batch.count > 2 else {
            return batch.filter { !replaceNarrow(groups[$0], in: values) }
        }
        // Cells of eight numbers, one for each group; those without a group hold what the last batch left.
        let rows = groups[batch[0]].count
        let sums = wide + labels * labels
        let forward = sums + labels * labels
        for (lane, group) in batch.enumerated() {
            load(groups[group], of: values, into: UnsafeMutableRawPointer(wide), lane: lane, of: Self.width)
        }
        let totals = kernel.sweep(
            weights: wide, rows: rows, forward: forward, backward: forward + (1 << labels),
            sums: sums)
        var impossible: [Int] = []
        for (lane, group) in batch.enumerated() {
            if totals[lane] >= Self.leastTotal {
                store(UnsafeRawPointer(sums), lane: lane, of: Self.width, into: groups[group], of: values)
            } else if !replaceLog(groups[group], in: values) {
                impossible.append(group)
            }
        }
        return impossible
    }

    /// Replaces the rows of one group; false, and the rows stay, where it is impossible.
    private mutating func replaceNarrow(
        _ rows: some RandomAccessCollection<Int>, in values: UnsafeMutablePointer<Double>
    ) -> Bool {
        let sums = narrow + labels * labels
        let forward = sums + labels * labels
        load(rows, of: values, into: UnsafeMutableRawPointer(narrow), lane: 0, of: 1)
        let total = kernel.sweep(
            weights: narrow, rows: rows.count, forward: forward,
            backward: forward + (1 << labels), sums: sums)
        guard total >= Self.leastTotal else { return replaceLog(rows, in: values) }
        store(UnsafeRawPointer(sums), lane: 0, of: 1, into: rows, of: values)
        return true
    }

    /// As ``replaceNarrow(_:in:)``, in logarithms: for products that a double cannot hold.
    private mutating func replaceLog(
        _ rows: some RandomAccessCollection<Int>, in values: UnsafeMutablePointer<Double>
    ) -> Bool {
        let shares = narrow + labels * labels
        let forward = shares + labels * labels
        load(rows, of: values, into: UnsafeMutableRawPointer(narrow), lane: 0, of: 1)
        for cell in 0..<rows.count * labels { narrow[cell] = Elementary.logarithm(narrow[cell]) }
        let total = kernel.logSweep(
            logWeights: narrow, rows: rows.count, forward: forward,
            backward: forward + (1 << labels), shares: shares)
        guard total > -.infinity else { return false }
        store(UnsafeRawPointer(shares), lane: 0, of: 1, into: rows, of: values)
        return true
    }

    /// Copies rows into one lane of cells `width` numbers wide, each row divided by its largest value: no marginal
    /// depends on that.
    @inline(__always)
    private func load(
        _ rows: some RandomAccessCollection<Int>, of values: UnsafeMutablePointer<Double>,
        into cells: UnsafeMutableRawPointer, lane: Int, of width: Int
    ) {
        var place = lane * MemoryLayout<Double>.size
        for row in rows {
            let start = values + row * labels
            var largest = 0.0
            for label in 0..<labels { largest = max(largest, start[label]) }
            for label in 0..<labels {
                cells.storeBytes(of: start[label] / largest, toByteOffset: place, as: Double.self)
                place += width * MemoryLayout<Double>.size
            }
        }
    }

    /// Copies rows back from one lane of cells `width` numbers wide, each row divided by its sum.
    @inline(__always)
    private func store(
        _ cells: UnsafeRawPointer, lane: Int, of width: Int, into rows: some RandomAccessCollection<Int>,
        of values: UnsafeMutablePointer<Double>
    ) {
        var place = lane * MemoryLayout<Double>.size
        for row in rows {
            let start = values + row * labels
            for label in 0..<labels {
                start[label] = cells.load(fromByteOffset: place, as: Double.self)
                place += width * MemoryLayout<Double>.size
            }
            normaliseRow(UnsafeMutableBufferPointer(start: start, count: labels))
        }
    }
}
