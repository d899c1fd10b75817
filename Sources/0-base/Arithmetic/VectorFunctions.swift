// Exponentials and logarithms of eight numbers at once. Knows nothing of what they serve.

/// Elementary functions of vectors, within 1 unit in the last place of the C library's.
///
/// Source: the reductions and minimax polynomials of Sun's fdlibm (e_log.c, e_exp.c, 1993), without branches. They use
/// additions, multiplications, one division and no fused operation, so that every processor gives the same bits.
package enum VectorFunctions {
    package typealias Vector = SIMD8<Double>
    @usableFromInline typealias Bits = SIMD8<UInt64>

    @usableFromInline static let ln2High = 6.93147180369123816490e-01
    @usableFromInline static let ln2Low = 1.90821492927058770002e-10

    /// The natural logarithm of positive, normal, finite numbers.
    @inlinable @inline(__always)
    package static func logarithm(_ x: Vector) -> Vector {
        let bits = unsafeBitCast(x, to: Bits.self)
        // The significand in sqrt(1/2)...sqrt(2), and the exponent that belongs to it.
        let shifted = bits &+ Bits(repeating: 0x0009_5F64_0000_0000)
        let exponentBits = shifted &>> 52
        let significand = unsafeBitCast(
            bits &- (exponentBits &<< 52) &+ Bits(repeating: 0x3FF0_0000_0000_0000), to: Vector.self)
        // An integer below 2^52 becomes a double by way of its bits.
        let exponent =
            unsafeBitCast(exponentBits | Bits(repeating: 0x4330_0000_0000_0000), to: Vector.self)
            - (0x1p52 + 1023)
        let f = significand - 1
        let s = f / (2 + f)
        let z = s * s
        let w = z * z
        let odd = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
        let evenTail = 2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)
        let even = z * (6.666666666666735130e-01 + w * evenTail)
        let half = 0.5 * f * f
        return exponent * ln2High - ((half - (s * (half + odd + even) + exponent * ln2Low)) - f)
    }

    /// The exponential of numbers of at most 0; below -708, where doubles lose their digits, 0.
    @inlinable @inline(__always)
    package static func exponential(_ x: Vector) -> Vector {
        // Adding 1.5 * 2^52 rounds to an integer, which then stands in the low bits.
        let rounder = 0x1.8p52
        let bounded = x.replacing(with: -709, where: x .< -709)
        let shifted = bounded * 1.44269504088896338700e+00 + rounder
        let k = shifted - rounder
        let high = bounded - k * ln2High
        let low = k * ln2Low
        let r = high - low
        let t = r * r
        let tail = -1.65339022054652515390e-06 + t * 4.13813679705723846039e-08
        let inner = -2.77777777770155933842e-03 + t * (6.61375632143793436117e-05 + t * tail)
        let c = r - t * (1.66666666666666019037e-01 + t * inner)
        let y = 1 - ((low - (r * c) / (2 - c)) - high)
        let scaled = unsafeBitCast(y, to: Bits.self) &+ (unsafeBitCast(shifted, to: Bits.self) &<< 52)
        return unsafeBitCast(scaled, to: Vector.self).replacing(with: 0, where: x .< -708)
    }
}
