// F-measures: how well classes are found. Knows labels and predicted classes.

/// F, the weighted harmonic mean of precision and recall: (1 + b²) tp / ((1 + b²) tp + b² fn + fp).
///
/// As scikit-learn's `fbeta_score`. The macro mean is over the classes that are some row's true or predicted class
/// (`average="macro"` without `labels`); the micro F counts the hits of all classes as one, and so is the accuracy whatever beta is;
/// of two classes the binary F is that of the second.
package struct FMeasure: TallyMetric {
    package enum Mean: String, CaseIterable, Sendable { case macro, micro, binary }

    let mean: Mean
    /// How many times recall counts what precision does.
    let beta: Double
    /// Whether it is called `f2`, and not `f2-binary`.
    private let isShort: Bool

    package init(_ mean: Mean = .macro, beta: Double = 1, isShort: Bool = false) {
        (self.mean, self.beta, self.isShort) = (mean, beta, isShort)
    }

    /// `f1`, `f0.5`.
    private var head: String { "f" + (beta == beta.rounded() ? "\(Int(beta))" : "\(beta)") }

    package var name: String { isShort ? head : "\(head)-\(mean.rawValue)" }
    package var title: String { (mean == .binary ? "" : "\(mean.rawValue) ") + "F" + head.dropFirst() }
    package var unit: String { "share" }
    package var widestDifference: Double? { 1 }

    package func refusal(classes: Int) -> String? {
        mean != .binary || classes == 2
            ? nil : "it is the F of one of two labels; take \"\(head)-macro\" or \"\(head)-micro\""
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
        func measure(_ own: some Collection<Double>) -> Double? {
            let own = Array(own)
            let below = beta == 1 ? own[1] : beta * beta * own[1] + own[2]
            return below > 0 ? (1 + beta * beta) * own[0] / below : nil
        }
        let places = stride(from: 0, to: tally.sums.count, by: width)
        switch mean {
        case .binary:
            // No row of the class, and none predicted to be it: scikit-learn says 0.
            return tally.sums.contains { $0 > 0 } ? measure(tally.sums[width..<2 * width]) ?? 0 : .nan
        case .micro:
            let sums = (0..<width).map { part in places.reduce(0) { $0 + tally.sums[$1 + part] } }
            return measure(sums) ?? .nan
        case .macro:
            let own = places.compactMap { measure(tally.sums[$0..<$0 + width]) }
            return own.reduce(0, +) / Double(own.count)
        }
    }
}
