// How the order of predicted numbers follows that of the true ones. Knows true and predicted numbers.

/// Spearman's correlation: Pearson's of the ranks, ties by their mean rank; of several columns the mean over them. A row of weight 2
/// is a row that is there twice.
///
/// As scipy's `spearmanr`. Not defined where the true or the predicted numbers of a column are all one.
package struct SpearmanCorrelation: NumberMetric {
    package var name: String { "spearman" }
    package var title: String { "Spearman correlation" }
    package var unit: String { "correlation of ranks" }

    package var widestDifference: Double? { 2 }

    package init() {}

    package func chance(classes: Int) -> Double? { 0 }

    package func value(over rows: ScoredRows, weights: [Double]?) -> Double {
        RankedColumns(rows, weights: weights, blocks: nil).value([1])
    }

    package func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore {
        RankedColumns(rows, weights: weights, blocks: blocks)
    }
}

/// The rows in the order of each column's true and predicted numbers, sorted once for many values.
private struct RankedColumns: ResampledScore {
    private struct Column: Sendable {
        /// The rows in their order, and where each run of equal numbers begins; at last the number of rows.
        let order: [Int]
        let starts: [Int]

        init(_ numbers: [Double]) {
            let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
            self.order = order
            starts = order.indices.filter { $0 == 0 || numbers[order[$0]] != numbers[order[$0 - 1]] } + [order.count]
        }

        /// The middle of the weights that each row's number stands amid: its rank but for a constant.
        func ranks(_ weights: [Double]) -> [Double] {
            var ranks = [Double](repeating: 0, count: order.count)
            var below = 0.0
            for (start, end) in zip(starts, starts.dropFirst()) {
                let own = order[start..<end].reduce(0) { $0 + weights[$1] }
                for row in order[start..<end] { ranks[row] = below + own / 2 }
                below += own
            }
            return ranks
        }
    }

    private let columns: [(truth: Column, value: Column)]
    private let weights: [Double]
    /// The block of each row; none where it is in no block.
    private let block: [Int]

    init(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]?) {
        let count = rows.count
        columns =
            rows.numbers.map { numbers in
                (0..<numbers.width).map { column in
                    let cells = stride(from: column, to: numbers.truths.count, by: numbers.width)
                    return (Column(cells.map { numbers.truths[$0] }), Column(cells.map { numbers.values[$0] }))
                }
            } ?? []
        self.weights = weights ?? [Double](repeating: 1, count: count)
        var block = [Int](repeating: blocks == nil ? 0 : -1, count: count)
        for (number, rows) in (blocks ?? []).enumerated() { for row in rows { block[row] = number } }
        self.block = block
    }

    var work: Int { max(1, 2 * columns.count * weights.count) }

    func value(_ counts: [Double]) -> Double {
        let own = weights.indices.map { block[$0] < 0 ? 0 : weights[$0] * counts[block[$0]] }
        let total = own.reduce(0, +)
        let found = columns.map { column -> Double in
            let (truth, value) = (column.truth.ranks(own), column.value.ranks(own))
            var sums = (truth: 0.0, value: 0.0, truths: 0.0, values: 0.0, products: 0.0)
            for row in own.indices where own[row] > 0 {
                // From the middle of all ranks, so that squares lose no digits.
                let (left, right) = (truth[row] - total / 2, value[row] - total / 2)
                sums.truth += own[row] * left
                sums.value += own[row] * right
                sums.truths += own[row] * left * left
                sums.values += own[row] * right * right
                sums.products += own[row] * left * right
            }
            return PearsonCorrelation.correlation(
                total, sums.truth, sums.value, sums.truths, sums.values, sums.products)
        }
        return found.reduce(0, +) / Double(found.count)
    }
}
