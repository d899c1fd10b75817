// The standard normal distribution. Knows no tests and no data.

internal import Arithmetic

/// The normal distribution with mean 0 and deviation 1.
package enum NormalDistribution {
    /// P(X <= x), with full relative precision in the lower tail.
    package static func cumulative(_ x: Double) -> Double {
        0.5 * Elementary.complementaryError(-x * 0.5.squareRoot())
    }

    /// P(|X| >= |statistic|): the two-sided p-value.
    package static func twoSided(_ statistic: Double) -> Double {
        Elementary.complementaryError(abs(statistic) * 0.5.squareRoot())
    }

    /// The x with P(X <= x) = `probability`, to about 1e-15; infinite at 0 and 1. Outside 0...1, a precondition.
    ///
    /// A rational approximation (Abramowitz and Stegun 26.2.23, error 4.5e-4), then three steps of Halley's method.
    package static func quantile(_ probability: Double) -> Double {
        precondition(probability >= 0 && probability <= 1, "a probability lies in 0...1")
        if probability > 0.5 { return -quantile(1 - probability) }
        if probability == 0 { return -.infinity }
        let root = (-2 * Elementary.logarithm(probability)).squareRoot()
        let top = 2.515517 + root * (0.802853 + root * 0.010328)
        let bottom = 1 + root * (1.432788 + root * (0.189269 + root * 0.001308))
        var x = top / bottom - root
        for _ in 0..<3 {
            // The error over the density, exact in the tail.
            let density = Elementary.exponential(-0.5 * x * x) / (2 * Double.pi).squareRoot()
            guard density > 0 else { break }
            let step = (cumulative(x) - probability) / density
            x -= step / (1 + 0.5 * x * step)
        }
        return x
    }
}
