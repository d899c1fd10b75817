// The minimum of a function of one variable between two bounds. Knows nothing of what is minimised.

/// A local minimum of a function on an interval, found by Brent's method.
///
/// Golden-section steps, and parabolic ones where the last points allow them; no derivative. Source: R. Brent,
/// Algorithms for Minimization without Derivatives (1973), chapter 5, in the form of Forsythe, Malcolm and Moler's
/// `fmin`, which scipy's `minimize_scalar(method="bounded")` also follows, tolerances included.
package struct BoundedMinimum: Equatable, Sendable {
    /// Where the function is lowest, strictly between the bounds.
    package let argument: Double
    /// The function's value there.
    package let value: Double
    /// How often the function was called.
    package let evaluations: Int
    /// False where the limit of evaluations came first.
    package let converged: Bool

    /// Searches `bounds` for a minimum of `function`; on a function with one minimum, the minimum.
    ///
    /// - Parameters:
    ///   - bounds: finite and not reversed (a precondition of the range).
    ///   - tolerance: the absolute error allowed in ``argument``.
    ///   - limit: the most calls to `function`, at least 1.
    /// - Throws: what `function` throws.
    package init<Failure: Error>(
        of function: (Double) throws(Failure) -> Double, in bounds: ClosedRange<Double>,
        tolerance: Double = 1e-5,
        limit: Int = 500
    ) throws(Failure) {
        precondition(bounds.lowerBound.isFinite && bounds.upperBound.isFinite, "bounds are finite")
        let goldenSection = 0.5 * (3 - 5.0.squareRoot())
        let relative = 2.2e-16.squareRoot()
        var (low, high) = (bounds.lowerBound, bounds.upperBound)
        let first = low + goldenSection * (high - low)
        let firstValue = try function(first)
        var best = (x: first, y: firstValue)
        var second = best
        var third = best
        var step = 0.0
        var stepBefore = 0.0
        var count = 1

        while true {
            let middle = 0.5 * (low + high)
            let least = relative * abs(best.x) + tolerance / 3
            guard abs(best.x - middle) > 2 * least - 0.5 * (high - low) else {
                converged = true
                break
            }
            guard count < limit else {
                converged = false
                break
            }
            var isParabolic = false
            if abs(stepBefore) > least {
                let left = (best.x - second.x) * (best.y - third.y)
                let right = (best.x - third.x) * (best.y - second.y)
                var numerator = (best.x - third.x) * right - (best.x - second.x) * left
                var denominator = 2 * (right - left)
                if denominator > 0 { numerator = -numerator }
                denominator = abs(denominator)
                let stepTwoBefore = stepBefore
                stepBefore = step
                isParabolic =
                    abs(numerator) < abs(0.5 * denominator * stepTwoBefore)
                    && numerator > denominator * (low - best.x)
                    && numerator < denominator * (high - best.x)
                if isParabolic {
                    step = numerator / denominator
                    let candidate = best.x + step
                    if candidate - low < 2 * least || high - candidate < 2 * least {
                        step = middle >= best.x ? least : -least
                    }
                }
            }
            if !isParabolic {
                stepBefore = (best.x >= middle ? low : high) - best.x
                step = goldenSection * stepBefore
            }
            let x = best.x + (step >= 0 ? 1 : -1) * max(abs(step), least)
            let trial = (x: x, y: try function(x))
            count += 1
            if trial.y <= best.y {
                if trial.x >= best.x { low = best.x } else { high = best.x }
                (third, second, best) = (second, best, trial)
            } else {
                if trial.x < best.x { low = trial.x } else { high = trial.x }
                if trial.y <= second.y || second.x == best.x {
                    (third, second) = (second, trial)
                } else if trial.y <= third.y || third.x == best.x || third.x == second.x {
                    third = trial
                }
            }
        }
        argument = best.x
        value = best.y
        evaluations = count
    }
}
