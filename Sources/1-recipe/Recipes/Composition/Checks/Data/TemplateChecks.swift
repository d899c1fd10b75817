// That templates and lengths ask for no text that the recipe does not name, and that it names none for nothing.

internal import Diagnostics
internal import Formats
internal import Nodes

extension FindingRule {
    static let unusedColumn = FindingRule(
        "unused-column", .models, .warning,
        "Nothing reads a text of data.columns.texts, or the columns of data.columns.extra.",
        "A text is read where a template has a place for it, and by a learner's features; extra columns by the feature extra."
    )
}

struct TemplateChecks {
    let recipe: Recipe

    private var texts: TextColumns { recipe.data.columns.texts }

    /// - Parameter node: where the template stands.
    func report(_ template: Template?, at node: Node?, _ reading: inout Reading) {
        guard let template, let node else { return }
        for name in template.texts where texts[name] == nil { report(name, in: "template", at: node, &reading) }
    }

    /// A place for a text that there is not.
    func report(_ name: String, in noun: String, at node: Node, _ reading: inout Reading) {
        let names = texts.names
        guard !names.isEmpty else { return }
        if name == TextColumns.prompt, texts.areShort {
            reading.report(
                Finding(
                    .badTemplate, "the \(noun) uses {prompt}, and data.columns.prompt is missing", at: node.span,
                    help: "name the column of the prompts, or leave {prompt} out"))
            return
        }
        let near = Spelling.nearest(to: name, among: names).map { "did you mean {\($0)}? " } ?? ""
        reading.report(
            Finding(
                .badTemplate, "the \(noun) has a place {\(name)}, and there is no such text", at: node.span,
                help:
                    "\(near)the texts here are \(names.map { "{\($0)}" }.joined(separator: ", ")); write {{ for a brace that is text"
            ))
    }

    /// Budgets of texts that there are not.
    func report(_ lengths: Lengths, at node: Node?, _ reading: inout Reading) {
        guard let node else { return }
        let named = lengths.named + (recipe.data.columns.named == nil ? [] : ["prompt", "answer"])
        for entry in (node.entries ?? []) + (node["keep"]?.entries ?? [])
        where named.contains(entry.key) && texts[entry.key] == nil {
            let near = Spelling.nearest(to: entry.key, among: texts.names + Lengths.reserved.keys.sorted())
            reading.report(
                Finding(
                    .unknownKey, "there is no text \"\(entry.key)\" that could have a length", at: entry.keySpan,
                    help: near.map { "did you mean \"\($0)\"?" }
                        ?? "the texts here are \(texts.names.joined(separator: ", "))",
                    fix: near.flatMap { .respelling(entry.key, at: entry.keySpan, as: $0) }))
        }
    }

    /// Texts of a name of the recipe's that nothing reads.
    func reportUnused(_ tree: Node, _ reading: inout Reading) {
        if let extra = tree.value(at: ["data", "columns", "extra"]),
            !recipe.stack.contains(where: { $0.value.learner?.features.contains(.extra) == true })
        {
            reading.report(
                Finding(
                    .unusedColumn, "no learner reads the extra columns", at: extra.span,
                    help: "write `features: [extra]` in a stack entry of lightgbm or logistic, or leave them out"))
        }
        guard let named = recipe.data.columns.named, let node = tree.value(at: ["data", "columns", "texts"]) else {
            return
        }
        guard !recipe.stack.contains(where: { $0.value.learner?.readsEveryText == true }) else { return }
        var used: Set<String> = []
        for entry in recipe.models where !(entry.value.section is PredictionsModel) {
            used.formUnion((entry.value.template ?? recipe.data.effectiveTemplate).texts)
        }
        for entry in recipe.extractors {
            used.formUnion((entry.value.template ?? recipe.data.effectiveTemplate).texts)
        }
        for entry in recipe.annotations { used.formUnion(entry.value.texts(among: named.map(\.name))) }
        for entry in node.entries ?? [] where !used.contains(entry.key) {
            reading.report(
                Finding(
                    .unusedColumn, "no template has a place for the text \"\(entry.key)\"", at: entry.keySpan,
                    help: "write {\(entry.key)} in data.template, or leave the text out"))
        }
    }
}
