// What no single key can know: names that must exist, settings that must fit together.

internal import Diagnostics
internal import Nodes

struct CrossChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        checkNames(&reading)
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

    private var modelNames: [String] { recipe.models.map(\.name) }
    private var stackNames: [String] { recipe.stack.map(\.name) }
    /// Names that are rooms of the address space already.
    private static let reserved = ["data", "folds", "ablations", "submission"]

    private func checkNames(_ reading: inout Reading) {
        for section in ["models", "stack"] {
            for entry in tree[section]?.entries ?? [] where Self.reserved.contains(entry.key) {
                reading.report(
                    Finding(
                        "bad-name", "\"\(entry.key)\" is a name of ablate's own", at: entry.keySpan,
                        help: "choose another name"))
            }
        }
        for entry in tree["stack"]?.entries ?? [] {
            guard let model = tree["models"]?.entries?.first(where: { $0.key == entry.key }) else { continue }
            reading.report(
                Finding(
                    "duplicate-name", "\"\(entry.key)\" names a model already", at: entry.keySpan,
                    notes: [.init("the model is defined here", at: model.keySpan)]))
        }
        if let from = recipe.submission?.from, let node = tree["submission"]?["from"] {
            checkReference(from, at: node, among: modelNames + stackNames, noun: "model or stack entry", &reading)
            if recipe.data.test == nil, let submission = tree["submission"] {
                reading.report(
                    Finding(
                        "missing-key", "a submission needs a test table", at: submission.span,
                        help: "add data.test, or remove the submission"))
            }
        }
        for entry in recipe.ablations {
            guard let node = tree["ablations"]?[entry.name]?["of"] else { continue }
            checkReference(entry.value.of, at: node, among: modelNames, noun: "model", &reading)
        }
    }

    /// Entries of the stack may use models and the entries above them.
    private func checkStack(_ reading: inout Reading) {
        for (index, entry) in recipe.stack.enumerated() {
            guard let node = tree["stack"]?[entry.name] else { continue }
            let known = modelNames + stackNames[..<index]
            for (name, item) in zip(entry.value.average ?? [], node["average"]?.elements ?? []) {
                checkReference(name, at: item, among: known, noun: "model or earlier stack entry", &reading)
            }
            for (key, name) in [("optimize", entry.value.optimize), ("fitted-on", entry.value.fittedOn)] {
                guard let name, let item = node[key] else { continue }
                checkReference(name, at: item, among: known, noun: "model or earlier stack entry", &reading)
            }
            if entry.value.average != nil {
                for key in ["fitted-on", "method"] {
                    guard let extra = node.entries?.first(where: { $0.key == key }) else { continue }
                    reading.report(
                        Finding(
                            "conflicting-keys", "\"\(key)\" belongs to optimize, and this is an average",
                            at: extra.keySpan))
                }
            }
            if entry.value.optimize != nil, recipe.data.constraint == nil, let item = node["optimize"] {
                reading.report(
                    Finding(
                        "missing-constraint", "optimize needs a constraint that every group obeys", at: item.span,
                        help: "add `constraint: one-of-each` under data, if each group holds each label once"))
            }
        }
    }

    private func checkReference(
        _ name: String, at node: Node, among names: [String], noun: String, _ reading: inout Reading
    ) {
        if !names.contains(name) { reading.report(Dangling.finding(name, noun: noun, among: names, at: node.span)) }
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
