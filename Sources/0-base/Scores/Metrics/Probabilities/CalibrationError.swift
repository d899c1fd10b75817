// How far probabilities are from the share of correct predictions, as a metric. Knows labels and probabilities.

package import Targets

/// Expected calibration error (Guo et al., 2017), over ten bins of equal width of the predicted class's probability: their
/// |confidence - accuracy|, weighted by their rows. As ``Reliability``, with the rows' weights.
package struct CalibrationError: TallyMetric {
    package var name: String { "ece" }
    package var title: String { "calibration error" }
    package var unit: String { "share" }
    package var widestDifference: Double? { 1 }
    package var direction: MetricDirection { .lower }
    package var reads: Set<RowColumn> { [.probabilities] }
    package var kinds: Set<Target.Kind> { [.classes, .ordinal, .choice] }

    package init() {}

    /// Of each bin the rows, and what confidence and hits differ by.
    package func width(classes: Int) -> Int { 2 * Reliability.binCount }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        guard let probabilities = rows.probabilities else { return }
        let (bin, confidence, predicted) = Reliability.bin(of: probabilities[row: row], bins: Reliability.binCount)
        add(2 * bin, 1)
        add(2 * bin + 1, confidence - (predicted == rows.labels[row] ? 1 : 0))
    }

    package func value(of tally: Tally) -> Double {
        var (rows, error) = (0.0, 0.0)
        for place in stride(from: 0, to: tally.sums.count, by: 2) {
            rows += tally.sums[place]
            error += abs(tally.sums[place + 1])
        }
        return error / rows
    }
}
