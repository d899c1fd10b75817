// What Axolotl and LLaMA-Factory have in common: both pass most keys on to Hugging Face's trainer, and neither is made for
// classification, so that columns and labels are for a person to fill in.

internal import Nodes

enum Generation {
    typealias Action = Rule.Action

    /// The columns that a recipe must name and these tools' configs do not.
    static func fillIn(_ config: inout Config, at node: Node) {
        config.shared["data.columns.answer"] = (.word("text"), node.span)
        config.shared["data.columns.label"] = (.word("label"), node.span)
        if config.shared["data.labels"] == nil {
            config.shared["data.labels"] = (.list([.integer(0), .integer(1)]), node.span)
        }
    }

    /// The backbone, with the revision that another key names.
    static func backbone(revision: String, labels: String? = nil) -> Action {
        Action { node, config in
            guard let backbone = config.backbone(node, revision: revision) else { return nil }
            config.model["backbone"] = backbone
            if let count = labels.flatMap({ config.number($0) }), (2...100_000).contains(count) {
                config.shared["data.labels"] = (.list((0..<Int(count)).map { .integer($0) }), node.span)
            }
            fillIn(&config, at: node)
            return .mapped(
                "backbone", "write data.columns and data.labels yourself: configs for generation name neither",
                look: true)
        }
    }

    static let length = Action { node, config in
        guard let length = config.integer(node, 1...1_048_576) else { return nil }
        config.model["lengths.answer"] = .integer(length)
        return .mapped("lengths.answer", "a row that is longer is cut, never dropped; its head is kept")
    }

    /// `max_steps`: 0 or less is no bound.
    static let steps = Action { node, config in
        if node.isNothing { return .implied("epochs say how long to train") }
        guard let steps = config.integer(node, -1...1_000_000_000) else { return nil }
        if steps <= 0 { return .implied("epochs say how long to train") }
        config.model["training.steps"] = .integer(steps)
        return .mapped("training.steps")
    }

    static let warmupSteps = Action { node, config in
        if node.isNothing || Double(node.scalar?.text ?? "") == 0 { return .implied("no warm-up in steps") }
        return .notApplicable("warm-up is a share of all steps here: write training.warmup", look: true)
    }

    static let schedule = Action.choice(
        "training.schedule",
        ["cosine": "cosine", "linear": "linear", "constant": "constant", "constant_with_warmup": "constant"],
        otherwise: "ablate has cosine, linear and constant")

    static let clip = Action.numberUnlessZero("training.clip", 0...1e6, none: "the gradient is not clipped")
    static let decay = Action.numberUnlessZero("training.weight-decay", 0...10, none: "no weight decay")
    static let smoothing = Action.numberUnlessZero("training.label-smoothing", 0...0.99, none: "no label smoothing")
    static let warmupRatio = Action.numberUnlessZero("training.warmup", 0...1, none: "no warm-up")
    static let noise = Action.numberUnlessZero("training.neftune", 0...1e6, none: "no noise")

    static let best = Action { node, config in
        guard !node.isNothing, config.boolean(node) != false else { return .implied("the last state is kept") }
        config.model["training.keep"] = .word("best")
        config.model["training.validation"] = .number(heldOut(config) ?? 0.1)
        return .mapped("training.keep", "training.validation holds out rows to judge by", look: true)
    }

    private static func heldOut(_ config: Config) -> Double? {
        (config.number("val_set_size") ?? config.number("val_size")).flatMap { $0 > 0 && $0 <= 0.5 ? $0 : nil }
    }

    /// The share of rows that the tool holds out.
    static let validationSize = Action { node, config in
        guard config.boolean("load_best_model_at_end") == true, heldOut(config) != nil else {
            return .notApplicable("folds score every row; where the fit is full, every row trains")
        }
        return .mapped("training.validation")
    }

    static let half = Action { node, config in
        guard !node.isNothing, config.boolean(node) ?? true else {
            return .implied("precision is chosen by the machine")
        }
        config.model["precision"] = .word("fp16")
        return .mapped("precision")
    }

