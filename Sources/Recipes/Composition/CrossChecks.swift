// What no single key can know: settings that must fit together.

internal import Diagnostics
internal import Nodes

struct CrossChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        checkSubmission(&reading)
        checkStack(&reading)
        checkData(&reading)
        checkModels(&reading)
    }

    /// Keys that a baseline has no use for would silently do nothing.
    private func checkModels(_ reading: inout Reading) {
        for entry in recipe.models where entry.value.tfidf != nil {
            for key in tree["models"]?[entry.name]?.entries ?? [] where !Model.baselineKeys.contains(key.key) {
                reading.report(
                    Finding(
                        "conflicting-keys", "\"\(key.key)\" means nothing to a tfidf model", at: key.keySpan,
                        help: "remove it; the keys here are tfidf and fit"))
            }
        }
    }

    private func checkSubmission(_ reading: inout Reading) {
        guard recipe.submission != nil, recipe.data.test == nil, let submission = tree["submission"] else { return }
        reading.report(
            Finding(
                "missing-key", "a submission needs a test table", at: submission.span,
                help: "add data.test, or remove the submission"))
    }

    private func checkStack(_ reading: inout Reading) {
        for entry in recipe.stack {
            guard let node = tree["stack"]?[entry.name] else { continue }
            if entry.value.average != nil {
                for key in ["fitted-on", "method"] {
                    guard let extra = node.entries?.first(where: { $0.key == key }) else { continue }
                    reading.report(
                        Finding(
                            "conflicting-keys", "\"\(key)\" belongs to optimize, and this is an average",
                            at: extra.keySpan))
                }
            }
            checkOptimize(entry, at: node, &reading)
            if entry.value.optimize != nil, recipe.data.constraint == nil, let item = node["optimize"] {
                reading.report(
                    Finding(
                        "missing-constraint", "optimize needs a constraint that every group obeys", at: item.span,
                        help: "add `constraint: one-of-each` under data, if each group holds each label once"))
            }
        }
    }

    /// What is optimized must not be optimized already, and something must be there to fit on.
    private func checkOptimize(_ entry: Named<StackEntry>, at node: Node, _ reading: inout Reading) {
        guard let target = entry.value.optimize, let item = node["optimize"] else { return }
        for (name, place) in [(target, item), (entry.value.fittedOn ?? target, node["fitted-on"] ?? item)]
        where recipe.stack.contains(where: { $0.name == name && $0.value.optimize != nil }) {
            reading.report(
                Finding(
                    "optimized-twice",
                    "\"\(name)\" is optimized already; its predictions have seen the labels of other folds",
                    at: place.span, help: "use what \"\(name)\" is made of"))
            return
        }
        let source = entry.value.fittedOn ?? target
        guard hasOutOfFold(source) == false else { return }
        reading.report(
            Finding(
                "no-out-of-fold", "\"\(source)\" has no out-of-fold predictions to fit on",
                at: (node["fitted-on"] ?? item).span,
                help: "name a model with `fit: [folds]` as fitted-on"))
    }

    /// Whether a model or entry has out-of-fold predictions; nil for a name that is none.
    private func hasOutOfFold(_ name: String) -> Bool? {
        if let model = recipe.models.first(where: { $0.name == name })?.value { return model.fit.contains(.folds) }
        guard let entry = recipe.stack.first(where: { $0.name == name })?.value else { return nil }
        if let members = entry.average { return members.allSatisfy { hasOutOfFold($0) != false } }
        return true
    }

    private func checkData(_ reading: inout Reading) {
        guard let data = tree["data"] else { return }
        if recipe.data.columns.group == nil {
            if recipe.folds.kind.respectsGroups, let kind = tree["folds"]?["kind"] {
                reading.report(
                    Finding(
                        "missing-key", "\(recipe.folds.kind.rawValue) needs data.columns.group", at: kind.span,
                        help: "name the column of the groups"))
            }
            if recipe.data.constraint != nil, let constraint = data["constraint"] {
                reading.report(
                    Finding(
                        "missing-key", "a constraint needs data.columns.group", at: constraint.span,
                        help: "name the column of the groups"))
            }
        } else if !recipe.folds.kind.respectsGroups, let kind = tree["folds"]?["kind"] {
            // Optimizing works on whole groups of one fold; for the rest it is only unwise.
            let isFatal = recipe.stack.contains { $0.value.optimize != nil }
            reading.report(
                Finding(
                    "groups-split", "rows of one group fall into different folds, and scores come out too good",
                    at: kind.span,
                    severity: isFatal ? .error : .warning, help: "use stratified-group-k-fold"))
        }
        if let template = recipe.data.template, template.usesPrompt, recipe.data.columns.prompt == nil,
            let node = data["template"]
        {
            reading.report(
                Finding("bad-template", "the template uses {prompt}, and data.columns.prompt is missing", at: node.span)
            )
        }
    }
}
