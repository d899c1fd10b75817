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

    package static let parameters: [Parameter<Self>] = [
        Parameter("kind", \.method, .choice, "Which rows may part."),
        Parameter("count", \.count, .integer(2...100), "The number of folds."),
        Parameter("seed", \.seed, .seed, "The seed of the shuffle before the split."),
    ]

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels and groups.")
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(folds: Artifact(step, "folds")) }
}
