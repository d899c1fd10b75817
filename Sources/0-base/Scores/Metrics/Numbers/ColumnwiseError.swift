// How far predicted numbers are off, column by column. Knows true and predicted numbers.

/// MCRMSE: the mean over columns of the root of each one's mean squared error.
///
/// As scikit-learn's `root_mean_squared_error`. Of one column it is the RMSE.
package struct ColumnwiseError: NumberMetric, TallyMetric {
    package var name: String { "mcrmse" }
    package var title: String { "MCRMSE" }
    package var unit: String { "units of the number" }
    package var direction: MetricDirection { .lower }

    package init() {}

    /// The rows; then of each column the sum of squares.
    package func width(classes: Int) -> Int { 1 + classes }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        guard let numbers = rows.numbers else { return }
        add(0, 1)
        for column in 0..<numbers.width {
            let error = numbers.error(row, column)
            add(1 + column, error * error)
        }
    }

    package func value(of tally: Tally) -> Double {
        let roots = tally.sums.dropFirst().map { ($0 / tally.sums[0]).squareRoot() }
        return roots.reduce(0, +) / Double(roots.count)
    }
}
