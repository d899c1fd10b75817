// Sharper or flatter probabilities: p to a power. Knows no groups and no constraint.

/// A power that sharpens (above 1) or flattens (below 1) each row of probabilities: p^exponent, row-normalised.
///
/// The exponent is the inverse of the temperature of a softmax whose logits are log p: exponent 2 is temperature .5.
package struct Temperature: Equatable, Sendable {
    /// The power, positive; 1 changes nothing but the floor.
    package var exponent: Double
    /// Probabilities below this are raised to it before the power, so that no class becomes impossible.
    package var floor: Double

    /// The floor that keeps a class possible; far below what calibrated models say.
    package static let defaultFloor = 1e-12
    /// Where a fit looks for the logarithm of the exponent: exponents of .14 to 7.4.
    package static let logBounds = -2.0...2.0

    /// A temperature by its exponent.
    package init(exponent: Double, floor: Double = Temperature.defaultFloor) {
        precondition(exponent > 0 && exponent.isFinite, "an exponent is positive")
        self.exponent = exponent
        self.floor = floor
    }

    /// The rows of `matrix` to the power, each summing to 1.
    ///
    /// Each row is divided by its largest value first, so a large exponent underflows only what is negligible.
    package func applied(to matrix: ProbabilityMatrix) -> ProbabilityMatrix {
        let classes = matrix.classCount
        let (exponent, floor) = (exponent, floor)
        let values = [Double](unsafeUninitializedCapacity: matrix.values.count) { output, count in
            matrix.values.withUnsafeBufferPointer { input in
                for start in stride(from: 0, to: input.count, by: classes) {
                    var largest = floor
                    for index in start..<start + classes { largest = max(largest, input[index]) }
                    for index in start..<start + classes {
                        let ratio = max(input[index], floor) / largest
                        output[index] =
                            ratio > 0 ? Elementary.exponential(exponent * Elementary.logarithm(ratio)) : 0
                    }
                    normaliseRow(UnsafeMutableBufferPointer(rebasing: output[start..<start + classes]))
                }
            }
            count = matrix.values.count
        }
        return ProbabilityMatrix(trusted: values, classCount: classes)
    }
}
