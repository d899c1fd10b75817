// The few real functions of the platform's C library that the module needs. Knows nothing of what they serve.

internal import Glibc

/// Elementary real functions, named here once so that no other file imports the C library.
package enum Elementary {
    @inlinable @inline(__always) package static func exponential(_ x: Double) -> Double { exp(x) }
    @inlinable @inline(__always) package static func logarithm(_ x: Double) -> Double { log(x) }
    /// log(1 + x), exact for small x.
    @inlinable @inline(__always) package static func logarithm(onePlus x: Double) -> Double { log1p(x) }
    @inlinable @inline(__always) package static func power(_ x: Double, _ exponent: Double) -> Double {
        pow(x, exponent)
    }
    /// 1 - erf(x), with full relative precision in the upper tail.
    @inlinable @inline(__always) package static func complementaryError(_ x: Double) -> Double { erfc(x) }

    /// The logarithm of the gamma function at x > 0, to about 1e-14.
    ///
    /// Lanczos' series with g = 7 and nine terms, with Godfrey's coefficients. The C library's `lgamma` is not
    /// used: it writes a global sign.
    package static func logGamma(_ x: Double) -> Double {
        if x < 0.5 {
            // Reflection: gamma(x) gamma(1 - x) = pi / sin(pi x).
            return logarithm(.pi / sin(.pi * x)) - logGamma(1 - x)
        }
        let terms: [Double] = [
            676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ]
        let shifted = x - 1
        var series = 0.99999999999980993
        for (index, term) in terms.enumerated() { series += term / (shifted + Double(index + 1)) }
        let base = shifted + 7.5
        return 0.5 * logarithm(2 * .pi) + (shifted + 0.5) * logarithm(base) - base + logarithm(series)
    }
}
