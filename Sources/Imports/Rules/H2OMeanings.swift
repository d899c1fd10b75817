// H2O LLM Studio: the keys whose meaning depends on other keys, or on the dialect.

internal import Diagnostics
internal import Nodes

extension H2O {
    typealias Action = Rule.Action

    static let backbone = Action { node, config in
        guard let text = config.text(node), !text.isEmpty else { return config.wrong(node, "a hub id") }
        let branch = config.text("environment.huggingface_branch") ?? "main"
        let revision = branch == "main" || branch.isEmpty ? "" : "@\(branch)"
        config.model["backbone"] = .text(BackboneName.written(text) + revision)
        config.model["head-input"] = .word("lm-logits")
        return .mapped("backbone", "the head read the language model's logits, hence head-input")
    }

    static let problem = Action { node, config in
        guard let text = config.text(node) else { return nil }
        if text == "text_causal_classification_modeling" { return .implied("ablate fine-tunes classifiers") }
        config.findings.append(
            Finding(
                "other-problem", "\(text) is not classification, which is all that ablate does", at: node.span,
                help: "import configs of text_causal_classification_modeling"))
        return nil
    }

    // MARK: - Data. The tool's prompt is the text to classify, and its answer is the label.

    static let promptColumn = Action { node, config in
        guard let columns = config.words(node), let last = columns.last else { return config.wrong(node, "a column's name") }
        let separator = is2023(config) ? "  " : unescaped(config.text("dataset.prompt_column_separator") ?? "\\n\\n")
        config.shared["data.columns.answer"] = (.text(last), node.span)
        let start = unescaped(config.text("dataset.text_prompt_start") ?? "")
        let end = unescaped(config.text("dataset.text_answer_separator") ?? "")
        func braced(_ text: String) -> String { text.map { "{}".contains($0) ? "\($0)\($0)" : String($0) }.joined() }
        if columns.count > 1 {
            config.shared["data.columns.prompt"] = (.text(columns[0]), node.span)
            let template = "{prompt}" + braced(separator) + "{answer}"
            config.shared["data.template"] = (.text(braced(start) + template + braced(end)), node.span)
        } else if !start.isEmpty || !end.isEmpty {
            config.shared["data.template"] = (.text(braced(start) + "{answer}" + braced(end)), node.span)
        }
        let two = "the first is taken for the prompt and the last for the answer, each with a length of its own"
        switch columns.count {
        case 1: return .mapped("data.columns.answer", "the text to classify")
        case 2: return .mapped("data.columns", two, look: true)
        default: return .mapped("data.columns", two + "; those between are left out, so join them in the table", look: true)
        }
    }

    /// The tool reads `\n` in these texts as a line break, as Python would.
    static func unescaped(_ text: String) -> String {
        text.replacing("\\n", with: "\n").replacing("\\t", with: "\t").replacing("\\r", with: "\r")
    }

    static let templatePart = Action { node, config in
        guard let text = config.text(node) else { return nil }
        return text.isEmpty ? .implied("nothing is added") : .mapped("data.template")
    }

    static let eos = Action { node, config in
        guard let isOn = config.boolean(node) else { return nil }
        let note = "the tokenizer's own special tokens stand around each text"
        return isOn ? .notApplicable(note, look: true) : .implied(note)
    }

    static let answerColumn = Action { node, config in
        guard let columns = config.words(node), let first = columns.first else { return config.wrong(node, "a column's name") }
        config.shared["data.columns.label"] = (.text(first), node.span)
        let isMany = columns.count > 1
        return .mapped("data.columns.label", isMany ? "the first of several; a row has one label here" : nil, look: isMany)
    }

    static let idColumn = Action { node, config in
        if node.isNothing { return .implied("rows are numbered") }
        guard let text = config.text(node) else { return nil }
        config.shared["data.columns.id"] = (.text(text), node.span)
        return .mapped("data.columns.id")
    }

    static let classes = Action { node, config in
        guard let count = config.integer(node, 1...100_000) else { return nil }
        let isCross = config.text("training.loss_function") == "CrossEntropyLoss"
        if isCross && count == 1 || !isCross && count > 1 {
            let problem =
                isCross ? "cross entropy needs two classes or more" : "binary cross entropy over \(count) classes gives a row several labels; ablate gives it one"
            config.findings.append(Finding("several-labels", problem, at: node.span))
            return nil
        }
        config.shared["data.labels"] = (.list((0..<max(2, count)).map { .integer($0) }), node.span)
        return .mapped("data.labels")
    }

    static let loss = Action { node, config in
        guard let text = config.text(node) else { return nil }
        if text == "CrossEntropyLoss" { return .implied("the loss is cross entropy") }
        if text == "BinaryCrossEntropyLoss" {
            return .implied("the head has an output for each of the two classes, and the loss is cross entropy")
        }
        return .notApplicable("the loss is cross entropy", look: true)
    }

    static let validationStrategy = Action { node, config in
        guard let text = config.text(node) else { return nil }
        if text == "custom" { return .mapped("fit", "by the names of the two tables") }
        return .mapped("fit", "no table of its own to validate on: full, which trains on every row")
    }

    static let trainOnValidation = Action { node, config in
        guard let isOn = config.boolean(node) else { return nil }
        config.tables.trainsOnValidation = isOn
        return isOn ? .mapped("fit", "full") : .implied("a fold's rows never train the model that predicts them")
    }

    // MARK: - Lengths

    static let maxLength = Action { node, config in
        guard let total = config.integer(node, 1...1_048_576) else { return nil }
        guard is2023(config) else { return setLengths(total, &config) }
        return .mapped("lengths", "with max_length_prompt: the smaller of the two")
    }

    static let maxLengthPrompt = Action { node, config in
        guard let prompt = config.integer(node, 1...1_048_576) else { return nil }
        return setLengths(min(prompt, config.whole("tokenizer.max_length", 1...1_048_576) ?? prompt), &config)
    }

    private static func setLengths(_ total: Int, _ config: inout Config) -> Outcome {
        config.model["lengths.keep"] = .word("tail")
        guard (config.words("dataset.prompt_column") ?? []).count > 1 else {
            config.model["lengths.answer"] = .integer(total)
            return .mapped("lengths.answer", "the tail was kept, hence keep: tail")
        }
        config.model["lengths.prompt"] = .integer(total / 4)
        config.model["lengths.answer"] = .integer(total - total / 4)
        return .mapped("lengths", "shared out: a quarter for the prompt, the rest for the answer", look: true)
    }

    // MARK: - Model and training

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
                    "unknown-value", "one of int4, int8, bfloat16, float16, float32 belongs here, and this is \"\(text)\"",
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
        let isBest = config.text("training.save_checkpoint") == "best" || config.boolean("training.save_best_checkpoint") == true
        guard isBest, heldOut(config) != nil else {
            return .notApplicable("folds score every row; where the fit is full, every row trains")
        }
        return .mapped("training.validation", "other rows: the tool drew them with the seed 1337")
    }
}
