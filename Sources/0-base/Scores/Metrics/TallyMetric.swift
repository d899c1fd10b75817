// Metrics that are a value of sums over rows, as most are. Knows no metric in particular.

/// Sums over rows from which a metric's value follows.
package struct Tally: AdditiveArithmetic, Sendable {
    /// As many numbers as ``TallyMetric/width(classes:)`` says.
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

/// A metric to which each row adds, so that rows can be left out, weighed and drawn again by sums alone.
package protocol TallyMetric: Metric {
    /// How many numbers a tally has.
    func width(classes: Int) -> Int
    /// The rows as they are counted, of which these weights count; the same for all tallies that are added up.
    func prepared(_ rows: ScoredRows, weights: [Double]?) -> ScoredRows
    /// What one row adds: to which number of the tally, and how much, before its weight.
    func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void)
    /// The value of a tally; NaN where nothing counted.
    func value(of tally: Tally) -> Double
}

extension TallyMetric {
    package func prepared(_ rows: ScoredRows, weights: [Double]?) -> ScoredRows { rows }

    /// The tally of some rows, each counting as its weight says.
    ///
    /// - Parameters:
    ///   - weights: one non-negative weight for each of all rows; nil weighs all alike.
    ///   - chosen: the rows that are counted; nil counts all.
    package func tally(of rows: ScoredRows, weights: [Double]? = nil, over chosen: [Int]? = nil) -> Tally {
        let rows = prepared(rows, weights: weights)
        var tally = Tally(width: width(classes: rows.classes))
        func add(_ row: Int) {
            let weight = weights?[row] ?? 1
            if weight > 0 { count(row, of: rows) { tally.sums[$0] += weight * $1 } }
        }
        if let chosen { chosen.forEach(add) } else { (0..<rows.count).forEach(add) }
        return tally
    }

    package func value(over rows: ScoredRows, weights: [Double]?) -> Double {
        value(of: tally(of: rows, weights: weights))
    }

    package func resampled(_ rows: ScoredRows, weights: [Double]?, blocks: [[Int]]) -> any ResampledScore {
        let rows = prepared(rows, weights: weights)
        var tallies = BlockTallies(metric: self, width: width(classes: rows.classes))
        for block in blocks {
            var sums: [Int: Double] = [:]
            for row in block {
                let weight = weights?[row] ?? 1
                count(row, of: rows) { sums[$0, default: 0] += weight * $1 }
            }
            tallies.append(sums)
        }
        return tallies
    }
}

/// A metric that is the mean of a number of each row.
package protocol MeanMetric: TallyMetric {
    /// The row's own number.
    func value(of row: Int, in rows: ScoredRows) -> Double
    /// The number of each row.
    func perRow(_ rows: ScoredRows) -> [Double]
}

extension MeanMetric {
    package func width(classes: Int) -> Int { 2 }

    package func count(_ row: Int, of rows: ScoredRows, add: (_ place: Int, _ amount: Double) -> Void) {
        add(0, 1)
        add(1, value(of: row, in: rows))
    }

    package func value(of tally: Tally) -> Double { tally.sums[1] / tally.sums[0] }

    package func perRow(_ rows: ScoredRows) -> [Double] { (0..<rows.count).map { value(of: $0, in: rows) } }
}

/// The tallies of many blocks of rows, of which each has few numbers that are not 0.
private struct BlockTallies: ResampledScore {
    let metric: any TallyMetric
    let width: Int
    private var starts = [0]
    private var places: [Int] = []
    private var amounts: [Double] = []

    init(metric: any TallyMetric, width: Int) { (self.metric, self.width) = (metric, width) }

    mutating func append(_ sums: [Int: Double]) {
        for (place, amount) in sums.sorted(by: { $0.key < $1.key }) {
            places.append(place)
            amounts.append(amount)
        }
        starts.append(places.count)
    }

    var work: Int { places.count }

    func value(_ counts: [Double]) -> Double {
        var tally = Tally(width: width)
        tally.sums.withUnsafeMutableBufferPointer { sums in
            for index in counts.indices where counts[index] > 0 {
                for entry in starts[index]..<starts[index + 1] {
                    sums[places[entry]] += counts[index] * amounts[entry]
                }
            }
        }
        return metric.value(of: tally)
    }
}
