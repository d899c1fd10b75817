// Student's t distribution, by the incomplete beta function. Knows no tests and no data.

internal import Arithmetic

/// Student's t distribution with `degreesOfFreedom` > 0, not necessarily whole.
package struct StudentDistribution: Equatable, Sendable {
    /// Degrees of freedom, positive and finite.
    package let degreesOfFreedom: Double

    /// The distribution; `degreesOfFreedom` > 0 and finite (a precondition).
    package init(degreesOfFreedom: Double) {
        precondition(degreesOfFreedom > 0 && degreesOfFreedom.isFinite, "degrees of freedom are positive")
        self.degreesOfFreedom = degreesOfFreedom
    }

    /// P(T <= t), with relative precision in the lower tail.
    package func cumulative(_ t: Double) -> Double {
        let tail = 0.5 * twoSided(t)
        return t <= 0 ? tail : 1 - tail
    }

    /// P(|T| >= |statistic|): the two-sided p-value.
    package func twoSided(_ statistic: Double) -> Double {
        if statistic.isInfinite { return 0 }
        let square = statistic * statistic
        let rest = degreesOfFreedom + square
        return IncompleteBeta.regularised(
            degreesOfFreedom / rest, complement: square / rest, a: 0.5 * degreesOfFreedom, b: 0.5)
    }

    /// The t with P(T <= t) = `probability`, to about 1e-14; infinite at 0 and 1. Outside 0...1, a precondition.
    ///
    /// Brackets the value by doubling, then halves the bracket until it holds no number in between.
    package func quantile(_ probability: Double) -> Double {
        precondition(probability >= 0 && probability <= 1, "a probability lies in 0...1")
        if probability == 0.5 { return 0 }
        if probability > 0.5 { return -quantile(1 - probability) }
        if probability == 0 { return -.infinity }
        var low = -1.0
        while cumulative(low) > probability && low > -1e300 { low *= 2 }
        var high = low == -1 ? 0 : low / 2
        while true {
            let middle = 0.5 * (low + high)
            guard middle > low, middle < high else { return middle }
            if cumulative(middle) > probability { high = middle } else { low = middle }
        }
    }
}

/// The regularised incomplete beta function.
enum IncompleteBeta {
    /// I_x(a, b) for a, b > 0 and x in 0...1, given with its complement 1 - x so that neither loses digits.
    ///
    /// The continued fraction DLMF 8.17.22, by the modified Lentz algorithm, on the side on which it converges fast.
    static func regularised(_ x: Double, complement: Double, a: Double, b: Double) -> Double {
        if x <= 0 { return 0 }
        if complement <= 0 { return 1 }
        let logFront =
            Elementary.logGamma(a + b) - Elementary.logGamma(a) - Elementary.logGamma(b)
            + a * logarithm(x, complement: complement) + b * logarithm(complement, complement: x)
        let front = Elementary.exponential(logFront)
        if x < (a + 1) / (a + b + 2) { return front * fraction(x, a, b) / a }
        return 1 - front * fraction(complement, b, a) / b
    }

    /// log x, by log(1 - complement) where x is near 1.
    private static func logarithm(_ x: Double, complement: Double) -> Double {
        complement < 0.5 ? Elementary.logarithm(onePlus: -complement) : Elementary.logarithm(x)
    }

    private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
        let tiny = 1e-300
        func away(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
        var c = 1.0
        var d = 1 / away(1 - (a + b) * x / (a + 1))
        var result = d
        for step in 1...10_000 {
            let m = Double(step)
            let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
            d = 1 / away(1 + even * d)
            c = away(1 + even / c)
            result *= d * c
            let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / away(1 + odd * d)
            c = away(1 + odd / c)
            let factor = d * c
            result *= factor
            if abs(factor - 1) < 1e-16 { break }
        }
        return result
    }
}
