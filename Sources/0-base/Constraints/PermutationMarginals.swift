// What each row's label is, given that no two rows of its group share one. Knows groups of rows, and no labels.

internal import Arithmetic
package import Scores

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
    private let wide: UnsafeMutablePointer<Double>
    private let narrow: UnsafeMutablePointer<Double>

    /// Buffers for groups of `labels` labels. Throws ``GroupError/tooManyLabels(count:limit:)``.
    package init(labels: Int) throws(GroupError) {
        precondition(labels >= 1, "there is a label")
        guard labels <= Self.labelLimit else { throw .tooManyLabels(count: labels, limit: Self.labelLimit) }
        self.labels = labels
        kernel = PermutationKernel(labels: labels)
        let cells = 2 * (labels * labels + 1 << labels)
        // Two cells more, for the totals and scales of eight groups.
        let numbers = labels <= Self.wideLimit ? (cells + 2) * Self.width : 1
        wide = UnsafeMutableRawPointer.allocate(byteCount: numbers * 8, alignment: 64)
            .bindMemory(to: Double.self, capacity: numbers)
        wide.initialize(repeating: 1, count: numbers)
        narrow = .allocate(capacity: cells)
    }

    deinit {
        UnsafeMutableRawPointer(wide).deallocate()
        narrow.deallocate()
    }

    /// The marginals of every group of `matrix`, each row summing to 1, rows in their order, and the logarithm of each
    /// group's evidence (``GroupMarginals``).
    ///
    /// A group in which every labelling has probability zero contradicts the constraint. It keeps its own
    /// row-normalised probabilities, has the evidence -infinity and is listed in `impossible`, ascending.
    /// - Throws: ``GroupError`` where a group has more rows than labels or the grouping is of other rows.
    package mutating func marginals(
        of matrix: ProbabilityMatrix, groups: RowGrouping
    ) throws(GroupError) -> (matrix: ProbabilityMatrix, impossible: [Int], logEvidence: [Double]) {
        precondition(matrix.classCount == labels, "the matrix has a column for each label")
        try groups.check(for: matrix, places: labels)
        var output = matrix.values
        var logEvidence = [Double](repeating: -.infinity, count: groups.count)
        let chances = (0...labels).map { GroupMarginals.logShareOfPlacings(rows: $0, total: labels) }
        output.withUnsafeMutableBufferPointer { values in
            guard let values = values.baseAddress else { return }
            var waiting = [[Int]](repeating: [], count: labels + 1)
            for group in 0..<groups.count {
                let size = groups.size(of: group)
                waiting[size].append(group)
                if waiting[size].count == Self.width {
                    replace(waiting[size], of: groups, in: values, less: chances[size], &logEvidence)
                    waiting[size].removeAll(keepingCapacity: true)
                }
            }
            for (size, batch) in waiting.enumerated() where !batch.isEmpty {
                replace(batch, of: groups, in: values, less: chances[size], &logEvidence)
            }
        }
        let impossible = logEvidence.indices.filter { logEvidence[$0] == -.infinity }
        return (ProbabilityMatrix(trusted: output, classCount: labels), impossible, logEvidence)
    }

    /// Replaces the rows of up to eight groups of one size, and writes the logarithms of their evidence.
    private mutating func replace(
        _ batch: [Int], of groups: RowGrouping, in values: UnsafeMutablePointer<Double>, less chance: Double,
        _ logEvidence: inout [Double]
    ) {
        // A lone group goes the same way, so that its bits do not depend on how many others there are.
        guard labels <= Self.wideLimit else {
            for group in batch { logEvidence[group] = replaceNarrow(groups[group], in: values) - chance }
            return
        }
        // Cells of eight numbers, one for each group; those without a group hold what the last batch left.
        let rows = groups.size(of: batch[0])
        let square = labels * labels * Self.width
        let sums = wide + square
        let forward = sums + square
        let backward = forward + Self.width << labels
        let totals = backward + Self.width << labels
        let scales = totals + Self.width
        for (lane, group) in batch.enumerated() {
            var place = wide + lane
            for row in groups[group] {
                let start = values + row * labels
                for label in 0..<labels {
                    place.pointee = start[label]
                    place += Self.width
                }
            }
        }
        kernel.sweepEight(
            weights: wide, rows: rows, forward: forward, backward: backward, sums: sums, totals: totals,
            scales: scales)
        for (lane, group) in batch.enumerated() {
            guard totals[lane] >= Self.leastTotal else {
                logEvidence[group] = replaceLog(groups[group], in: values) - chance
                continue
            }
            logEvidence[group] = Elementary.logarithm(totals[lane] * scales[lane]) - chance
            var place = sums + lane
            for row in groups[group] {
                let start = values + row * labels
                for label in 0..<labels {
                    // Rounding may take a certain label above 1 by a bit.
                    start[label] = min(place.pointee, 1)
                    place += Self.width
                }
            }
        }
    }

    /// Replaces the rows of one group and returns the logarithm of its total weight; at -infinity, where it is
    /// impossible, the rows are only normalised.
    private mutating func replaceNarrow(
        _ rows: some RandomAccessCollection<Int>, in values: UnsafeMutablePointer<Double>
    ) -> Double {
        let sums = narrow + labels * labels
        let forward = sums + labels * labels
        let scale = load(rows, of: values)
        let total = kernel.sweep(
            weights: narrow, rows: rows.count, forward: forward,
            backward: forward + (1 << labels), sums: sums)
        guard total >= Self.leastTotal else { return replaceLog(rows, in: values) }
        store(sums, into: rows, of: values)
        return Elementary.logarithm(total) + scale
    }

    /// As ``replaceNarrow(_:in:)``, in logarithms: for products that a double cannot hold.
    private mutating func replaceLog(
        _ rows: some RandomAccessCollection<Int>, in values: UnsafeMutablePointer<Double>
    ) -> Double {
        let shares = narrow + labels * labels
        let forward = shares + labels * labels
        let scale = load(rows, of: values)
        for cell in 0..<rows.count * labels { narrow[cell] = Elementary.logarithm(narrow[cell]) }
        let total = kernel.logSweep(
            logWeights: narrow, rows: rows.count, forward: forward,
            backward: forward + (1 << labels), shares: shares)
        if total > -.infinity {
            store(shares, into: rows, of: values)
        } else {
            for row in rows { normaliseRow(UnsafeMutableBufferPointer(start: values + row * labels, count: labels)) }
        }
        return total + scale
    }

    /// Copies rows, each divided by its largest value, which no marginal depends on; returns the logarithm of the
    /// product of the largest values' shares of their rows.
    @inline(__always)
    private func load(_ rows: some RandomAccessCollection<Int>, of values: UnsafeMutablePointer<Double>) -> Double {
        var place = narrow
        var scale = 0.0
        for row in rows {
            let start = values + row * labels
            var largest = 0.0
            var sum = 0.0
            for label in 0..<labels {
                largest = max(largest, start[label])
                sum += start[label]
            }
            for label in 0..<labels { place[label] = start[label] / largest }
            place += labels
            scale += Elementary.logarithm(largest / sum)
        }
        return scale
    }

    /// Copies rows back, each divided by its sum.
    @inline(__always)
    private func store(
        _ cells: UnsafePointer<Double>, into rows: some RandomAccessCollection<Int>,
        of values: UnsafeMutablePointer<Double>
    ) {
        var place = cells
        for row in rows {
            let start = values + row * labels
            for label in 0..<labels { start[label] = place[label] }
            place += labels
            normaliseRow(UnsafeMutableBufferPointer(start: start, count: labels))
        }
    }
}
