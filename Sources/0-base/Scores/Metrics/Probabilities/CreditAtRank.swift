// Rankings of which one label is right, cut at a place. Knows labels and the order of their probabilities.

internal import Arithmetic
package import Targets

/// The mean over rows of a credit for the true label's place among the labels by probability, 0 below place k. Labels of equal
/// probability stand in the recipe's order.
package struct CreditAtRank: MeanMetric {
    package enum Credit: String, Sendable {
        /// 1 / place: mean average precision at k, one label being right.
        case map
        /// 1 / log2(1 + place): normalised discounted cumulative gain at k, one label being right.
        case ndcg
    }

    let credit: Credit
    /// k.
    let places: Int

    package init(_ credit: Credit, places: Int) { (self.credit, self.places) = (credit, places) }

    package var name: String { "\(credit.rawValue)@\(places)" }
    package var title: String { "\(credit.rawValue.uppercased())@\(places)" }
    package var unit: String { credit == .map ? "precision per row" : "gain per row" }
    package var widestDifference: Double? { 1 }
    package var reads: Set<RowColumn> { [.probabilities] }
    package var kinds: Set<Target.Kind> { [.classes, .ordinal, .choice] }

    package func value(of row: Int, in rows: ScoredRows) -> Double {
        let rank = rows.rank(of: row)
        guard rank <= places else { return 0 }
        return switch credit {
        case .map: 1 / Double(rank)
        case .ndcg: Elementary.logarithm(2) / Elementary.logarithm(Double(1 + rank))
        }
    }
}
