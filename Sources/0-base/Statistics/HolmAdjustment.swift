// P-values made fit for looking at several. Knows no tests.

/// Holm's step-down adjustment (1979), which bounds the chance of any false finding among all comparisons.
package enum HolmAdjustment {
    /// The adjusted p-values, in the order given; compare each with alpha.
    ///
    /// The i-th smallest of n, from zero, is multiplied by n - i; then none may be below a smaller one, or above 1.
    /// - Parameter pValues: in 0...1 (a precondition).
    package static func adjusted(_ pValues: [Double]) -> [Double] {
        precondition(pValues.allSatisfy { $0 >= 0 && $0 <= 1 }, "a p-value lies in 0...1")
        var adjusted = pValues
        var largest = 0.0
        for (rank, index) in pValues.indices.sorted(by: { (pValues[$0], $0) < (pValues[$1], $1) })
            .enumerated()
        {
            largest = max(largest, pValues[index] * Double(pValues.count - rank))
            adjusted[index] = min(largest, 1)
        }
        return adjusted
    }
}
