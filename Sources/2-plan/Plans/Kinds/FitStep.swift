// `fit`: the TF-IDF baseline, fitted on the rows of all folds but one, or on all rows.

internal import Digests
internal import Recipes
package import Targets

package struct FitStep: TypedStep {
    package static let kind = StepKind(
        "fit", demand: .process, outputs: ["model"], "Fits TF-IDF features and a multinomial logistic regression.")

    package struct Outputs: Sendable { package let model: Artifact<Content.Model> }

    let baseline: Baseline
    package let target: Target
    package let fold: Int?
    let rows: Artifact<Content.Rows>
    let folds: Artifact<Content.Folds>?
    let texts: Artifact<Content.Texts>
    let pseudoLabels: PseudoLabelled<Content.Texts>?

    package static let parameters: [Parameter<Self>] =
        Parameter.of(\.baseline, Baseline.parameters) + Parameter.target(\.target) + [
            .fold(\.fold, "The fold whose rows are left out; null for none.")
        ]

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels and weights."),
        Input("folds", optional: \.folds, "Unless `fold` is null."),
        Input("texts", \.texts, "What the model reads."),
        Input("pseudo-labels", optional: \.pseudoLabels?.labels, "What a teacher says of test rows."),
        Input("pseudo-folds", optional: \.pseudoLabels?.folds, "The folds of the test table."),
        Input("pseudo-texts", optional: \.pseudoLabels?.texts, "The test table's texts."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(model: Artifact(step, "model")) }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        ["model": .whole(lineage.fitted(without: fold, teacher: pseudoLabels?.labels))]
    }

    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? {
        input == "pseudo-labels" ? lineage.taught(fold, by: pseudoLabels?.labels) : nil
    }
}

/// What fitting a baseline and predicting with it share.
struct Baseline: Sendable {
    let tfidf: Encoded<TFIDF>
    let template: Template

    static let parameters: [Parameter<Baseline>] = [
        Parameter("tfidf", \.tfidf, TFIDF.declaration.shape.encoded, TFIDF.declaration.about),
        .template(\.template),
    ]
}
