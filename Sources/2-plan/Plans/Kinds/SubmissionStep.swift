// `submission`: the CSV that is sent in.

internal import Recipes
package import Targets

package struct SubmissionStep: TypedStep {
    package static let kind = StepKind(
        "submission", version: 2, demand: .native, outputs: ["submission"],
        "Writes the predictions of the test rows as the CSV that is sent in.")

    package struct Outputs: Sendable { package let submission: Artifact<Content.Submission> }

    package let path: String
    package let target: Target.Kind
    package let labels: [String]
    /// The columns of a submission without a sample.
    package let id: String
    package let label: String
    /// What its cells hold; nil where the sample tells.
    package let form: String?
    let predictions: Artifact<Content.Predictions>
    let rows: Artifact<Content.Rows>
    let sample: Artifact<Content.UserFile>?

    package static let parameters: [Parameter<Self>] = [
        Parameter("path", \.path, .text(), "Where it is delivered."),
        Parameter(
            "target", \.target, .choice, asBefore: .classes, "What is predicted."),
        Parameter(
            "labels", \.labels, .list(of: .text()),
            "The labels, in the order of their numbers; or the columns of what is predicted."),
        Parameter("id", \.id, .text(), "The column of the rows' ids."),
        Parameter("label", \.label, .text(), "The column of the label, which names the columns of the classes."),
        Parameter("form", optional: \.form, .text(), "What its cells hold, where the recipe says it."),
    ]

    package static let inputs: [Input<Self>] = [
        Input("predictions", \.predictions, "Those of the test table."),
        Input("rows", \.rows, "The test table's ids."),
        Input("sample", optional: \.sample, "The sample whose columns and rows it has."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(submission: Artifact(step, "submission")) }
}
