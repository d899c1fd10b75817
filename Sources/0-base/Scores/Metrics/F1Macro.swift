// Macro-averaged F1: how well classes are found, each counting alike. Knows labels and predicted classes.

/// The mean over classes of F1, the harmonic mean of precision and recall: 2 tp / (2 tp + fp + fn).
///
/// As scikit-learn's `f1_score(average="macro")` without `labels`: the mean is over the classes that are some row's true or
/// predicted class.
package struct F1Macro: Metric {
    package var name: String { "f1-macro" }
    package var title: String { "macro F1" }
    package var unit: String { "share" }
    package var direction: MetricDirection { .higher }
    package var digits: Int { 4 }

    package init() {}

    /// Of each class the hits, and the rows that are it, or predicted to be it.
    package func width(classes: Int) -> Int { 2 * classes }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        let (label, predicted) = (rows.labels[row], rows.predicted[row])
        if label == predicted { add(2 * label, 1) }
        add(2 * label + 1, 1)
        add(2 * predicted + 1, 1)
    }

    package func value(of tally: Tally) -> Double {
        var (sum, classes) = (0.0, 0)
        for place in stride(from: 0, to: tally.sums.count, by: 2) where tally.sums[place + 1] > 0 {
            sum += 2 * tally.sums[place] / tally.sums[place + 1]
            classes += 1
        }
        return sum / Double(classes)
    }
}
