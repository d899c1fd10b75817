// LLaMA-Factory: what becomes of each key. Keys of its many objectives other than fine-tuning are left to "unknown".

internal import Nodes

enum LlamaFactory {
    /// What the tool does where a file says nothing, as far as the recipe must say it. Alpha is then twice the rank.
    static let defaults = """
        {finetuning_type: lora, lora_rank: 8, lora_alpha: null, lora_dropout: 0.0, cutoff_len: 2048, num_train_epochs: 3.0,
         per_device_train_batch_size: 8, gradient_accumulation_steps: 1, learning_rate: 5.0e-5, lr_scheduler_type: linear,
         seed: 42, max_grad_norm: 1.0}
        """

    static let rules = model + data + training + Generation.trainer

    private static let model: [Rule] = [
        Rule("model_name_or_path", Generation.backbone(revision: "model_revision")),
        Rule("model_revision", .branch),
        Rule("adapter_name_or_path", .look("ablate begins with new adapters")),
        Rule("cache_dir", .none("belongs to the machine's environment")),
        Rule("stage", stage),
        Rule("finetuning_type", finetuning),
        Rule("quantization_bit", bits),
        Rule(
            "quantization_method",
            .only(["bnb", "bitsandbytes", ""], "bitsandbytes", otherwise: "ablate quantizes with bitsandbytes")),
        Rule("quantization_type", .only(["nf4"], "4 bits are nf4", otherwise: "4 bits are nf4")),
        Rule("double_quantization", .none("4 bits are nf4 without double quantization")),
        Rule("lora_rank", .integer("lora.rank", 1...4_096)),
        Rule("lora_alpha", alpha),
        Rule("lora_dropout", .number("lora.dropout", 0...0.99)),
        Rule("lora_target", .targets(all: ["all"])),
        Rule("use_rslora", .flag("lora.rslora", off: "alpha is divided by the rank")),
        Rule("use_dora", .flag("lora.dora", off: "plain LoRA")),
        Rule("pissa_*", .look("adapters begin at zero")),
        Rule("loraplus_*", .look("only the head has a learning rate of its own")),
        Rule("additional_target", .look("the head alone is trained beside the adapters")),
        Rule("create_new_adapter", .always("adapters are new")),
        Rule("freeze_*", .look("ablate freezes the backbone or, with lora: off, nothing")),
        Rule("rope_scaling", .look("the backbone's own positions hold")),
        Rule("resize_vocab", .look("ablate adds no tokens to a vocabulary")),
        Rule("use_fast_tokenizer", .always("the tokenizers are the fast ones")),
        Rule("split_special_tokens", .flag("split-special-tokens", off: "a control token in a text is one")),
        Rule("flash_attn", .none("the fastest that there is; the sums are the same")),
        Rule("enable_liger_kernel", .none("a matter of speed")),
        Rule("use_unsloth*", .none("a matter of speed")),
        Rule("disable_gradient_checkpointing", .none("activations are computed again where memory runs out")),
        Rule("upcast_*", .none("adapters and head are held in 32 bits")),
        Rule("low_cpu_mem_usage", .none("a matter of the machine")),
    ]

    private static let data: [Rule] = [
        Rule("dataset", dataset),
        Rule("dataset_dir", .none("data.train is a path from the recipe's folder")),
        Rule("eval_dataset", .look("folds score every row; a table to predict is data.test")),
        Rule("template", .look("write the text around a row as data.template")),
        Rule("default_system", .look("write the text around a row as data.template")),
        Rule("enable_thinking", .none("speaks of template")),
        Rule("cutoff_len", Generation.length),
        Rule("val_size", Generation.validationSize),
        Rule("max_samples", .look("ablate trains on every row")),
        Rule("mix_strategy", .none("a recipe has one training table")),
        Rule("interleave_probs", .none("a recipe has one training table")),
        Rule("streaming", .none("texts are tokenized once, in a step of their own")),
        Rule("preprocessing_*", .none("texts are tokenized once, in a step of their own")),
        Rule("tokenized_path", .none("the store has a place of its own")),
        Rule("data_shared_file_system", .none("the store has a place of its own")),
        Rule("ignore_pad_token_for_loss", .always("padding is never learnt")),
        Rule("train_on_prompt", .none("only the label is learnt")),
        Rule("mask_history", .none("only the label is learnt")),
        Rule("packing", .none("the engine fills batches by their length")),
        Rule("neat_packing", .none("the engine fills batches by their length")),
    ]

    private static let training: [Rule] = [
        Rule("num_train_epochs", .epochs),
        Rule("per_device_train_batch_size", .batch(accumulation: "gradient_accumulation_steps")),
        Rule("gradient_accumulation_steps", .accumulation),
        Rule("lr_scheduler_type", Generation.schedule),
        Rule("lr_scheduler_kwargs*", .look("ablate has cosine, linear and constant, all without arguments")),
        Rule("optim", Generation.optimizer),
        Rule("optim_*", .look("AdamW takes no other arguments")),
        Rule("use_galore", .look("the optimizer is AdamW")),
        Rule("use_badam", .look("the optimizer is AdamW")),
        Rule("use_apollo", .look("the optimizer is AdamW")),
        Rule("pure_bf16", .look("adapters and head are held in 32 bits")),
        Rule("compute_accuracy", .always("log loss and accuracy are always there")),
        Rule("predict_with_generate", .none("a classifier gives probabilities")),
        Rule("include_num_input_tokens_seen", .none("the record says how many tokens there were")),
        Rule("disable_tqdm", .none("a matter of the screen")),
        Rule("ray_*", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
    ]

    // MARK: - Keys whose meaning depends on others

    private static let stage = Rule.Action { node, config in
        guard let text = config.text(node) else { return nil }
        if text == "sft" { return .implied("the labels are learnt; a head gives their probabilities") }
        return .notApplicable("ablate fine-tunes classifiers on labels", look: true)
    }

    private static let finetuning = Rule.Action { node, config in
        switch config.text(node) {
        case "lora": return .mapped("lora")
        case "full":
            config.model["lora"] = .word("off")
            return .mapped("lora", "off: every weight is trained")
        case nil: return nil
        default: return .notApplicable("ablate has LoRA adapters, and lora: off", look: true)
        }
    }

    private static let bits = Rule.Action { node, config in
        if node.isNothing { return .implied("not quantized") }
        guard let bits = config.integer(node, 1...16) else { return nil }
        guard let word = [4: "nf4", 8: "int8"][bits] else {
            return .notApplicable("ablate has nf4 and int8", look: true)
        }
        config.model["quantization"] = .word(word)
        return .mapped("quantization")
    }

    private static let alpha = Rule.Action { node, config in
        if !node.isNothing { return Rule.Action.number("lora.alpha", 0...1e6, aboveMinimum: true).apply(node, &config) }
        config.model["lora.alpha"] = .number(2 * (config.number("lora_rank") ?? 8))
        return .mapped("lora.alpha", "twice the rank")
    }

    private static let dataset = Rule.Action { node, config in
        guard let names = config.words(node), let first = names.first else {
            return config.wrong(node, "a data set's name")
        }
        config.tables.train = first
        let isMany = names.count > 1
        return .mapped(
            "data.train", isMany ? "the first of several; a recipe has one training table" : nil, look: isMany)
    }
}
