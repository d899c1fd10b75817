// Sharper or flatter probabilities: p to a power. Knows no groups and no constraint.

internal import Arithmetic

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
        let total = matrix.values.count
        let floor = max(floor, .leastNormalMagnitude)
        let values = [Double](unsafeUninitializedCapacity: total) { output, count in
            matrix.values.withUnsafeBufferPointer { input in
                Self.map(input, into: output, padding: 1) {
                    VectorFunctions.logarithm($0.replacing(with: floor, where: $0 .< floor))
                }
            }
            for start in stride(from: 0, to: total, by: classes) {
                var largest = output[start]
                for index in start..<start + classes { largest = max(largest, output[index]) }
                for index in start..<start + classes { output[index] = exponent * (output[index] - largest) }
            }
            Self.map(UnsafeBufferPointer(output), into: output, padding: 0) { VectorFunctions.exponential($0) }
            for start in stride(from: 0, to: total, by: classes) {
                normaliseRow(UnsafeMutableBufferPointer(rebasing: output[start..<start + classes]))
            }
            count = total
        }
        return ProbabilityMatrix(trusted: values, classCount: classes)
    }

    /// Writes what `body` makes of eight numbers at a time; the last eight are filled up with `padding`.
    @inline(__always)
    private static func map(
        _ input: UnsafeBufferPointer<Double>, into output: UnsafeMutableBufferPointer<Double>, padding: Double,
        _ body: (SIMD8<Double>) -> SIMD8<Double>
    ) {
        guard let input = input.baseAddress.map(UnsafeRawPointer.init), let start = output.baseAddress else { return }
        let target = UnsafeMutableRawPointer(start)
        let (width, count) = (MemoryLayout<SIMD8<Double>>.size, output.count * MemoryLayout<Double>.size)
        var place = 0
        while place + width <= count {
            let part = body(input.loadUnaligned(fromByteOffset: place, as: SIMD8<Double>.self))
            target.storeBytes(of: part, toByteOffset: place, as: SIMD8<Double>.self)
            place += width
        }
        guard place < count else { return }
        var last = SIMD8<Double>(repeating: padding)
        let lanes = (count - place) / MemoryLayout<Double>.size
        for lane in 0..<lanes { last[lane] = input.load(fromByteOffset: place + lane * 8, as: Double.self) }
        last = body(last)
        for lane in 0..<lanes { start[place / 8 + lane] = last[lane] }
    }
}
