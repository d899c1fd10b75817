// What a backbone and the way it is adapted have in common.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let scratchConflict = FindingRule(
        "scratch-conflict", .models, "A setting means nothing to a backbone with random weights.",
        "There is nothing to quantize, no code to trust and no chat template.")
}

struct BackboneChecks {
    let model: FineTune
    /// The resolved tree of the model.
    let tree: Node

    func report(_ reading: inout Reading) {
        if case .scratch(let scratch) = model.backbone {
            if scratch.hidden % (2 * scratch.heads) != 0 {
                let node = tree["backbone"]?["scratch"] ?? tree
                reading.report(
                    Finding(
                        .outOfRange,
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
                        .scratchConflict, "\"\(key)\" means nothing to a backbone with random weights",
                        at: (tree[key] ?? tree).span, help: "remove it, or name a backbone of the hub or a folder"))
            }
            if model.headInput == .logits {
                reading.report(
                    Finding(
                        .scratchConflict, "a backbone with random weights has no language-model head to read",
                        at: (tree["head-input"] ?? tree).span, help: "remove head-input"))
            }
        }
        if model.quantization != .none, model.adaptation == .full {
            reading.report(
                Finding(
                    .conflictingKeys, "quantized weights cannot themselves be trained",
                    at: (tree["lora"] ?? tree).span,
                    notes: tree["quantization"].map { [.init("quantization stands here", at: $0.span)] } ?? [],
                    help: "use LoRA adapters or head-only, or quantization: none"))
        }
    }
}
