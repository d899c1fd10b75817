// The stack entry `optimize`: predictions that are made to obey the constraint of their groups.

internal import Digests

/// The raw values but `thresholds` are those of `GroupMethodKind` in Constraints.
package enum OptimizeMethod: String, CaseIterable, Sendable {
    case marginals, sinkhorn, robust, mixture, assignment
    case tunedAssignment = "tuned-assignment"
    case blend
    case probabilityBlend = "probability-blend"
    case temperature
    /// Cut points between ordered labels.
    case thresholds

    /// Whether groups may break the constraint.
    package var toleratesViolations: Bool { self == .mixture || self == .temperature || self == .thresholds }
    /// Whether it works on groups of rows.
    package var usesGroups: Bool { self != .thresholds }
}

package struct Optimization: Sendable {
    /// Whose predictions are optimized.
    package var target = ""
    package var fittedOn: String?
    package var method = OptimizeMethod.marginals
    package var counts: [Int]?

    static let declaration = Declaration(
        "Predictions that are made to obey the constraint.", initial: { Optimization() },
        keys: [
            Key(
                "optimize", \.target, .text(),
                "The model or entry whose predictions are made to obey the constraint."),
            Key(
                "fitted-on", optional: \.fittedOn, .text(),
                "Whose out-of-fold predictions fit the temperature; by default those of what is optimized."),
            Key(
                "method", \.method, .choice,
                "marginals: the exact probability of each label under the constraint; robust: for predictions that are wrong in more ways than a temperature mends; mixture: where some groups break the constraint; assignment: the published rule around a linear assignment; thresholds: of ordered labels, the cut points with the best quadratic kappa; docs/howto/optimize.md tells them all apart."
            ),
            Key(
                "counts", optional: \.counts, .list(of: .integer(1...1_000), unique: false),
                "How often each label occurs in a complete group, in the order of data.labels; by default once."),
        ])

    /// What its coefficients are fitted on.
    package var fitting: String { fittedOn ?? target }
}
