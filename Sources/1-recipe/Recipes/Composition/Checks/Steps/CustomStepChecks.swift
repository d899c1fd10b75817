// What a custom step's command, inputs and outputs must have in common.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let unusedInput = FindingRule(
        "unused-input", .models, .warning, "A custom step waits for an input that its command does not name.",
        "It runs again whenever that input changes. That may be meant, where the program finds the file by itself.")
    static let unusedOutput = FindingRule(
        "unused-output", .models, "A custom step's command does not say where an output goes.",
        "The program cannot know the path: write `{out.NAME}` where it expects it.")
}

struct CustomStepChecks {
    let recipe: Recipe
    private let tree: [String: Node]
    private let names: Set<String>
    private let models: [String: Model]
    private let entries: Set<String>
    private let outputs: [String: [String]]
    private let sources: PredictionSources

    init(recipe: Recipe, tree: Node, sources: PredictionSources) {
        self.recipe = recipe
        self.sources = sources
        self.tree = tree.index("steps")
        names = Set(recipe.steps.map(\.name))
        models = Dictionary(recipe.models.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        entries = Set(recipe.stack.map(\.name))
        outputs = sources.outputs
    }

    func report(_ reading: inout Reading) {
        for step in recipe.steps {
            guard let node = tree[step.name] else { continue }
            checkCommand(step.value, at: node, &reading)
            for input in step.value.inputs {
                guard let place = node["inputs"]?[input.name] else { continue }
                checkInput(input.value, at: place.span, &reading)
            }
        }
    }

    private func checkCommand(_ step: CustomStep, at node: Node, _ reading: inout Reading) {
        var used: Set<String> = []
        for (argument, place) in zip(step.command, node["command"]?.elements ?? []) {
            for reference in CustomStep.references(in: argument) {
                let known = reference.isInput ? step.inputs.map(\.name) : step.outputs
                if reference.isInput { used.insert(reference.name) }
                guard !known.contains(reference.name) else { continue }
                let noun = reference.isInput ? "input" : "output"
                Dangling.report(reference.name, noun: noun, among: known, at: place.span, &reading)
            }
        }
        let written = Set(step.command.flatMap { CustomStep.references(in: $0).filter { !$0.isInput }.map(\.name) })
        for (name, place) in zip(step.outputs, node["outputs"]?.elements ?? []) where !written.contains(name) {
            reading.report(
                Finding(
                    .unusedOutput, "no argument of the command says {out.\(name)}", at: place.span,
                    help: "the program cannot know where to write it; name it in the command"))
        }
        for entry in node["inputs"]?.entries ?? [] where !used.contains(entry.key) {
            reading.report(
                Finding(
                    .unusedInput, "no argument of the command says {in.\(entry.key)}", at: entry.keySpan,
                    help: "the step waits for it and runs again when it changes, and does not read it"))
        }
    }

    private func checkInput(_ text: String, at span: Span, _ reading: inout Reading) {
        guard let input = CustomInput(text, steps: names) else {
            reading.report(
                Finding(
                    .badValue, "\"\(text)\" is nothing a step can read", at: span,
                    help:
                        "write ./file, data.train, data.test, folds, NAME.out-of-fold, NAME.test, or STEP.OUTPUT"))
            return
        }
        switch input {
        case .file, .folds: return
        case .table(let train):
            if !train, recipe.data.test == nil {
                reading.report(Finding(.missingKey, "there is no test table", at: span, help: "add data.test"))
            }
        case .output(let owner, let name):
            let outputs = self.outputs[owner] ?? []
            if !outputs.contains(name) {
                Dangling.report(name, noun: "output of \(owner)", among: outputs, at: span, &reading)
            }
        case .predictions(let owner, let outOfFold):
            guard models[owner] != nil || entries.contains(owner) else {
                Dangling.report(
                    owner, noun: "model, stack entry or step",
                    among: recipe.models.map(\.name) + recipe.stack.map(\.name) + recipe.steps.map(\.name), at: span,
                    &reading)
                return
            }
            if !outOfFold, recipe.data.test == nil {
                reading.report(Finding(.missingKey, "there is no test table", at: span, help: "add data.test"))
            }
            if !outOfFold, recipe.data.test != nil {
                sources.reportSilent(owner, "this input", at: span, models: recipe.models, &reading)
            }
            if outOfFold, let model = models[owner], !model.isOutOfFold {
                reading.report(
                    Finding(
                        .noOutOfFold, "\"\(owner)\" has no out-of-fold predictions", at: span,
                        help: "give the model `fit: [folds]`"))
            } else if outOfFold, sources.covered[owner] != nil {
                reading.report(.someFolds("\"\(owner)\", of which a step reads what is out-of-fold,", at: span))
            }
        }
    }
}
