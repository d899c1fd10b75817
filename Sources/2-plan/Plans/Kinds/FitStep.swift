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

    package var inputs: [String: Source] {
        sources([
            "rows": rows.source, "folds": folds?.source, "texts": texts.source,
            "pseudo-labels": pseudoLabels?.labels.source, "pseudo-folds": pseudoLabels?.folds.source,
            "pseudo-texts": pseudoLabels?.texts.source,
        ])
    }

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
