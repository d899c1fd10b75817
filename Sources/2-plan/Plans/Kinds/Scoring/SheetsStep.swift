// `sheets`: out-of-fold predictions and the truth as tables like the submission's, for a metric file to score.

internal import Recipes
package import Targets

package struct SheetsStep: TypedStep {
    package static let kind = StepKind(
        "sheets", demand: .native, outputs: ["sheets"],
        "Writes out-of-fold predictions and the truth as tables in the submission's form.")

    package struct Outputs: Sendable { package let sheets: Artifact<Content.Sheets> }

    package let target: Target
    package let labels: [String]
    /// The columns of a submission without a sample.
    package let id: String
    package let label: String
    /// What the cells hold; nil where the sample tells.
    package let form: String?
    /// The rows that are scored, and the predictions of each seed.
    package let evaluated: EvaluateStep
    let sample: Artifact<Content.UserFile>?

    /// How many blocks groups are dealt to, each of which is left out once: what that says of an interval's width is uncertain by 7 %.
    package static let blocks = 100

    package static let parameters: [Parameter<Self>] =
        Parameter.target(\.target) + [
            Parameter(
                "labels", \.labels, .list(of: .text()),
                "The labels, in the order of their numbers; or the columns of what is predicted."),
            Parameter("id", \.id, .text(), "The column of the rows' ids."),
            Parameter("label", \.label, .text(), "The column of the label."),
            Parameter("form", optional: \.form, .text(), "What the cells hold, where the recipe says it."),
            Parameter(
                "folds", optional: \.evaluated.scored, .list(of: .integer(0...99)),
                "The folds whose rows are scored; by default all, but never a row of no fold."),
        ]

    package static let inputs: [Input<Self>] = [
        Input("rows", \.evaluated.rows, "Ids, labels and groups."),
        Input("folds", \.evaluated.folds, "The folds that scores are told by."),
        Input(
            each: "folds.", \.evaluated.repeats, of: "repeat",
            "Where rows are dealt several times, the folds of the later ones."),
        Input("average", \.evaluated.average, "The out-of-fold predictions that are scored."),
        Input(each: "", \.evaluated.members, of: "seed/fold", "What was averaged, each scored, too."),
        Input("sample", optional: \.sample, "The sample submission whose form they have."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(sheets: Artifact(step, "sheets")) }
}
