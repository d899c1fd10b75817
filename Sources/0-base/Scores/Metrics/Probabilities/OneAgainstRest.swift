// Rows in the order of one class's probability, and what curves over thresholds say of them. Knows no metric.

/// The rows of a table by the probability of one class, from high to low.
struct OneAgainstRest: Sendable {
    /// A row: the block that it is drawn with, its weight, and whether it is of the class.
    private struct Entry {
        let block: Int32
        /// Whether the next row has a lower probability: a threshold can lie between the two.
        let isLast: Bool
        let isPositive: Bool
        let weight: Double
    }
    private let entries: [Entry]

    /// - Parameters:
    ///   - weights: of each row; nil weighs all alike. Rows of weight 0 are left out.
    ///   - block: of each row.
    init(_ rows: ScoredRows, class label: Int, weights: [Double]?, block: [Int32]) {
        let probability: (Int) -> Double
        let isPositive: (Int) -> Bool
        if let numbers = rows.numbers {
            probability = { numbers.values[$0 * numbers.width + label] }
            isPositive = { numbers.truths[$0 * numbers.width + label] == 1 }
        } else if let probabilities = rows.probabilities {
            probability = { probabilities[$0, label] }
            isPositive = { rows.labels[$0] == label }
        } else {
            entries = []
            return
        }
        let order = (0..<rows.count).filter { (weights?[$0] ?? 1) > 0 }
            .sorted { probability($0) > probability($1) }
        entries = order.indices.map { place in
            let row = order[place]
            let next = place + 1 < order.count ? probability(order[place + 1]) : -1
            return Entry(
                block: block[row], isLast: next < probability(row),
                isPositive: isPositive(row), weight: weights?[row] ?? 1)
        }
    }

    var count: Int { entries.count }

    /// Goes through the thresholds from high to low.
    ///
    /// - Parameter visit: the weight of the positives and of the negatives at the threshold, ties together.
    @inline(__always)
    private func thresholds(_ counts: [Double], _ visit: (_ positive: Double, _ negative: Double) -> Void) {
        counts.withUnsafeBufferPointer { counts in
            var (positive, negative) = (0.0, 0.0)
            for entry in entries {
                let weight = entry.weight * counts[Int(entry.block)]
                if entry.isPositive { positive += weight } else { negative += weight }
                if entry.isLast {
                    if positive > 0 || negative > 0 { visit(positive, negative) }
                    (positive, negative) = (0, 0)
                }
            }
        }
    }

    /// The share of pairs of a positive and a negative in which the positive has the higher probability, ties as half; nil where
    /// there is no pair.
    func areaUnderROC(_ counts: [Double]) -> Double? {
        var (positives, negatives, area) = (0.0, 0.0, 0.0)
        thresholds(counts) { positive, negative in
            area += negative * (positives + positive / 2)
            positives += positive
            negatives += negative
        }
        return positives > 0 && negatives > 0 ? area / (positives * negatives) : nil
    }

    /// The sum over thresholds of precision times the step of recall; nil where there is no positive.
    func averagePrecision(_ counts: [Double]) -> Double? {
        var (positives, taken, sum) = (0.0, 0.0, 0.0)
        thresholds(counts) { positive, negative in
            positives += positive
            taken += positive + negative
            if positive > 0 { sum += positive * positives / taken }
        }
        return positives > 0 ? sum / positives : nil
    }
}

/// The mean over classes of what a curve says of each against the rest; of two classes that of the second alone. Of several labels at
/// once that of all.
struct MeanOverClasses: ResampledScore {
    let classes: [OneAgainstRest]
    let value: @Sendable (OneAgainstRest, [Double]) -> Double?

    init(
        _ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]?,
        value: @escaping @Sendable (OneAgainstRest, [Double]) -> Double?
    ) {
        self.value = value
        var block = [Int32](repeating: 0, count: rows.count)
        for (place, members) in (blocks ?? []).enumerated() {
            for row in members { block[row] = Int32(place) }
        }
        classes = (rows.classes == 2 && rows.numbers == nil ? 1..<2 : 0..<rows.classes).map {
            OneAgainstRest(rows, class: $0, weights: weights, block: block)
        }
    }

    var work: Int { classes.reduce(0) { $0 + $1.count } }

    /// Classes that have no value are left out; NaN where none has one.
    func value(_ counts: [Double]) -> Double {
        let values = classes.compactMap { value($0, counts) }
        return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
    }
}
