// Metrics of a curve over thresholds: the area under the ROC curve, average precision. Knows labels and probabilities.

internal import Targets

/// A metric of how one class's probability orders the rows: of two classes of the second, of more the mean over the classes, each
/// against the rest. Classes for which it is not defined are left out.
protocol CurveMetric: Metric {
    /// The value for one class; nil where it is not defined.
    ///
    /// - Parameter counts: how often each block of rows counts.
    func value(of rows: OneAgainstRest, _ counts: [Double]) -> Double?
}

extension CurveMetric {
    package var reads: Set<RowColumn> { [.probabilities] }
    package var kinds: Set<Target.Kind> { [.classes, .ordinal, .multiLabel] }

    package func value(over rows: ScoredRows, weights: [Double]?) -> Double {
        MeanOverClasses(rows, weights: weights, blocks: nil, value: value(of:_:)).value([1])
    }

    package func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore {
        MeanOverClasses(rows, weights: weights, blocks: blocks, value: value(of:_:))
    }
}

/// The area under the ROC curve: the share of pairs of a row of the class and one of another in which the first has the higher
/// probability of it, ties as half.
///
/// As scikit-learn's `roc_auc_score` with `multi_class="ovr"`. A class that no row has, or that all have, is left out.
package struct AreaUnderROC: CurveMetric {
    package var name: String { "auc" }
    package var title: String { "AUC" }
    package var unit: String { "share of pairs" }
    package var widestDifference: Double? { 1 }

    package init() {}

    package func chance(classes: Int) -> Double? { 0.5 }

    func value(of rows: OneAgainstRest, _ counts: [Double]) -> Double? { rows.areaUnderROC(counts) }
}

/// Average precision: the sum over thresholds of precision times the step of recall, without interpolation.
///
/// As scikit-learn's `average_precision_score`. A class that no row has is left out.
package struct AveragePrecision: CurveMetric {
    package var name: String { "average-precision" }
    package var title: String { "average precision" }
    package var unit: String { "precision" }
    package var widestDifference: Double? { 1 }

    package init() {}

    func value(of rows: OneAgainstRest, _ counts: [Double]) -> Double? { rows.averagePrecision(counts) }
}
