// How much of the numbers' variance is predicted. Knows true and predicted numbers.

/// R², the coefficient of determination: 1 less the squared errors over the squared distances from the mean; of several columns the
/// mean over them.
///
/// As scikit-learn's `r2_score`. Not defined where the true numbers of a column are all one.
package struct Determination: NumberMetric, TallyMetric {
    package var name: String { "r2" }
    package var title: String { "R²" }
    package var unit: String { "share of variance" }

    package init() {}

    package func chance(classes: Int) -> Double? { 0 }

    /// The rows; then of each column the sums of squared errors, of distances from its centre, and of their squares.
    package func width(classes: Int) -> Int { 1 + 3 * classes }

    package func prepared(_ rows: ScoredRows, weights: [Double]?) -> ScoredRows {
        rows.numbers.map { ScoredRows($0.centred(weights: weights)) } ?? rows
    }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        guard let numbers = rows.numbers else { return }
        add(0, 1)
        for column in 0..<numbers.width {
            let error = numbers.error(row, column)
            let distance = numbers.truths[row * numbers.width + column] - numbers.centres.truths[column]
            add(1 + 3 * column, error * error)
            add(2 + 3 * column, distance)
            add(3 + 3 * column, distance * distance)
        }
    }

    package func value(of tally: Tally) -> Double {
        let (sums, rows) = (tally.sums, tally.sums[0])
        let shares = stride(from: 1, to: sums.count, by: 3).map { place in
            let spread = sums[place + 2] - sums[place + 1] * sums[place + 1] / rows
            // Rounding may leave a little where nothing is.
            return spread > 1e-12 * sums[place + 2] ? 1 - sums[place] / spread : .nan
        }
        return shares.reduce(0, +) / Double(shares.count)
    }
}
