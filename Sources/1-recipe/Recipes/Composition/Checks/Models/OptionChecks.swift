// Options of a fine-tune that mean nothing beside another setting, or exclude each other.

internal import Diagnostics
internal import Nodes
internal import Targets

struct OptionChecks {
    let recipe: Recipe
    let model: FineTune
    /// The resolved tree of the model.
    let tree: Node

    private var training: Training { model.training }

    func report(_ reading: inout Reading) {
        checkAdapters(&reading)
        checkFrozenLayers(&reading)
        checkHead(&reading)
        checkTokens(&reading)
        checkWords(&reading)
        checkTarget(&reading)
        if let swap = model.swap { check(swap, &reading) }
    }

    /// What adapters begin as, and what they are beside.
    private func checkAdapters(_ reading: inout Reading) {
        guard case .lora(let lora) = model.adaptation, lora.start != .standard, lora.start != .gaussian else { return }
        let (start, quantization) = (lora.start.rawValue, model.quantization.rawValue)
        if lora.start.takesFromWeights, model.quantization != .none {
            conflict(
                "init: \(start) takes from the weights as they are, and quantization: \(quantization) rounds them",
                ["lora", "init"], beside: ["quantization"],
                help: "set quantization: none, or init: loftq with quantization: nf4", &reading)
        }
        if lora.start == .loftq, model.quantization != .nf4 {
            conflict(
                "init: loftq makes up for what nf4 rounds away, and quantization is \(quantization)", ["lora", "init"],
                beside: ["quantization"], help: "set quantization: nf4, or remove init", &reading)
        }
        if lora.decomposed {
            conflict(
                "init: \(start) and dora: true exclude each other: DoRA begins at the weights as they are",
                ["lora", "init"], beside: ["lora", "dora"], help: "keep one of the two", &reading)
        }
    }

    /// What only layers that learn can have.
    private func checkFrozenLayers(_ reading: inout Reading) {
        if training.reinitialize > 0, model.adaptation != .full {
            conflict(
                "reinitialize-layers draws weights that must then be learnt, and here they are frozen",
                ["training", "reinitialize-layers"], beside: ["lora"],
                help: "set lora: off, which trains every weight, or remove reinitialize-layers", &reading)
        }
        if training.layerDecay < 1, model.adaptation == .headOnly {
            conflict(
                "layer-decay means nothing where no layer learns", ["training", "layer-decay"], beside: ["lora"],
                help: "remove it, or use LoRA adapters or lora: off", &reading)
        }
    }

    private func checkHead(_ reading: inout Reading) {
        if training.dropoutSamples > 1, training.headDropout == 0 {
            reading.report(
                Finding(
                    .missingKey, "dropout-samples draws head-dropout several times, and there is none",
                    at: place(["training", "dropout-samples"]).span, help: "add training.head-dropout, such as 0.3"))
        }
    }

    /// What is done to tokens, which rows that share their beginning have in common.
    private func checkTokens(_ reading: inout Reading) {
        if training.maskWith == .mask, training.maskTokens == 0 {
            conflict(
                "mask-with means nothing where no token is masked", ["training", "mask-with"], beside: nil,
                help: "add mask-tokens, such as 0.1, or remove mask-with", &reading)
        }
        if training.masksByToken, case .scratch = model.backbone {
            reading.report(
                Finding(
                    .scratchConflict, "the tokenizer of a backbone with random weights has no mask token",
                    at: place(["training", "mask-with"]).span, help: "set mask-with: random"))
        }
        let own = [
            ("neftune", training.noise > 0), ("adversarial", training.adversarial.settings?.method == .fgm),
        ]
        for (key, isSet) in own where isSet && training.sharePrompt == .on {
            conflict(
                "\(key) changes the tokens of each row for itself, and share-prompt: on computes those of several once",
                ["training", key], beside: ["training", "share-prompt"], help: "set share-prompt: auto", &reading)
        }
    }

