// What predictions are scored by, as values: a name, a unit, a direction, and what rows are worth. Knows no metric in particular.

package import Targets

/// A score of predictions.
///
/// Most metrics are a ``TallyMetric``: each row adds to a tally, and the tally has a value. One that hangs on the order of all rows,
/// such as the area under the ROC curve, says its value over weighted rows itself.
package protocol Metric: Sendable {
    /// As recipes, records and JSON call it: `log-loss`.
    var name: String { get }
    /// As sentences and tables call it: `log loss`.
    var title: String { get }
    /// What a value is a number of: `nats per row`.
    var unit: String { get }
    /// Which way is better.
    var direction: MetricDirection { get }
    /// The most that two values can differ by; nil where nothing bounds them.
    var widestDifference: Double? { get }
    /// The decimals that people read.
    var digits: Int { get }
    /// What it needs to know of each row beside the true class.
    var reads: Set<RowColumn> { get }
    /// What is predicted where it can be said.
    var kinds: Set<Target.Kind> { get }
    /// What probabilities score that are the same for each class; nil where that hangs on more than the number of classes.
    func chance(classes: Int) -> Double?
    /// Why so many classes cannot be scored, as a clause; nil where they can.
    func refusal(classes: Int) -> String?
    /// The value of some rows, each counting as its weight says; nil weighs all alike. NaN where it is not defined for them: where
    /// no row counts, and by some metrics where all are of one class.
    ///
    /// - Parameter weights: one non-negative weight for each row.
    func value(over rows: ScoredRows, weights: [Double]?) -> Double
    /// The rows made ready for many values, in which blocks of rows count more or less often.
    ///
    /// - Parameters:
    ///   - weights: one non-negative weight for each row; nil weighs all alike.
    ///   - blocks: the rows of each block.
    func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore
    /// The same for a whole table with its probabilities, as scores are recorded: means are summed in the order that they always were.
    func score(_ table: ScoredRows, weights: [Double]?) -> Double
}

/// A metric over rows of which whole blocks are drawn again.
package protocol ResampledScore: Sendable {
    /// The value where each block counts as often as `counts` says; NaN where it is not defined.
    func value(_ counts: [Double]) -> Double
    /// How many numbers one value reads, for a bound on the work.
    var work: Int { get }
}

/// Which way a metric is better.
package enum MetricDirection: String, Sendable {
    case lower, higher

    /// How much better `new` is than `old`: positive where it is.
    package func improvement(from old: Double, to new: Double) -> Double { self == .lower ? old - new : new - old }

    /// `value` as a cost: the lower the better.
    package func cost(_ value: Double) -> Double { self == .lower ? value : -value }
}

extension Metric {
    package func chance(classes: Int) -> Double? { nil }

    package func refusal(classes: Int) -> String? { nil }

    /// What predictions of a target score that say nothing; nil where that is no one number, as of groups of several sizes.
    package func chance(of target: Target) -> Double? {
        switch target.kind {
        case .choice: nil
        case .multiLabel: chance(classes: 2)
        case .classes, .ordinal, .number: chance(classes: target.width)
        }
    }

    /// What a value is a number of where groups stand for rows: `nats per group`.
    package func unit(of target: Target) -> String {
        guard target.form == .shares else { return unit }
        let words = unit.split(separator: " ").map { $0 == "row" ? "group" : $0 == "rows" ? "groups" : $0 }
        return words.joined(separator: " ")
    }

    package var kinds: Set<Target.Kind> { [.classes, .ordinal] }

    /// Why predictions of this target cannot be scored, as a clause; nil where they can.
    package func refusal(of target: Target) -> String? {
        guard !kinds.contains(target.kind) else { return refusal(classes: target.width) }
        let others =
            Metrics.all.filter { $0.kinds.contains(target.kind) }.map(\.name)
            + Metrics.families.filter { $0.metric(named: $0.example)?.kinds.contains(target.kind) ?? false }.map(\.form)
        return
            "it scores \(Target.Kind.allCases.filter(kinds.contains).map(\.rawValue).joined(separator: ", ")); take one of \(others.joined(separator: ", "))"
    }

    package var direction: MetricDirection { .higher }

    package var widestDifference: Double? { nil }

    package var digits: Int { 4 }

    package var reads: Set<RowColumn> { [.predicted] }

    package func score(_ table: ScoredRows, weights: [Double]?) -> Double { value(over: table, weights: weights) }

    package func score(_ matrix: ProbabilityMatrix, labels: [Int], weights: [Double]?) -> Double {
        score(ScoredRows(matrix, labels: labels), weights: weights)
    }
}
