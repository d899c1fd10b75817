// What is known of each row of one model's predictions. Knows no metric in particular.

/// A column of ``ScoredRows`` that a metric may read.
package enum RowColumn: Hashable, Sendable {
    /// Minus the logarithm of the true class's probability.
    case losses
    /// The most probable class.
    case predicted
    /// The probabilities of all classes.
    case probabilities
    /// The numbers that are true and those that are predicted.
    case numbers
}

/// What is known of each row of one model's predictions, and what its metrics are worked out from.
package struct ScoredRows: Sendable {
    /// Number of classes, or of the numbers of a row.
    package let classes: Int
    /// The true class of each row; empty where numbers are predicted.
    package let labels: [Int]
    /// The most probable class of each row; of equal ones the first. Empty where it was not recorded.
    package let predicted: [Int]
    /// Minus the logarithm of the probability of each row's true class, in nats. Empty where no metric reads it.
    package let losses: [Double]
    /// The probabilities of all classes; nil where no metric reads them.
    package let probabilities: ProbabilityMatrix?
    /// What is true and what is predicted of each row, where that is numbers; else nil.
    package let numbers: NumberRows?
    /// Number of rows.
    package let count: Int

    /// Columns of equal length; labels and predicted classes lie below `classes` (preconditions).
    package init(
        classes: Int, labels: [Int], predicted: [Int] = [], losses: [Double] = [],
        probabilities: ProbabilityMatrix? = nil
    ) {
        let counts = [predicted.count, losses.count, probabilities?.rowCount ?? 0]
        precondition(counts.allSatisfy { $0 == 0 || $0 == labels.count }, "one for each row")
        precondition(labels.allSatisfy { $0 >= 0 && $0 < classes } && predicted.allSatisfy { $0 >= 0 && $0 < classes })
        precondition(probabilities.map { $0.classCount == classes } ?? true)
        (self.classes, self.labels, self.predicted, self.losses) = (classes, labels, predicted, losses)
        (self.probabilities, numbers, count) = (probabilities, nil, labels.count)
    }

    /// Rows of numbers.
    package init(_ numbers: NumberRows) {
        (classes, count, self.numbers) = (numbers.width, numbers.count, numbers)
        (labels, predicted, losses, probabilities) = ([], [], [], nil)
    }

    /// The rows of a table of probabilities, of which the most probable class is predicted, or of ordered classes the one that is
    /// nearest to their mean.
    package init(_ matrix: ProbabilityMatrix, labels: [Int], isOrdered: Bool = false) {
        self.init(
            classes: matrix.classCount, labels: labels,
            predicted: isOrdered ? matrix.nearestLabels : matrix.predictedLabels,
            losses: LogLoss.perRow(matrix, labels: labels), probabilities: matrix)
    }

    /// Some of the rows, in that order.
    package func selecting(_ rows: some Collection<Int>) -> ScoredRows {
        if let numbers { return ScoredRows(numbers.selecting(rows)) }
        return ScoredRows(
            classes: classes, labels: rows.map { labels[$0] },
            predicted: predicted.isEmpty ? [] : rows.map { predicted[$0] },
            losses: losses.isEmpty ? [] : rows.map { losses[$0] }, probabilities: probabilities?.selecting(rows: rows))
    }

    /// The place of a row's true class among the classes by probability, the first is 1; of equal ones the first class comes first.
    package func rank(of row: Int) -> Int {
        guard let probabilities else { return .max }
        let own = probabilities[row: row]
        let label = own.startIndex + labels[row]
        return own.indices.reduce(1) { rank, index in
            own[index] > own[label] || (own[index] == own[label] && index < label) ? rank + 1 : rank
        }
    }
}
