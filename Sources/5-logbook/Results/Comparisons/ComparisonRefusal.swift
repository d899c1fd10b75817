// Why two results are not compared: each reason told apart, in no words.

/// A reason not to compare two results.
package enum ComparisonRefusal: Hashable, Sendable {
    /// The names of the metrics by which the two are judged.
    case otherMetric(String, String)
    case otherRowsOrFolds, otherRows, otherFolds
    /// Two that are each of some folds, and of no fold both.
    case noCommonRows
    /// The rows are not in the store any more.
    case lostWeights
    case otherWeights
    /// Every label stands in one fold alone.
    case nothingLearnt
    /// Some rows have no score, or the metric is not defined for them.
    case notRecorded(metric: String)
    /// What was wrong with the predictions that were to be read.
    case unreadable(String)
    /// Of two that belong together by name.
    case onlyFirstHasScore, onlySecondHasScore, neitherHasScore, sameScores
    /// Of a recipe and the first one.
    case firstHasNoScore, noScore
}
