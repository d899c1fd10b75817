// H2O LLM Studio: keys of precision and training whose meaning depends on other keys, or on the dialect.

internal import Diagnostics
internal import Nodes

extension H2O {
    static let dtype = Action { node, config in
        guard let text = config.text(node) else { return nil }
        switch text {
        case "int4":
            config.model["quantization"] = .word("nf4")
            return .mapped("quantization", "int4 was nf4")
        case "int8": config.model["quantization"] = .word("int8")
        case "bfloat16", "float32": config.model["quantization"] = .word("none")
        case "float16":
            config.model["quantization"] = .word("none")
            config.model["precision"] = .word("fp16")
            return .mapped("precision", "and quantization: none")
        default:
            config.findings.append(
                Finding(
                    .unknownValue,
                    "one of int4, int8, bfloat16, float16, float32 belongs here, and this is \"\(text)\"",
                    at: node.span))
            return nil
        }
        return .mapped("quantization")
    }

    static let mixedPrecision = Action { node, config in
        guard let isOn = config.boolean(node) else { return nil }
        if !isOn, config.text("architecture.backbone_dtype") == "float32" {
            config.model["precision"] = .word("fp32")
            return .mapped("precision")
        }
        if !isOn { return .notApplicable("write `precision: fp32` for arithmetic without mixed precision", look: true) }
        guard is2023(config) else { return .implied("precision is chosen by the machine") }
        return .implied("precision is chosen by the machine: bfloat16 where that is there, and float16 was used then")
    }

    static let mixedDtype = Action { node, config in
        guard let text = config.text(node) else { return nil }
        if text == "bfloat16" { return .implied("bfloat16 where the machine has it") }
        guard text == "float16" else { return .notApplicable("precision is chosen by the machine", look: true) }
        config.model["precision"] = .word("fp16")
        return .mapped("precision")
    }

    static let lora = Action { node, config in
        guard let isOn = config.boolean(node) else { return nil }
        if !isOn { config.model["lora"] = .word("off") }
        return .mapped("lora", isOn ? nil : "off: every weight is trained")
    }

    static let differentialLayers = Action { node, config in
        guard let layers = config.words(node) else { return nil }
        if layers.isEmpty { return .implied("one learning rate for all") }
        if layers == ["classification_head"] { return .mapped("training.head-learning-rate") }
        return .notApplicable("only the head has a learning rate of its own", look: true)
    }

    static let differentialRate = Action { node, config in
        guard let rate = config.number(node, 0...10) else { return nil }
        guard (config.words("training.differential_learning_rate_layers") ?? []).contains("classification_head") else {
            return .notApplicable("no layers that it holds for")
        }
        guard rate > 0 else { return .notApplicable("a head that does not learn", look: true) }
        config.model["training.head-learning-rate"] = .number(rate)
        return .mapped("training.head-learning-rate")
    }

    static let warmup = Action { node, config in
        guard let warm = config.number(node, 0...10_000) else { return nil }
        if warm == 0 { return .implied("no warm-up") }
        let epochs = config.number("training.epochs") ?? 1
        config.model["training.warmup"] = .number(min(1, (warm / max(epochs, 1e-9) * 1e6).rounded() / 1e6))
        return .mapped("training.warmup", "as a share of all epochs")
    }

    static let saveCheckpoint = Action { node, config in
        guard let text = config.text(node) else { return nil }
        switch text {
        case "best": return keepBest(&config)
        case "last": return .implied("the last state is kept")
        default: return .notApplicable("the last state is kept, once")
        }
    }

    static let saveBest = Action { node, config in
        guard let isOn = config.boolean(node) else { return nil }
        guard isOn else { return .implied("the last state is kept") }
        return keepBest(&config)
    }

    /// The best state needs rows to judge by: as many as the tool held out, or a tenth where those were a table.
    private static func keepBest(_ config: inout Config) -> Outcome {
        config.model["training.keep"] = .word("best")
        config.model["training.validation"] = .number(heldOut(config) ?? 0.1)
        return .mapped(
            "training.keep", "the tool chose on the rows that it also reports on; training.validation holds out others",
            look: true)
    }

    private static func heldOut(_ config: Config) -> Double? {
        guard config.text("dataset.validation_strategy") != "custom" else { return nil }
        return config.number("dataset.validation_size").flatMap { $0 > 0 && $0 <= 0.5 ? $0 : nil }
    }

    static let validationSize = Action { node, config in
        let isBest =
            config.text("training.save_checkpoint") == "best" || config.boolean("training.save_best_checkpoint") == true
        guard isBest, heldOut(config) != nil else {
            return .notApplicable("folds score every row; where the fit is full, every row trains")
        }
        return .mapped("training.validation", "other rows: the tool drew them with the seed 1337")
    }
}
