// `score`: the values of a metric file for out-of-fold predictions.

internal import Digests
internal import Recipes
internal import Scores

package struct ScoreStep: TypedStep {
    package static let kind = StepKind(
        "score", demand: .process, outputs: ["values"], "Scores out-of-fold predictions by a metric file.")

    package struct Outputs: Sendable { package let values: Artifact<Content.MetricValues> }

    /// The name of the file without its folder: what is beside it is known by paths from there.
    let file: String
    let metric: RecipeMetric
    /// Whether each block of groups is left out once, so that differences have intervals.
    let isDeciding: Bool
    let sheets: Artifact<Content.Sheets>
    /// The file and the modules that it imports, by their paths from its folder.
    let scripts: [String: Artifact<Content.UserFile>]

    package static let parameters: [Parameter<Self>] = [
        Parameter("file", \.file, .text(), "The metric file, in its own folder."),
        Parameter(
            "better", schema: ["enum": ["lower", "higher"]], "Whether a higher value is better, or a lower one."
        ) { .string($0.metric.file?.better.rawValue ?? "higher") },
        Parameter(
            "arguments", schema: ["type": "object"], required: false, "Further arguments of the function `score`."
        ) { step in
            let arguments = step.metric.file?.arguments ?? []
            return arguments.isEmpty
                ? nil : .object(Dictionary(arguments.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
        },
        Parameter("blocks", \.isDeciding, .boolean, "Whether values without each block of groups are asked for."),
    ]

    package static let inputs: [Input<Self>] = [
        Input("sheets", \.sheets, "The tables that are scored."),
        Input(each: "script:", \.scripts, of: "path", "The metric file, or a module beside it that it imports."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(values: Artifact(step, "values")) }
}
