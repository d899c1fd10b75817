// That a template asks for no column that the table does not name.

internal import Diagnostics
internal import Nodes

struct TemplateChecks {
    let recipe: Recipe

    /// - Parameter node: where the template stands.
    func report(_ template: Template?, at node: Node?, _ reading: inout Reading) {
        guard let template, template.usesPrompt, recipe.data.columns.prompt == nil, let node else { return }
        reading.report(
            Finding(.badTemplate, "the template uses {prompt}, and data.columns.prompt is missing", at: node.span))
    }
}
