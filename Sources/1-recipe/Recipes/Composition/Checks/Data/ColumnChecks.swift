// The columns of the texts: that they are said in one form, each once, by names that budgets and templates can use.

internal import Diagnostics
internal import Nodes

struct ColumnChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        guard let node = tree.value(at: ["data", "columns"]), let texts = node["texts"] else { return }
        for entry in node.entries ?? [] where entry.key == "prompt" {
            reading.report(
                Finding(
                    .conflictingKeys, "\"prompt\" and \"texts\" exclude each other", at: entry.keySpan,
                    notes: [.init("\"texts\" stands here", at: texts.span)],
                    help: "name the prompt among the texts: {prompt: \(recipe.data.columns.prompt ?? "Question"), ...}")
            )
        }
        var names: [String: Node.Entry] = [:]
        for entry in texts.entries ?? [] {
            if let meaning = Lengths.reserved[entry.key] {
                reading.report(
                    Finding(
                        .badName, "\"\(entry.key)\" cannot name a text: lengths.\(entry.key) says \(meaning)",
                        at: entry.keySpan, help: "choose another name"))
            }
            guard let column = entry.value.scalar?.text else { continue }
            if let first = names.updateValue(entry, forKey: column) {
                reading.report(
                    Finding(
                        .repeatedValue, "the column \"\(column)\" is the text \"\(first.key)\" already",
                        at: entry.value.span,
                        help: "remove one; a template may hold another text of the same column nowhere"))
            }
        }
        if texts.entries?.isEmpty == true {
            reading.report(
                Finding(
                    .missingKey, "at least one text is needed here", at: texts.span,
                    help: "write a name and its column, such as {question: QuestionText}"))
        }
    }
}
