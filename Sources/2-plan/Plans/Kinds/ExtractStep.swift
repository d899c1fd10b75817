// `extract`: what a language model that is not trained makes of each row's text, as features.

internal import Recipes

package struct ExtractStep: TypedStep {
    package static let kind = StepKind(
        "extract", demand: .training, outputs: ["features", .sometimes("directions", "where they were found here")],
        "Takes likelihoods and embeddings of each text from a language model as it is.")

    package struct Outputs: Sendable {
        package let features: Artifact<Content.Features>
        package let directions: Artifact<Content.Directions>
    }

    let name: String
    let extractor: Extractor
    let tokens: Artifact<Content.Tokens>
    let backbone: Artifact<Content.Backbone>?
    /// Those of the training table; nil for the training table itself.
    let directions: Artifact<Content.Directions>?

    package static let parameters: [Parameter<Self>] =
        Parameter.keys(
            of: Extractor.declaration, \.extractor, except: ["backbone", "template", "split-special-tokens", "lengths"])
        + [
            .lengths(\.extractor.lengths),
            Parameter("name", \.name, .text(), "The name of its columns."),
        ]

    package static let inputs: [Input<Self>] = [
        Input("tokens", \.tokens, "What the backbone reads."),
        Input("backbone", optional: \.backbone, "Its weights."),
        Input("directions", optional: \.directions, "The training table's, where a test table's vectors are reduced."),
    ]

    package static func outputs(of step: Int) -> Outputs {
        Outputs(features: Artifact(step, "features"), directions: Artifact(step, "directions"))
    }
}
