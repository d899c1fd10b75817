// `explore`: a look at the tables; its report is read by people alone.

internal import Recipes

package struct ExploreStep: TypedStep {
    package static let kind = StepKind(
        "explore", version: 2, demand: .process, outputs: ["report"],
        "Clusters and maps the texts, and finds near-duplicates.")

    package struct Outputs: Sendable { package let report: Artifact<Content.Report> }

    let exploration: Exploration
    let labels: [String]
    let texts: Artifact<Content.Texts>
    let rows: Artifact<Content.Rows>
    let folds: Artifact<Content.Folds>
    let testTexts: Artifact<Content.Texts>?
    /// An extractor's embeddings, clustered in place of TF-IDF components.
    let vectors: Artifact<Content.Features>?

    package static let parameters: [Parameter<Self>] =
        Parameter.keys(of: Exploration.declaration, \.exploration, except: ["extractor"]) + [
            Parameter("labels", \.labels, .list(of: .text()), "The labels, in the order of their numbers.")
        ]

    package static let inputs: [Input<Self>] = [
        Input("texts", \.texts, "What is looked at."),
        Input("rows", \.rows, "Labels and groups."),
        Input("folds", \.folds, "Whether near-duplicates lie in several folds."),
        Input("texts-test", optional: \.testTexts, "The test table's, for texts that stand in both."),
        Input("vectors", optional: \.vectors, "An extractor's embeddings, clustered in place of TF-IDF components."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(report: Artifact(step, "report")) }
}
