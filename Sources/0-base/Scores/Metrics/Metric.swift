// What predictions are scored by, as values: a name, a unit, a direction, and what each row adds. Knows no metric in particular.

/// What is known of each row of one model's predictions, and what its metrics are worked out from.
package struct ScoredRows: Sendable {
    /// Number of classes.
    package let classes: Int
    /// The true class of each row.
    package let labels: [Int]
    /// The most probable class of each row; of equal ones the first. Empty where it was not recorded.
    package let predicted: [Int]
    /// Minus the logarithm of the probability of each row's true class, in nats.
    package let losses: [Double]

    /// Columns of equal length; labels and predicted classes lie below `classes` (preconditions).
    package init(classes: Int, labels: [Int], predicted: [Int], losses: [Double]) {
        precondition(
            labels.count == losses.count && (predicted.isEmpty || predicted.count == labels.count), "one for each row")
        precondition(labels.allSatisfy { $0 >= 0 && $0 < classes } && predicted.allSatisfy { $0 >= 0 && $0 < classes })
        (self.classes, self.labels, self.predicted, self.losses) = (classes, labels, predicted, losses)
    }

    /// The rows of a table of probabilities.
    package init(_ matrix: ProbabilityMatrix, labels: [Int]) {
        self.init(
            classes: matrix.classCount, labels: labels, predicted: matrix.predictedLabels,
            losses: LogLoss.perRow(matrix, labels: labels))
    }

    /// Number of rows.
    package var count: Int { labels.count }
}

/// Sums over rows from which a metric's value follows.
package struct Tally: AdditiveArithmetic, Sendable {
    /// As many numbers as ``Metric/width(classes:)`` says.
    package var sums: [Double]

    /// Nothing counted yet.
    package init(width: Int) { sums = [Double](repeating: 0, count: width) }

    /// Of no width: what may be added to any other.
    package static let zero = Tally(width: 0)

    package static func + (left: Tally, right: Tally) -> Tally { combined(left, right, +) }
    package static func - (left: Tally, right: Tally) -> Tally { combined(left, right, -) }

    private static func combined(_ left: Tally, _ right: Tally, _ operation: (Double, Double) -> Double) -> Tally {
        var result = Tally(width: max(left.sums.count, right.sums.count))
        for index in result.sums.indices {
            result.sums[index] = operation(
                index < left.sums.count ? left.sums[index] : 0, index < right.sums.count ? right.sums[index] : 0)
        }
        return result
    }
}

/// A score of predictions: each row adds to a tally, and the tally has a value. So rows can be left out, weighed and drawn again
/// without a look at the probabilities.
package protocol Metric: Sendable {
    /// As recipes, records and JSON call it: `log-loss`.
    var name: String { get }
    /// As sentences and tables call it: `log loss`.
    var title: String { get }
    /// What a value is a number of: `nats per row`.
    var unit: String { get }
    /// Which way is better.
    var direction: MetricDirection { get }
    /// The decimals that people read.
    var digits: Int { get }
    /// Whether a row's predicted class matters.
    var readsPredicted: Bool { get }
    /// What probabilities score that are the same for each class; nil where that hangs on more than the number of classes.
    func chance(classes: Int) -> Double?
    /// How many numbers a tally has.
    func width(classes: Int) -> Int
    /// What one row adds: to which number of the tally, and how much, before its weight.
    func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void)
    /// The value of a tally; NaN where nothing counted.
    func value(of tally: Tally) -> Double
    /// The value of a whole table, each row counting as its weight says; nil weighs all alike.
    func score(_ matrix: ProbabilityMatrix, labels: [Int], weights: [Double]?) -> Double
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

    package var readsPredicted: Bool { true }

    package func score(_ matrix: ProbabilityMatrix, labels: [Int], weights: [Double]?) -> Double {
        value(over: ScoredRows(matrix, labels: labels), weights: weights)
    }

    /// The tally of some rows, each counting as its weight says.
    ///
    /// - Parameters:
    ///   - weights: one non-negative weight for each of all rows; nil weighs all alike.
    ///   - chosen: the rows that are counted; nil counts all.
    package func tally(of rows: ScoredRows, weights: [Double]? = nil, over chosen: [Int]? = nil) -> Tally {
        var tally = Tally(width: width(classes: rows.classes))
        func add(_ row: Int) {
            let weight = weights?[row] ?? 1
            if weight > 0 { count(row, of: rows) { tally.sums[$0] += weight * $1 } }
        }
        if let chosen { chosen.forEach(add) } else { (0..<rows.count).forEach(add) }
        return tally
    }

    /// The value of some rows; see ``tally(of:weights:over:)``.
    package func value(over rows: ScoredRows, weights: [Double]? = nil, chosen: [Int]? = nil) -> Double {
        value(of: tally(of: rows, weights: weights, over: chosen))
    }
}

/// A metric that is the mean of a number of each row.
package protocol MeanMetric: Metric {
    /// The row's own number.
    func value(of row: Int, in rows: ScoredRows) -> Double
}

extension MeanMetric {
    package func width(classes: Int) -> Int { 2 }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        add(0, 1)
        add(1, value(of: row, in: rows))
    }

    package func value(of tally: Tally) -> Double { tally.sums[1] / tally.sums[0] }

    /// The number of each row.
    package func perRow(_ rows: ScoredRows) -> [Double] { (0..<rows.count).map { value(of: $0, in: rows) } }
}
