// How much of the backbone is trained, and how its frozen weights are held.

internal import Diagnostics
internal import Digests
internal import Nodes

package struct LoRA: Sendable, Hashable {
    package var rank = 16
    package var alpha = 32.0
    package var dropout = 0.05
    package var targets = Targets.allLinear
    package var rankStabilized = false
    package var decomposed = false
    package var start = Start.standard

    /// What the adapters begin as.
    package enum Start: String, CaseIterable, Sendable {
        case standard = "default"
        case gaussian, pissa, olora, loftq

        /// Whether they take over a part of the frozen weights.
        package var takesFromWeights: Bool { self == .pissa || self == .olora }
    }

    package enum Targets: Sendable, Hashable {
        case allLinear
        case named([String])
    }

    package static let declaration = Declaration(
        "Low-rank adapters beside the frozen weights.", initial: { LoRA() },
        keys: [
            Key("rank", \.rank, .integer(1...4_096), "Rank of the update matrices."),
            Key(
                "alpha", \.alpha, .number(0...1e6, aboveMinimum: true), "Scale: updates are multiplied by alpha / rank."
            ),
            Key("dropout", \.dropout, .number(0...0.99), "Dropout before the adapters, in training."),
            Key("targets", \.targets, targets, "all-linear, or a list of module names such as [q_proj, v_proj]."),
            Key("rslora", \.rankStabilized, .boolean, "Scale by alpha / sqrt(rank) instead (rsLoRA)."),
            Key("dora", \.decomposed, .boolean, "Train the updates' magnitude apart from their direction (DoRA)."),
            Key(
                "init", \.start, .choice, asBefore: .standard,
                "What adapters begin as: nothing (default, or gaussian with normal draws), the frozen weights' largest singular directions (pissa), their first orthogonal ones (olora), or what nf4 rounded away (loftq)."
            ),
        ])

    private static let targets = ValueShape<Targets>(
        schema: [
            "anyOf": [
                ["const": "all-linear"],
                ["type": "array", "items": ["type": "string"], "minItems": 1, "uniqueItems": true],
            ]
        ]
    ) { node, reading in
        if node.elements != nil {
            return ValueShape<[String]>.list(of: .text()).decode(node, &reading).map { .named($0) }
        }
        if node.scalar?.text == "all-linear" { return .allLinear }
        reading.wrongType(node, wanted: "all-linear or a list of module names")
        return nil
    } encode: { targets in
        switch targets {
        case .allLinear: "all-linear"
        case .named(let names): .array(names.map { .string($0) })
        }
    }
}

/// LoRA adapters; `off`: every weight is trained; `head-only`: none but the head's.
package enum Adaptation: Sendable, Hashable {
    case lora(LoRA)
    case full
    case headOnly

    package static let shape = ValueShape<Adaptation>(
        schema: ["anyOf": [["enum": ["off", "head-only"]], LoRA.declaration.shape.schema]]
    ) { node, reading in
        if node.entries != nil { return LoRA.declaration.shape.decode(node, &reading).map { .lora($0) } }
        if node.scalar?.text == "off" { return .full }
        if node.scalar?.text == "head-only" { return .headOnly }
        reading.wrongType(
            node, wanted: "a mapping such as {rank: 16}, the word off for a full fine-tune, or head-only")
        return nil
    } encode: { adaptation in
        switch adaptation {
        case .lora(let lora): LoRA.declaration.shape.encode(lora)
        case .full: "off"
        case .headOnly: "head-only"
        }
    } parameter: { adaptation in
        switch adaptation {
        case .lora(let lora): LoRA.declaration.shape.parameter(lora)
        case .full: .null
        case .headOnly: "head-only"
        }
    }
}

package enum Quantization: String, CaseIterable, Sendable { case none, int8, nf4 }

package enum Pooling: String, CaseIterable, Sendable { case last, mean, cls, attention }

package enum HeadInput: String, CaseIterable, Sendable {
    case hiddenState = "hidden-state"
    case logits = "lm-logits"
}

package enum Precision: String, CaseIterable, Sendable { case auto, bf16, fp16, fp32 }

package struct Lengths: Sendable, Hashable {
    package enum Keep: String, CaseIterable, Sendable { case head, tail, middle }
    package var prompt = 256
    package var answer = 768
    package var keep = Keep.head

    package static let declaration = Declaration(
        "How many tokens of prompt and answer a model reads; the template is never cut.", initial: { Lengths() },
        keys: [
            Key("prompt", \.prompt, .integer(0...1_048_576), "Tokens of the prompt.", unit: "tokens"),
            Key("answer", \.answer, .integer(1...1_048_576), "Tokens of the answer.", unit: "tokens"),
            Key("keep", \.keep, .choice, "Which part of a text that is too long is kept; middle drops both ends."),
        ])
}
