// H2O LLM Studio: keys of backbone, data and lengths whose meaning depends on other keys, or on the dialect.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let otherProblem = FindingRule(
        "other-problem", .imports, "The configuration is about something other than classification.",
        "Recipes classify texts; causal language modelling, regression and ranking have no counterpart.")
    static let severalLabels = FindingRule(
        "several-labels", .imports, "The configuration predicts several label columns.",
        "A recipe predicts one column; import it once for each.")
}

extension H2O {
    typealias Action = Rule.Action

    static let backbone = Action { node, config in
        guard let backbone = config.backbone(node, revision: "environment.huggingface_branch") else { return nil }
        config.model["backbone"] = backbone
        config.model["head-input"] = .word("lm-logits")
        return .mapped("backbone", "the head read the language model's logits, hence head-input")
    }

    static let problem = Action { node, config in
        guard let text = config.text(node) else { return nil }
        if text == "text_causal_classification_modeling" { return .implied("ablate fine-tunes classifiers") }
        config.findings.append(
            Finding(
                .otherProblem, "\(text) is not classification, which is all that ablate does", at: node.span,
                help: "import configs of text_causal_classification_modeling"))
        return nil
    }

    // MARK: - Data. The tool's prompt is the text to classify, and its answer is the label.

    static let promptColumn = Action { node, config in
        guard let columns = config.words(node), let last = columns.last else {
            return config.wrong(node, "a column's name")
        }
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
        default:
            return .mapped("data.columns", two + "; those between are left out, so join them in the table", look: true)
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
        guard let columns = config.words(node), let first = columns.first else {
            return config.wrong(node, "a column's name")
        }
        config.shared["data.columns.label"] = (.text(first), node.span)
        let isMany = columns.count > 1
        return .mapped(
            "data.columns.label", isMany ? "the first of several; a row has one label here" : nil, look: isMany)
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
                isCross
                ? "cross entropy needs two classes or more"
                : "binary cross entropy over \(count) classes gives a row several labels; ablate gives it one"
            config.findings.append(Finding(.severalLabels, problem, at: node.span))
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
}
