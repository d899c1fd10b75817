// A way to use a group's constraint, and the numbers it has to fit. Knows no folds and no labels' names.

internal import Arithmetic
package import Scores

/// A number of a method that labelled rows decide.
package struct Coefficient: Equatable, Sendable {
    /// What reports call it.
    package let name: String
    /// Where a fit looks for it.
    package let bounds: ClosedRange<Double>
    /// Its value where there are no labels to fit it on; nil where the method needs labels.
    package let neutral: Double?
    /// What a reader is shown in place of the fitted number.
    package let scale: Scale

    /// How a coefficient is searched: as it is, by its logarithm, or by its logit.
    package enum Scale: Sendable { case linear, logarithm, logit }

    /// A coefficient by all that is known of it.
    package init(
        _ name: String, _ bounds: ClosedRange<Double>, neutral: Double? = nil, scale: Scale = .linear
    ) {
        self.name = name
        self.bounds = bounds
        self.neutral = neutral
        self.scale = scale
    }

    /// The value as a reader knows it, of the value that the search knows.
    package func shown(_ value: Double) -> Double {
        switch scale {
        case .linear: value
        case .logarithm: Elementary.exponential(value)
        case .logit: 1 / (1 + Elementary.exponential(-value))
        }
    }
}

/// A way to turn each group's probabilities into better ones, given what labels a group can hold.
///
/// A method is a pure function of the probabilities, their groups and its coefficients, which ``CrossFit`` fits.
package protocol GroupMethod: Sendable {
    /// The numbers to fit, in their order; none where there is nothing to fit.
    var coefficients: [Coefficient] { get }

    /// The transformed rows, in their order, each summing to 1.
    ///
    /// Throws ``GroupError`` for groups that the method cannot take.
    func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix

    /// The coefficients with the lowest `loss`; what they are for a method with none does not matter.
    func fit(_ loss: ([Double]) throws(GroupError) -> Double) throws(GroupError) -> [Double]
}

extension GroupMethod {
    /// The coefficients without any label; nil where the method needs labels.
    package var neutralValues: [Double]? {
        let values = coefficients.compactMap(\.neutral)
        return values.count == coefficients.count ? values : nil
    }

    /// Brent's search for a single coefficient, and none where there is none; methods with more have their own.
    package func fit(_ loss: ([Double]) throws(GroupError) -> Double) throws(GroupError) -> [Double] {
        guard let only = coefficients.first else { return [] }
        precondition(coefficients.count == 1, "a method with several coefficients says how to search them")
        return [try only.searched { x throws(GroupError) in try loss([x]) }]
    }
}

extension Coefficient {
    /// Where `loss` is lowest between the bounds.
    func searched(_ loss: (Double) throws(GroupError) -> Double) throws(GroupError) -> Double {
        try BoundedMinimum(of: loss, in: bounds, tolerance: 1e-4).argument
    }
}

/// Temperature alone, which ignores the constraint: what every other method has to beat.
package struct TemperatureMethod: GroupMethod {
    /// The exponent.
    package var coefficients: [Coefficient] {
        [Coefficient("exponent", Temperature.logBounds, neutral: 0, scale: .logarithm)]
    }
    /// The method has no settings.
    package init() {}

    /// As ``GroupMethod`` asks.
    package func predictions(
        of matrix: ProbabilityMatrix, groups: RowGrouping, values: [Double]
    ) throws(GroupError) -> ProbabilityMatrix {
        Temperature(logExponent: values[0]).applied(to: matrix)
    }
}

extension Temperature {
    /// A temperature by the logarithm of its exponent, as it is searched.
    init(logExponent: Double) { self.init(exponent: Elementary.exponential(logExponent)) }
}
