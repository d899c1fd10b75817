// How well probabilities order rows. Knows labels and probabilities.

/// The area under the ROC curve: the share of pairs of a row of the class and one of another in which the first has the higher
/// probability of it, ties as half.
///
/// As scikit-learn's `roc_auc_score`: of two classes that of the second; of more the mean over classes, each against the rest
/// (`multi_class="ovr"`). A class that no row has, or that all have, is left out.
package struct AreaUnderROC: Metric {
    package var name: String { "auc" }
    package var title: String { "AUC" }
    package var unit: String { "share of pairs" }
    package var reads: Set<RowColumn> { [.probabilities] }

    package init() {}

    package func chance(classes: Int) -> Double? { 0.5 }

    package func value(over rows: ScoredRows, weights: [Double]?) -> Double {
        ready(rows, weights, nil).value([1])
    }

    package func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore {
        ready(rows, weights, blocks)
    }

    private func ready(_ rows: ScoredRows, _ weights: [Double]?, _ blocks: [[Int]]?) -> MeanOverClasses {
        MeanOverClasses(rows, weights: weights, blocks: blocks) { $0.areaUnderROC($1) }
    }
}
