// `finetune`: a backbone with a head, trained on the rows of all folds but one, or on all rows.

internal import Digests
internal import Recipes
package import Targets

package struct FinetuneStep: TypedStep {
    package static let kind = StepKind(
        "finetune", demand: .training, outputs: ["model", "history"],
        "Fine-tunes a backbone with a classification head.")

    package struct Outputs: Sendable { package let model: Artifact<Content.Model> }

    let forward: ForwardPass
    package let target: Target
    /// The fold whose rows are left out; nil for none.
    package let fold: Int?
    let training: Encoded<Training>
    let seed: Int?
    let labelWords: [String]?
    let rows: Artifact<Content.Rows>
    let folds: Artifact<Content.Folds>?
    let tokens: Artifact<Content.Tokens>
    let backbone: Artifact<Content.Backbone>?
    let pseudoLabels: PseudoLabelled<Content.Tokens>?

    package static let parameters: [Parameter<Self>] =
        Parameter.of(\.forward, ForwardPass.parameters) + [
            .fold(\.fold, "The fold whose rows are left out; null for none."),
            Parameter("training", \.training, Training.declaration.shape.encoded, Training.declaration.about),
            Parameter("seed", nullable: \.seed, .seed, "The seed of the head, of dropout and of the order of rows."),
            Parameter(
                "label-words", optional: \.labelWords, .list(of: .text()),
                "Words that the head begins as, whose ids stand beside the tokens."),
        ] + Parameter.target(\.target)

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels, groups and weights."),
        Input("folds", optional: \.folds, "Unless `fold` is null."),
        Input("tokens", \.tokens, "What the model reads."),
        Input("backbone", optional: \.backbone, "Its weights, unless it is made here."),
        Input("pseudo-labels", optional: \.pseudoLabels?.labels, "What a teacher says of test rows."),
        Input("pseudo-folds", optional: \.pseudoLabels?.folds, "The folds of the test table."),
        Input("pseudo-tokens", optional: \.pseudoLabels?.texts, "The test table's tokens."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(model: Artifact(step, "model")) }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        ["model": .whole(lineage.fitted(without: fold, teacher: pseudoLabels?.labels))]
    }

    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? {
        input == "pseudo-labels" ? lineage.taught(fold, by: pseudoLabels?.labels) : nil
    }
}

/// Rows of the test that are trained on, with the labels that a teacher gave them.
struct PseudoLabelled<Texts>: Sendable {
    let labels: Artifact<Content.PseudoLabels>
    let folds: Artifact<Content.Folds>
    let texts: Artifact<Texts>
}
