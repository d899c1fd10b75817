// How far predicted numbers are off, in the mean. Knows true and predicted numbers.

/// The mean absolute error; of several columns the mean over them.
///
/// As scikit-learn's `mean_absolute_error`.
package struct MeanAbsoluteError: NumberMetric, MeanMetric {
    package var name: String { "mae" }
    package var title: String { "MAE" }
    package var unit: String { "units of the number" }
    package var direction: MetricDirection { .lower }

    package init() {}

    package func value(of row: Int, in rows: ScoredRows) -> Double {
        guard let numbers = rows.numbers else { return .nan }
        return (0..<numbers.width).reduce(0) { $0 + abs(numbers.error(row, $1)) } / Double(numbers.width)
    }
}
