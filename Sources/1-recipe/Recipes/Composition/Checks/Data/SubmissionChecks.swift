// Whether a submission can be made, and would not replace what the recipe reads.

package import Diagnostics
internal import Formats
internal import Nodes
internal import Targets

extension FindingRule {
    package static let overwritesInput = FindingRule(
        "overwrites-input", .names,
        "What is delivered would replace a file that the recipe reads, or would leave the project through a link.",
        "Nothing of the user's is ever written over, unless ablate wrote it.")
}

struct SubmissionChecks {
    let recipe: Recipe
    let tree: Node
    let sources: PredictionSources

    func report(_ reading: inout Reading) {
        if let submission = recipe.submission, let place = tree["submission"]?["from"],
            let outputs = sources.outputs[submission.from], !outputs.contains("test")
        {
            PredictionSources.reportMissing("test", at: place, outputs: outputs, &reading)
        }
        if let submission = recipe.submission, recipe.data.test != nil, let place = tree["submission"] {
            sources.reportSilent(
                submission.from, "the submission", at: (place["from"] ?? place).span, models: recipe.models, &reading)
        }
        checkPath(&reading)
        let kind = recipe.data.target.kind
        if let form = tree.value(at: ["submission", "form"]),
            let refusal = recipe.submission?.form.flatMap({ SubmissionCells($0) })?.refusal(of: kind)
        {
            reading.report(
                Finding(
                    .targetMismatch, "this form does not fit the target \(kind.rawValue): \(refusal)", at: form.span))
        }
        guard recipe.submission != nil, recipe.data.test == nil, let submission = tree["submission"] else { return }
        reading.report(
            Finding(
                .missingKey, "a submission needs a test table", at: submission.span,
                help: "add data.test, or remove the submission"))
    }

    /// As text; what leads to the same file by a link is found where there are files.
    private func checkPath(_ reading: inout Reading) {
        guard let submission = recipe.submission, let node = tree["submission"] else { return }
        let inputs = (recipe.data.labelled + [recipe.data.test, submission.sample]).compactMap { $0 }
        guard let input = inputs.first(where: { Self.parts($0) == Self.parts(submission.path) }) else { return }
        reading.report(
            Finding(
                .overwritesInput, "the submission would replace \"\(input)\", which the recipe reads",
                at: (node["path"] ?? node).span, help: "choose another path"))
    }

    private static func parts(_ path: String) -> [Substring] { path.split(separator: "/").filter { $0 != "." } }
}
