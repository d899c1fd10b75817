// The metrics there are, by name. Knows none of them from inside.

/// The metrics there are.
package enum Metrics {
    /// In the order of reference and schema.
    package static let all: [any Metric] = [LogLoss(), Accuracy(), F1Macro()]

    /// What a recipe is scored by that names none; the first decides.
    package static let standard: [any Metric] = [LogLoss(), Accuracy()]

    /// The metric of this name; nil where there is none.
    package static func named(_ name: String) -> (any Metric)? { all.first { $0.name == name } }

    /// Whether these are what a recipe is scored by that names none.
    package static func isStandard(_ names: [String]) -> Bool { names == standard.map(\.name) }
}
