// F-measures: how well classes are found. Knows labels and predicted classes.

/// F, the weighted harmonic mean of precision and recall: (1 + b²) tp / ((1 + b²) tp + b² fn + fp).
///
/// As scikit-learn's `fbeta_score`. The macro mean is over the classes that are some row's true or predicted class
/// (`average="macro"` without `labels`); of two classes the binary F is that of the second.
package struct FMeasure: TallyMetric {
    package enum Mean: String, Sendable { case macro, binary }

    let mean: Mean
    /// How many times recall counts what precision does.
    let beta: Double

    package init(_ mean: Mean = .macro, beta: Double = 1) { (self.mean, self.beta) = (mean, beta) }

    package var name: String { "f\(Int(beta))-\(mean.rawValue)" }
    package var title: String { mean == .macro ? "macro F\(Int(beta))" : "F\(Int(beta))" }
    package var unit: String { "share" }
    package var widestDifference: Double? { 1 }

    package func refusal(classes: Int) -> String? {
        mean == .macro || classes == 2 ? nil : "it is the F of one of two labels; take \"f\(Int(beta))-macro\""
    }

    /// Of each class the hits, the rows that are it, and the rows predicted to be it. Of beta 1 the last two as one sum.
    package func width(classes: Int) -> Int { (beta == 1 ? 2 : 3) * classes }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        let (label, predicted) = (rows.labels[row], rows.predicted[row])
        let stride = beta == 1 ? 2 : 3
        if label == predicted { add(stride * label, 1) }
        add(stride * label + 1, 1)
        add(stride * predicted + stride - 1, 1)
    }

    package func value(of tally: Tally) -> Double {
        let width = beta == 1 ? 2 : 3
        func measure(_ place: Int) -> Double? {
            let own = tally.sums[place..<place + width]
            let hits = own[place]
            let below = beta == 1 ? own[place + 1] : beta * beta * own[place + 1] + own[place + 2]
            guard below > 0 else { return nil }
            return (1 + beta * beta) * hits / below
        }
        // No row of the class, and none predicted to be it: scikit-learn says 0.
        if mean == .binary { return tally.sums.contains { $0 > 0 } ? measure(width) ?? 0 : .nan }
        var (sum, classes) = (0.0, 0)
        for place in stride(from: 0, to: tally.sums.count, by: width) {
            guard let own = measure(place) else { continue }
            sum += own
            classes += 1
        }
        return sum / Double(classes)
    }
}
