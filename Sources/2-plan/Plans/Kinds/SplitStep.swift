// `split`: the fold of each row.

internal import Digests
package import Recipes

package struct SplitStep: TypedStep {
    package static let kind = StepKind(
        "split", demand: .native, outputs: ["folds"], "Gives each row of a table its fold.")

    package struct Outputs: Sendable { package let folds: Artifact<Content.Folds> }

    package let method: FoldKind
    package let count: Int
    package let seed: Int
    let rows: Artifact<Content.Rows>
    /// Where the folds are those of a column: its values in their order.
    var order: Artifact<Content.Order>?
    /// Where the folds are those of tables: which each row is of.
    var parts: Artifact<Content.Parts>?
    /// Where rows of several tables are dealt: for each whether it is scored, and its own kind.
    package var tables: [Table] = []

    package struct Table: Sendable {
        package let isScored: Bool
        package let method: FoldKind?
    }

    package static let parameters: [Parameter<Self>] = [
        Parameter("kind", \.method, .choice, "Which rows may part."),
        Parameter("count", \.count, .integer(1...100), "The number of folds; a column must have as many values."),
        Parameter("seed", \.seed, .seed, "The seed of the shuffle before the split."),
        Parameter(
            "tables", schema: ["type": "array", "items": ["type": "object"]], required: false,
            "Of several tables, for each whether it is scored, and the kind of its folds where it has its own."
        ) { step in
            step.tables.isEmpty
                ? nil
                : .array(
                    step.tables.map { ["scored": .bool($0.isScored), "kind": JSON($0.method?.rawValue)] })
        },
    ]

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels and groups."),
        Input(
            "order", optional: \.order, "For the kinds column and time its values in their order, and each row's place."
        ),
        Input(
            "parts", optional: \.parts, "For the kind validation, and where there are several tables, that of each row."
        ),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(folds: Artifact(step, "folds")) }
}
