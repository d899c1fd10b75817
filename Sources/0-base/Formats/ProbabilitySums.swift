// The rule for probabilities that do not quite sum to 1, once for all files. Knows numbers, no files.

/// How far a row's sum may lie from 1.
///
/// A sum within 1e-6 of 1 is as good as single precision has it, and the row is taken as it is. One within the tolerance is
/// rounding, and the row is divided by its sum. The tolerance is 1e-3, which covers half precision, and 1/128 where the numbers
/// were kept as bfloat16, whose 8 bits may be rounded or cut off; where all numbers of a table are rounded to two, three or four decimals, it is what such rounding can make of a row: half a unit of the last
/// decimal for each class, at most 0.1. Beyond, the numbers are no probabilities of one row.
package struct ProbabilitySums: Sendable {
    package let tolerance: Double

    /// Sums this near to 1 are left alone.
    package static let exact = 1e-6
    private static let half = 1e-3
    private static let widest = 0.1

    /// - Parameters:
    ///   - values: those of all rows of `classes` numbers.
    ///   - precision: how far a number of the type they were kept in may be off, as a part of itself.
    package init(of values: [Double], classes: Int, precision: Double = 0) {
        let decimals = (2...4).first { decimals in
            let scale = [100.0, 1_000, 10_000][decimals - 2]
            return values.allSatisfy { value in
                // To the precision of half precision: many such tables were kept in it.
                abs(value * scale - (value * scale).rounded()) <= max(1e-6, abs(value) * 0x1p-11) * scale
            }
        }
        let rounding = decimals.map { Double(classes) * 0.5 / [100.0, 1_000, 10_000][$0 - 2] + Self.exact } ?? 0
        tolerance = max(Self.half, precision, min(Self.widest, rounding))
    }

    /// What is to become of a row.
    package enum Verdict: Equatable, Sendable {
        case asItIs
        case divided(by: Double)
        /// Every number is 0.
        case empty
        case off(sum: Double)
    }

    /// - Parameter row: numbers in 0...1.
    package func verdict(on row: some Sequence<Double>) -> Verdict {
        let sum = row.reduce(0, +)
        if sum <= 0 { return .empty }
        if abs(sum - 1) <= Self.exact { return .asItIs }
        return abs(sum - 1) <= tolerance ? .divided(by: sum) : .off(sum: sum)
    }
}