    /// A head that begins as words needs the language model's head, and reads what that would.
    private func checkWords(_ reading: inout Reading) {
        guard let words = model.labelWords else { return }
        let labels = recipe.data.labels
        if !labels.isEmpty, words.count != labels.count {
            outOfRange(
                "there are \(words.count) words, and \(labels.count) labels", ["label-words"],
                "write one word for each of data.labels", &reading)
        }
        if case .scratch = model.backbone {
            reading.report(
                Finding(
                    .scratchConflict, "the head of a backbone with random weights knows no words",
                    at: place(["label-words"]).span,
                    help: "remove label-words, or name a backbone of the hub or a folder"))
        }
        for (key, value, isOther) in [
            ("head-input", model.headInput.rawValue, model.headInput != .hiddenState),
            ("pooling", model.pooling.rawValue, model.pooling != .last),
        ] where isOther {
            conflict(
                "label-words begin a head that reads the last token's hidden state, and \(key) is \(value)",
                ["label-words"], beside: [key], help: "remove \(key), or label-words", &reading)
        }
    }

    /// Two texts of the template, and labels that are as they were when the texts are swapped back.
    private func check(_ swap: Swap, _ reading: inout Reading) {
        let places = (model.template ?? recipe.data.effectiveTemplate).texts
        let different = Set(swap.texts).count
        if different > 2 {
            outOfRange("\(different) texts are to be swapped", ["swap", "texts"], "name two texts", &reading)
        } else if let strange = swap.texts.first(where: { !places.contains($0) }) {
            outOfRange(
                "the template has no place for the text \"\(strange)\"", ["swap", "texts"],
                "the texts here are \(places.joined(separator: ", "))", &reading)
        }
        guard let labels = swap.labels, recipe.data.kind == .classes || recipe.data.kind == .ordinal else { return }
        let all = recipe.data.labels
        if labels.sorted() != all.sorted() {
            outOfRange(
                "swap.labels says of each of data.labels what it is then, each once", ["swap", "labels"],
                "write \(all.joined(separator: ", ")) in another order", &reading)
            return
        }
        let turned = Dictionary(zip(all, labels), uniquingKeysWith: { $1 })
        if let label = all.first(where: { turned[turned[$0] ?? ""] != $0 }), let other = turned[label] {
            outOfRange(
                "swapped, \(label) is \(other), and \(other) is \(turned[other] ?? "another")", ["swap", "labels"],
                "two labels change places, and others stay: texts that are swapped twice are as they were", &reading)
        }
    }

    /// What has a meaning only where each row has one label, and is trained to tell it from the others.
    private func checkTarget(_ reading: inout Reading) {
        let kind = recipe.data.kind
        guard kind != .classes && kind != .ordinal || training.loss != nil else { return }
        let own = [
            (["label-words"], model.labelWords != nil),
            (["swap", "labels"], model.swap?.labels != nil),
        ]
        for (path, isSet) in own where isSet {
            reading.report(
                Finding(
                    .targetMismatch,
                    "\(path.joined(separator: ".")) is for rows that have one label of several, and data.target is \(kind.rawValue)",
                    at: place(path).span, help: "remove it"))
        }
    }

    private func outOfRange(_ message: String, _ path: [String], _ help: String, _ reading: inout Reading) {
        reading.report(Finding(.outOfRange, message, at: place(path).span, help: help))
    }

    private func conflict(
        _ message: String, _ path: [String], beside other: [String]?, help: String, _ reading: inout Reading
    ) {
        let beside = other.flatMap { path in node(at: path).map { (path.last ?? "", $0.span) } }
        let notes = beside.map { [Finding.Note("\($0.0) stands here", at: $0.1)] }
        reading.report(Finding(.conflictingKeys, message, at: place(path).span, notes: notes ?? [], help: help))
    }

    private func node(at path: [String]) -> Node? { path.reduce(Optional(tree)) { $0?[$1] } }

    /// The nearest place that the recipe has for a path.
    private func place(_ path: [String]) -> Node { node(at: path) ?? tree[path[0]] ?? tree }
}
