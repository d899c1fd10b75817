// `split`: the fold of each row.

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

    package static let parameters: [Parameter<Self>] = [
        Parameter("kind", \.method, .choice, "Which rows may part."),
        Parameter("count", \.count, .integer(2...100), "The number of folds; a column must have as many values."),
        Parameter("seed", \.seed, .seed, "The seed of the shuffle before the split."),
    ]

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels and groups."),
        Input("order", optional: \.order, "For the kind column its values in their order, and each row's place."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(folds: Artifact(step, "folds")) }
}
