// The minimum of a function of a few variables within bounds. Knows nothing of what is minimised.

/// A local minimum by Nelder and Mead's simplex, the best of several starts.
///
/// No derivative; a point outside the bounds is moved to them. Coefficients as in Nelder and Mead (1965): reflection
/// 1, expansion 2, contraction and shrinking 1/2.
package struct SimplexSearch: Equatable, Sendable {
    /// Where the function is lowest.
    package let argument: [Double]
    /// The function's value there.
    package let value: Double
    /// How often the function was called.
    package let evaluations: Int

    /// Searches from each of `starts`, the first simplex being the start and one step along each axis.
    ///
    /// - Parameters:
    ///   - tolerance: a simplex whose corners differ by no more than this, in value and in place, is the last.
    ///   - limit: the most evaluations from a start, or a few more.
    /// - Throws: what `function` throws.
    package init<Failure: Error>(
        of function: ([Double]) throws(Failure) -> Double, from starts: [[Double]], steps: [Double],
        within bounds: [ClosedRange<Double>], tolerance: Double = 1e-4, limit: Int = 200
    ) throws(Failure) {
        precondition(!starts.isEmpty && starts.allSatisfy { $0.count == bounds.count && steps.count == $0.count })
        var best: Corner?
        var evaluations = 0
        for start in starts {
            let found = try Self.search(
                function, from: start, steps, bounds, tolerance, evaluations + limit, &evaluations)
            if best.map({ found.y < $0.y }) ?? true { best = found }
        }
        (argument, value) = best!
        self.evaluations = evaluations
    }

    private typealias Corner = (x: [Double], y: Double)

    private static func search<Failure: Error>(
        _ function: ([Double]) throws(Failure) -> Double, from start: [Double], _ steps: [Double],
        _ bounds: [ClosedRange<Double>], _ tolerance: Double, _ limit: Int, _ evaluations: inout Int
    ) throws(Failure) -> Corner {
        func inside(_ point: [Double]) -> [Double] {
            point.indices.map { min(max(point[$0], bounds[$0].lowerBound), bounds[$0].upperBound) }
        }
        var corners: [Corner] = []
        for axis in -1..<start.count {
            var point = start
            if axis >= 0 {
                // A step that would leave the bounds goes the other way.
                point[axis] += bounds[axis].contains(point[axis] + steps[axis]) ? steps[axis] : -steps[axis]
            }
            point = inside(point)
            evaluations += 1
            corners.append((point, try function(point)))
        }
        while true {
            corners.sort { $0.y < $1.y }
            let (first, last) = (corners[0], corners[corners.count - 1])
            let spread = corners.map { corner in zip(corner.x, first.x).map { abs($0 - $1) }.max() ?? 0 }.max() ?? 0
            if (last.y - first.y <= tolerance * 1e-2 && spread <= tolerance * 100) || evaluations >= limit {
                return first
            }
            let others = corners.dropLast()
            let centre = start.indices.map { axis in
                others.reduce(0) { $0 + $1.x[axis] } / Double(others.count)
            }
            func along(_ factor: Double) throws(Failure) -> Corner {
                let point = inside(start.indices.map { centre[$0] + factor * (centre[$0] - last.x[$0]) })
                evaluations += 1
                return (point, try function(point))
            }
            let reflected = try along(1)
            if reflected.y < first.y {
                let expanded = try along(2)
                corners[corners.count - 1] = expanded.y < reflected.y ? expanded : reflected
            } else if reflected.y < corners[corners.count - 2].y {
                corners[corners.count - 1] = reflected
            } else {
                let contracted = try along(reflected.y < last.y ? 0.5 : -0.5)
                if contracted.y < min(reflected.y, last.y) {
                    corners[corners.count - 1] = contracted
                } else {
                    for index in 1..<corners.count {
                        let point = start.indices.map { (corners[index].x[$0] + first.x[$0]) / 2 }
                        evaluations += 1
                        corners[index] = (point, try function(point))
                    }
                }
            }
        }
    }
}
