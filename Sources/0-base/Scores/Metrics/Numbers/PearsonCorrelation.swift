// How predicted numbers follow the true ones on a line. Knows true and predicted numbers.

/// Pearson's correlation; of several columns the mean over them.
///
/// As scipy's `pearsonr`. Not defined where the true or the predicted numbers of a column are all one.
package struct PearsonCorrelation: NumberMetric, TallyMetric {
    package var name: String { "pearson" }
    package var title: String { "Pearson correlation" }
    package var unit: String { "correlation" }

    package var widestDifference: Double? { 2 }

    package init() {}

    package func chance(classes: Int) -> Double? { 0 }

    /// The rows; then of each column the sums and squares of true and of predicted numbers less the centre, and their products.
    package func width(classes: Int) -> Int { 1 + 5 * classes }

    package func prepared(_ rows: ScoredRows, weights: [Double]?) -> ScoredRows {
        rows.numbers.map { ScoredRows($0.centred(weights: weights)) } ?? rows
    }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        guard let numbers = rows.numbers else { return }
        add(0, 1)
        for column in 0..<numbers.width {
            let cell = row * numbers.width + column
            let truth = numbers.truths[cell] - numbers.centres.truths[column]
            let value = numbers.values[cell] - numbers.centres.values[column]
            for (place, amount) in [truth, value, truth * truth, value * value, truth * value].enumerated() {
                add(1 + 5 * column + place, amount)
            }
        }
    }

    package func value(of tally: Tally) -> Double {
        let (sums, rows) = (tally.sums, tally.sums[0])
        let found = stride(from: 1, to: sums.count, by: 5).map { place in
            Self.correlation(
                rows, sums[place], sums[place + 1], sums[place + 2], sums[place + 3], sums[place + 4])
        }
        return found.reduce(0, +) / Double(found.count)
    }

    /// Of two columns by their moments; NaN where one of them is constant.
    static func correlation(
        _ rows: Double, _ left: Double, _ right: Double, _ lefts: Double, _ rights: Double, _ products: Double
    ) -> Double {
        let (spreadLeft, spreadRight) = (lefts - left * left / rows, rights - right * right / rows)
        // Rounding may leave a little where nothing is.
        guard spreadLeft > 1e-12 * lefts, spreadRight > 1e-12 * rights else { return .nan }
        return min(1, max(-1, (products - left * right / rows) / (spreadLeft * spreadRight).squareRoot()))
    }
}