    /// `bf16`: true, false, or auto, which is what the engine does.
    static let brain = Action { node, _ in
        let text = node.scalar?.text.lowercased() ?? ""
        return text == "false"
            ? .notApplicable(
                "precision is chosen by the machine; write `precision: fp32` to forbid bfloat16", look: true)
            : .implied("bfloat16 where the machine has it")
    }

    static let optimizer = Action.optimizer(
        [
            "adamw", "adamw_torch", "adamw_torch_fused", "adamw_hf", "adamw_apex_fused", "paged_adamw",
            "paged_adamw_32bit",
        ],
        paged: ["paged_adamw_8bit", "adamw_bnb_8bit", "adamw_8bit"])

    /// Keys of Hugging Face's trainer that both tools pass on, with one meaning.
    static let trainer: [Rule] = [
        Rule("adam_beta1", .only(["0.9", ""], "AdamW's usual", otherwise: "AdamW's betas are 0.9 and 0.999")),
        Rule("adam_beta2", .only(["0.999", ""], "AdamW's usual", otherwise: "AdamW's betas are 0.9 and 0.999")),
        Rule("adam_epsilon", .only(["1e-8", ""], "AdamW's usual", otherwise: "AdamW's epsilon is 1e-8")),
        Rule("gradient_checkpointing*", .none("activations are computed again where memory runs out")),
        Rule("logging_*", .none("each step's loss is in the record")),
        Rule("save_*", .none("each epoch's end can be resumed from")),
        Rule("saves_per_epoch", .none("each epoch's end can be resumed from")),
        Rule("eval_*", .none("predictions are scored once, when a fit is done")),
        Rule("evals_per_epoch", .none("predictions are scored once, when a fit is done")),
        Rule("evaluation_strategy", .none("predictions are scored once, when a fit is done")),
        Rule("do_*", .none("the plan says what is done")),
        Rule("per_device_eval_batch_size", .none("the engine fills batches by their length")),
        Rule("output_dir", .none("the store has a place of its own")),
        Rule("overwrite_*", .none("what is done is never overwritten, and what changed is done again")),
        Rule("resume_from_checkpoint", .none("a fine-tune resumes by itself")),
        Rule("report_to", .none("the logbook is written by itself")),
        Rule("run_name", .none("the logbook is written by itself")),
        Rule("plot_loss", .none("the logbook is written by itself")),
        Rule("wandb_*", .none("the logbook is written by itself")),
        Rule("mlflow_*", .none("the logbook is written by itself")),
        Rule("comet_*", .none("the logbook is written by itself")),
        Rule("swanlab_*", .none("the logbook is written by itself")),
        Rule("push_to_hub", .none("nothing is uploaded")),
        Rule("hub_*", .none("nothing is uploaded")),
        Rule("hf_*", .none("belongs to the machine's environment")),
        Rule("deepspeed", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("fsdp*", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("ddp_*", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("local_rank", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("dataloader_*", .none("texts are tokenized once, in a step of their own")),
        Rule("group_by_length", .none("rows are drawn at random, and a batch is split by length")),
        Rule("torch_compile*", .none("a matter of speed")),
        Rule("tf32", .none("a matter of the machine")),
        Rule("trust_remote_code", .remoteCode),
        Rule("label_smoothing_factor", smoothing),
        Rule("neftune_noise_alpha", noise),
        Rule("load_best_model_at_end", best),
        Rule("max_grad_norm", clip),
        Rule("weight_decay", decay),
        Rule("warmup_ratio", warmupRatio),
        Rule("warmup_steps", warmupSteps),
        Rule("max_steps", steps),
        Rule("learning_rate", .number("training.learning-rate", 0...10, aboveMinimum: true)),
        Rule("seed", .seed),
        Rule("bf16", brain),
        Rule("fp16", half),
    ]
}
