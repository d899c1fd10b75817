// Options of a fine-tune that mean nothing beside another setting, or exclude each other.

internal import Diagnostics
internal import Nodes

struct OptionChecks {
    let model: FineTune
    /// The resolved tree of the model.
    let tree: Node

    private var training: Training { model.training }

    func report(_ reading: inout Reading) {
        checkAdapters(&reading)
        checkFrozenLayers(&reading)
        checkHead(&reading)
        checkTokens(&reading)
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
