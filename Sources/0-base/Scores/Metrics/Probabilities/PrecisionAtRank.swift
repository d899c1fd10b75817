// Rankings of which one label is right, cut at a place. Knows labels and the order of their probabilities.

internal import Arithmetic

/// Mean average precision at k, one label being right: the mean over rows of 1 / the true label's place among the labels by
/// probability, 0 below place k. Labels of equal probability stand in the recipe's order.
package struct PrecisionAtRank: MeanMetric {
    let places: Int

    package init(_ places: Int) { self.places = places }

    package var name: String { "map@\(places)" }
    package var title: String { "MAP@\(places)" }
    package var unit: String { "precision per row" }
    package var reads: Set<RowColumn> { [.probabilities] }

    package func value(of row: Int, in rows: ScoredRows) -> Double {
        let rank = rows.rank(of: row)
        return rank <= places ? 1 / Double(rank) : 0
    }
}

/// Normalised discounted cumulative gain at k, one label being right: the mean over rows of 1 / log2(1 + place), 0 below place k.
package struct GainAtRank: MeanMetric {
    let places: Int

    package init(_ places: Int) { self.places = places }

    package var name: String { "ndcg@\(places)" }
    package var title: String { "NDCG@\(places)" }
    package var unit: String { "gain per row" }
    package var reads: Set<RowColumn> { [.probabilities] }

    package func value(of row: Int, in rows: ScoredRows) -> Double {
        let rank = rows.rank(of: row)
        return rank <= places ? Elementary.logarithm(2) / Elementary.logarithm(Double(1 + rank)) : 0
    }
}
