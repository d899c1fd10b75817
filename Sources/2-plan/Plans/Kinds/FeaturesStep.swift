// `features`: numbers about each row's texts, for the learners of the stack. They read no label.

internal import Digests
internal import Recipes

package struct FeaturesStep: TypedStep {
    package static let kind = StepKind(
        "features", demand: .process, outputs: ["features"], "Computes numbers about each row's texts.")

    package struct Outputs: Sendable { package let features: Artifact<Content.Features> }

    let features: [StackEntry.Feature]
    let texts: Artifact<Content.Texts>
    let rows: Artifact<Content.Rows>
    /// The training texts, for features that are relative to them.
    let reference: Artifact<Content.Texts>?
    let tokens: Artifact<Content.Tokens>?
    /// The extra columns, and those of the training table, which say what is a number and which categories there are.
    let extra: Artifact<Content.Extra>?
    let extraReference: Artifact<Content.Extra>?
    /// The features of annotations and extractors that stand beside, by their names.
    let others: [String: Artifact<Content.Features>]

    package static let parameters: [Parameter<Self>] = [
        Parameter("features", \.features, .list(of: .choice, minimum: 0), "Which numbers."),
        // No recipe gives it: 32 components are enough for answers of a few hundred words.
        Parameter(
            name: "components", about: "The components of the feature tfidf.",
            schema: ValueShape<Int>.integer(1...4_096).schema, isRequired: false, asBefore: .integer(32)
        ) { _ in JSON?.none },
    ]

    package static let inputs: [Input<Self>] = [
        Input("texts", \.texts, "What is measured."),
        Input("rows", \.rows, "Groups."),
        Input("reference", optional: \.reference, "The training table's texts, which `tfidf` is fitted on."),
        Input("tokens", optional: \.tokens, "Where lengths are counted in tokens."),
        Input("extra", optional: \.extra, "The extra columns of the table."),
        Input(
            "extra-reference", optional: \.extraReference,
            "Those of the training table, which say what is a number and which categories there are."),
        Input(each: "features.", \.others, of: "name", "Columns of annotations and extractors, which come first."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(features: Artifact(step, "features")) }
}
