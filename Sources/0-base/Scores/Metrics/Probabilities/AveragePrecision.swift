// How pure the rows are that a class's probability picks first. Knows labels and probabilities.

/// Average precision: the sum over thresholds of precision times the step of recall, without interpolation.
///
/// As scikit-learn's `average_precision_score`: of two classes that of the second; of more the mean over classes, each against the
/// rest. A class that no row has is left out.
package struct AveragePrecision: Metric {
    package var name: String { "average-precision" }
    package var title: String { "average precision" }
    package var unit: String { "precision" }
    package var reads: Set<RowColumn> { [.probabilities] }

    package init() {}

    package func value(over rows: ScoredRows, weights: [Double]?) -> Double {
        ready(rows, weights, nil).value([1])
    }

    package func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore {
        ready(rows, weights, blocks)
    }

    private func ready(_ rows: ScoredRows, _ weights: [Double]?, _ blocks: [[Int]]?) -> MeanOverClasses {
        MeanOverClasses(rows, weights: weights, blocks: blocks) { $0.averagePrecision($1) }
    }
}
