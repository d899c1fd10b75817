// How far predicted numbers are off, in the mean of squares. Knows true and predicted numbers.

/// The root of the mean squared error; of several columns of the mean over all their numbers.
///
/// As the root of scikit-learn's `mean_squared_error`.
package struct RootMeanSquaredError: NumberMetric, TallyMetric {
    package var name: String { "rmse" }
    package var title: String { "RMSE" }
    package var unit: String { "units of the number" }
    package var direction: MetricDirection { .lower }

    package init() {}

    /// The rows, and the sum of squares.
    package func width(classes: Int) -> Int { 2 }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        guard let numbers = rows.numbers else { return }
        add(0, Double(numbers.width))
        for column in 0..<numbers.width {
            let error = numbers.error(row, column)
            add(1, error * error)
        }
    }

    package func value(of tally: Tally) -> Double { (tally.sums[1] / tally.sums[0]).squareRoot() }
}
