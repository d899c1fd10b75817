// Settings of one model that must fit together. Applies to the models of a recipe and to every variant.

internal import Diagnostics
internal import Nodes

struct ModelChecks {
    let recipe: Recipe
    let model: Model
    /// The resolved tree of the model.
    let tree: Node

    func report(_ reading: inout Reading) {
        checkKeys(&reading)
        if case .fineTune(let model) = model {
            checkBackbone(model, &reading)
            checkTraining(model.training, &reading)
        }
        checkTemplate(&reading)
        checkPseudoLabels(&reading)
    }

    /// Keys that would silently do nothing.
    private func checkKeys(_ reading: inout Reading) {
        guard let (kind, keys) = Model.declaration.meaningless(in: tree) else { return }
        let names = (Model.declaration.meaningful[kind] ?? []).filter { $0 != "like" }
        for key in keys {
            reading.report(
                Finding(
                    "conflicting-keys", "\"\(key.key)\" means nothing to a \(kind) model", at: key.keySpan,
                    help:
                        "remove it; the keys here are \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")"
                ))
        }
    }

    private func checkBackbone(_ model: FineTune, _ reading: inout Reading) {
        if case .scratch(let scratch) = model.backbone {
            if scratch.hidden % (2 * scratch.heads) != 0 {
                let node = tree["backbone"]?["scratch"] ?? tree
                reading.report(
                    Finding(
                        "out-of-range",
                        "hidden is \(scratch.hidden), and must be a multiple of twice the \(scratch.heads) heads",
                        at: (node["hidden"] ?? node["heads"] ?? node).span,
                        help:
                            "rotary positions pair the dimensions of a head: take \(2 * scratch.heads * max(1, scratch.hidden / (2 * scratch.heads)))"
                    ))
            }
            for (key, isSet) in [
                ("quantization", model.quantization != .none), ("remote-code", model.remoteCode),
                ("chat", model.chat != .none),
            ] where isSet {
                reading.report(
                    Finding(
                        "scratch-conflict", "\"\(key)\" means nothing to a backbone with random weights",
                        at: (tree[key] ?? tree).span, help: "remove it, or name a backbone of the hub or a folder"))
            }
            if model.headInput == .logits {
                reading.report(
                    Finding(
                        "scratch-conflict", "a backbone with random weights has no language-model head to read",
                        at: (tree["head-input"] ?? tree).span, help: "remove head-input"))
            }
        }
        if model.quantization != .none, model.adaptation == .full {
            reading.report(
                Finding(
                    "conflicting-keys", "quantized weights cannot themselves be trained",
                    at: (tree["lora"] ?? tree).span,
                    notes: tree["quantization"].map { [.init("quantization stands here", at: $0.span)] } ?? [],
                    help: "use LoRA adapters or head-only, or quantization: none"))
        }
    }

    private func checkTraining(_ training: Training, _ reading: inout Reading) {
        let node = tree["training"] ?? tree
        if training.steps != nil, let epochs = node["epochs"], let steps = node["steps"] {
            reading.report(
                Finding(
                    "conflicting-keys", "\"steps\" and \"epochs\" exclude each other", at: steps.span,
                    notes: [.init("epochs stand here", at: epochs.span)], help: "keep one of the two"))
        }
        for (key, isSet) in [("keep", training.keep == .best), ("early-stopping", training.earlyStopping != nil)]
        where isSet && training.validation == 0 {
            reading.report(
                Finding(
                    "missing-key", "\"\(key)\" needs validation rows to judge by", at: (node[key] ?? node).span,
                    help: "add training.validation, such as 0.1; the scored fold is never used for it"))
        }
        if training.earlyStopping != nil, training.steps != nil {
            reading.report(
                Finding(
                    "conflicting-keys", "early-stopping counts epochs, and this model trains for steps",
                    at: (node["early-stopping"] ?? node).span, help: "use epochs, or remove early-stopping"))
        }
        if case .each(let weights) = training.classWeights, !recipe.data.labels.isEmpty,
            weights.count != recipe.data.labels.count
        {
            reading.report(
                Finding(
                    "out-of-range",
                    "there are \(weights.count) class weights, and \(recipe.data.labels.count) labels",
                    at: (node["class-weights"] ?? node).span, help: "write one weight for each of data.labels"))
        }
        if training.order == .groups, recipe.data.columns.group == nil {
            reading.report(
                Finding(
                    "missing-key", "order: groups needs data.columns.group", at: (node["order"] ?? node).span,
                    help: "name the column of the groups"))
        }
    }

    private func checkTemplate(_ reading: inout Reading) {
        guard let template = model.template, template.usesPrompt, recipe.data.columns.prompt == nil,
            let node = tree["template"]
        else { return }
        reading.report(
            Finding("bad-template", "the template uses {prompt}, and data.columns.prompt is missing", at: node.span))
    }

    private func checkPseudoLabels(_ reading: inout Reading) {
        guard let settings = model.pseudoLabels.settings, let node = tree["pseudo-labels"] else { return }
        if recipe.data.test == nil {
            reading.report(
                Finding(
                    "missing-key", "pseudo-labels need a test table", at: node.span,
                    help: "add data.test, or remove pseudo-labels"))
        }
        if model.fit != [.folds] {
            reading.report(
                Finding(
                    "full-fit-with-pseudo-labels",
                    "a model with pseudo-labels is fitted on folds alone: fitted on all rows, it would predict what it was told",
                    at: (tree["fit"] ?? node).span, help: "write fit: [folds]"))
        }
        let place = (node["from"] ?? node).span
        for name in ReferenceGraph(recipe: recipe, tree: tree).closure(of: [settings.from]).sorted() {
            if recipe.steps.contains(where: { $0.name == name }) {
                reading.report(CrossChecks.noTeacher(name, at: place))
            }
            guard let model = recipe.models.first(where: { $0.name == name })?.value, !model.section.teaches else {
                continue
            }
            if model.isOutOfFold {
                reading.report(CrossChecks.noTeacher(name, at: place))
            } else {
                reading.report(
                    Finding(
                        "no-teacher", "pseudo-labels would come from \"\(name)\", which is not fitted on folds",
                        at: place,
                        help:
                            "each fold needs a teacher that never saw its labels: give \"\(name)\" fit: [folds], or choose another"
                    ))
            }
        }
    }
}
