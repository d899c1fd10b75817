// How far the probability of the predicted class is from the share of correct predictions.

/// Reliability of the predicted class over bins of equal width.
package struct Reliability: Sendable {
    package struct Bin: Sendable {
        package let rows: Int
        /// Means over the bin's rows: probability of the predicted class, and share of correct predictions.
        package let confidence: Double
        package let accuracy: Double
    }

    /// Those bins that have rows, from low confidence to high.
    package let bins: [Bin]
    /// The expected calibration error: the bins' |confidence - accuracy|, weighted by their rows (Guo et al., 2017).
    package let calibrationError: Double

    /// Row weights do not enter. Of equal probabilities the first class counts as predicted, as in ``Accuracy``.
    package init(_ matrix: ProbabilityMatrix, labels: [Int], binCount: Int = Reliability.binCount) {
        var sums = [(rows: Int, confidence: Double, correct: Int)](repeating: (0, 0, 0), count: binCount)
        for (row, label) in labels.enumerated() {
            let (bin, confidence, predicted) = Self.bin(of: matrix[row: row], bins: binCount)
            sums[bin].rows += 1
            sums[bin].confidence += confidence
            sums[bin].correct += predicted == label ? 1 : 0
        }
        bins = sums.filter { $0.rows > 0 }.map {
            Bin(
                rows: $0.rows, confidence: $0.confidence / Double($0.rows),
                accuracy: Double($0.correct) / Double($0.rows))
        }
        calibrationError =
            sums.reduce(0) { $0 + abs($1.confidence - Double($1.correct)) } / Double(max(1, labels.count))
    }

    /// The bins of equal width that there are.
    package static let binCount = 10

    /// The bin of a row by the probability of its predicted class, that probability, and the class.
    static func bin(of row: ArraySlice<Double>, bins: Int) -> (bin: Int, confidence: Double, predicted: Int) {
        let confidence = row.max() ?? 0
        let predicted = (row.firstIndex(of: confidence) ?? 0) - row.startIndex
        return (bin(of: confidence, bins: bins), confidence, predicted)
    }

    /// Bins are closed above, as Guo et al. define them: .9 belongs to (.8, .9]. Predictions are kept in single precision, in which
    /// .9 is a little less than in double and .8 a little more, so the edge is sought there.
    private static func bin(of confidence: Double, bins: Int) -> Int {
        let place = (Float(confidence) * Float(bins)).rounded(.up)
        return min(bins - 1, max(0, Int(place) - 1))
    }
}
