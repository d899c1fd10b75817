// Axolotl: what becomes of each key. Keys of its many objectives other than fine-tuning are left to "unknown".

internal import Nodes

enum Axolotl {
    /// What the tool does where a file says nothing, as far as the recipe must say it. No adapter is a full fine-tune.
    static let defaults = """
        {adapter: null, sequence_len: 512, num_epochs: 1, micro_batch_size: 1, gradient_accumulation_steps: 1,
         lr_scheduler: cosine, seed: 42, max_grad_norm: 1.0, lora_dropout: 0.0}
        """

    static let rules = model + data + training + rest + Generation.trainer

    private static let model: [Rule] = [
        Rule("base_model", Generation.backbone(revision: "revision_of_model", labels: "num_labels")),
        Rule("revision_of_model", .branch),
        Rule("base_model_config", .none("the backbone's own is used")),
        Rule("tokenizer_config", .none("the backbone's own is used")),
        Rule("model_type", .none("the backbone's config says what it is; a classification head is put on it")),
        Rule("tokenizer_type", .none("the backbone's config says what it is")),
        Rule("tokenizer_use_fast", .always("the tokenizers are the fast ones")),
        Rule("tokenizer_legacy", .none("the tokenizer's own rule holds")),
        Rule("is_*", .none("the backbone's config says what it is")),
        Rule("num_labels", .labels),
        Rule("reward_model", .look("ablate fine-tunes classifiers, not reward models")),
        Rule("process_reward_model", .look("ablate fine-tunes classifiers, not reward models")),
        Rule("rl", .look("ablate fine-tunes classifiers, not preferences")),
        Rule("adapter", adapter),
        Rule("load_in_4bit", quantized("nf4")),
        Rule("load_in_8bit", quantized("int8")),
        Rule("bnb_config_kwargs*", .look("4 bits are nf4 without double quantization")),
        Rule("lora_r", .integer("lora.rank", 1...4_096)),
        Rule("lora_alpha", .number("lora.alpha", 0...1e6, aboveMinimum: true)),
        Rule("lora_dropout", .number("lora.dropout", 0...0.99)),
        Rule("lora_target_modules", targets),
        Rule("lora_target_linear", linear),
        Rule("lora_modules_to_save", .look("the head alone is trained beside the adapters")),
        Rule("lora_fan_in_fan_out", .none("the layers know it")),
        Rule("lora_model_dir", .look("ablate begins with new adapters")),
        Rule("lora_mlp_kernel", .none("a matter of speed")),
        Rule("lora_qkv_kernel", .none("a matter of speed")),
        Rule("lora_o_kernel", .none("a matter of speed")),
        Rule("peft_use_dora", .flag("lora.dora", off: "plain LoRA")),
        Rule("peft_use_rslora", .flag("lora.rslora", off: "alpha is divided by the rank")),
        Rule("unfrozen_parameters", .look("ablate freezes the backbone or, with lora: off, nothing")),
    ]

    private static let data: [Rule] = [
        Rule("datasets[].path", dataset),
        Rule("datasets[].ds_type", .none("the end of the table's name says it")),
        Rule("datasets[].type", .none("data.template and data.columns say how a row is read")),
        Rule("datasets[].*", .look("data.template and data.columns say how a row is read")),
        Rule("test_datasets*", .look("folds score every row; a table to predict is data.test")),
        Rule("dataset_prepared_path", .none("the store has a place of its own")),
        Rule("dataset_processes", .none("texts are tokenized once, in a step of their own")),
        Rule("dataset_*", .look("rows are read as they are")),
        Rule("shuffle_merged_datasets", .always("rows are drawn at random in each epoch")),
        Rule("val_set_size", Generation.validationSize),
        Rule("sequence_len", Generation.length),
        Rule("eval_sequence_len", .none("lengths hold for every row")),
        Rule("sample_packing*", .none("the engine fills batches by their length")),
        Rule("eval_sample_packing", .none("the engine fills batches by their length")),
        Rule("pad_to_sequence_len", .none("a batch is as long as its longest text")),
        Rule("excess_length_strategy", .none("a row that is longer is cut, never dropped")),
        Rule("chat_template*", .look("write the text around a row as data.template")),
        Rule("default_system_message", .look("write the text around a row as data.template")),
        Rule("special_tokens*", .look("the tokenizer's own special tokens stand around each text")),
        Rule("tokens", .look("ablate adds no tokens to a vocabulary")),
        Rule("train_on_inputs", .always("only the label is learnt")),
    ]

    private static let training: [Rule] = [
        Rule("num_epochs", .epochs),
        Rule("micro_batch_size", .batch(accumulation: "gradient_accumulation_steps")),
        Rule("gradient_accumulation_steps", .accumulation),
        Rule("batch_size", .none("an old key; micro_batch_size and gradient_accumulation_steps say it")),
        Rule("eval_batch_size", .none("the engine fills batches by their length")),
        Rule("lr_scheduler", Generation.schedule),
        Rule("lr_scheduler_kwargs*", .look("ablate has cosine, linear and constant, all without arguments")),
        Rule("cosine_min_lr_ratio", .only(["0", ""], "the rate ends at 0", otherwise: "the rate ends at 0")),
        Rule("cosine_constant_lr_ratio", .look("the rate falls to the end")),
        Rule("optimizer", Generation.optimizer),
        Rule("optim_*", .look("AdamW takes no other arguments")),
        Rule("embedding_lr*", .look("only the head has a learning rate of its own")),
        Rule("loraplus_*", .look("only the head has a learning rate of its own")),
        Rule("lr_groups*", .look("only the head has a learning rate of its own")),
        Rule("early_stopping_patience", .look("a fine-tune ends when its epochs do; see training.keep")),
    ]

    private static let rest: [Rule] = [
        Rule("float16", Generation.half),
        Rule("bfloat16", Generation.brain),
        Rule("flash_attention", .none("the fastest that there is; the sums are the same")),
        Rule("flash_attn_*", .none("a matter of speed")),
        Rule("flex_attention", .none("a matter of speed")),
        Rule("xformers_attention", .none("a matter of speed")),
        Rule("sdp_attention", .none("a matter of speed")),
        Rule("s2_attention", .look("attention is that of the backbone")),
        Rule("attn_implementation", .none("a matter of speed")),
        Rule("plugins", .none("a matter of the tool's own code")),
        Rule("liger_*", .none("a matter of speed")),
        Rule("unsloth_*", .none("a matter of speed")),
        Rule("strict", .always("unknown keys are errors")),
        Rule("debug", .none("a matter of the tool's own code")),
        Rule("auto_resume_from_checkpoints", .always("a fine-tune resumes by itself")),
        Rule("gpu_memory_limit", .none("belongs to the machine")),
        Rule("device_map", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("low_cpu_mem_usage", .none("a matter of the machine")),
        Rule("use_tensorboard", .none("the logbook is written by itself")),
    ]

    // MARK: - Keys whose meaning depends on others

    private static let adapter = Rule.Action { node, config in
        if node.isNothing {
            config.model["lora"] = .word("off")
            return .mapped("lora", "off: every weight is trained")
        }
        switch config.text(node) {
        case "lora": return .mapped("lora")
        case "qlora":
            if config.boolean("load_in_8bit") != true { config.model["quantization"] = .word("nf4") }
            return .mapped("lora", "and quantization: nf4")
        case nil: return nil
        default: return .notApplicable("ablate has LoRA adapters", look: true)
        }
    }

    private static func quantized(_ word: String) -> Rule.Action {
        Rule.Action { node, config in
            if node.isNothing { return .implied("not quantized so") }
            guard let isOn = config.boolean(node) else { return config.wrong(node, "true or false") }
            guard isOn else { return .implied("not quantized so") }
            config.model["quantization"] = .word(word)
            return .mapped("quantization")
        }
    }

    private static let linear = Rule.Action { node, config in
        guard config.boolean("lora_target_linear") == true else { return .implied("lora_target_modules says which") }
        config.model["lora.targets"] = .word("all-linear")
        return .mapped("lora.targets", "all-linear")
    }

    private static let targets = Rule.Action { node, config in
        if config.boolean("lora_target_linear") == true {
            return .mapped("lora.targets", "lora_target_linear names all")
        }
        return Rule.Action.targets(all: ["all-linear"]).apply(node, &config)
    }

    private static let dataset = Rule.Action { node, config in
        guard let text = config.text(node) else { return nil }
        guard config.tables.train == nil else {
            return .notApplicable("a recipe has one training table; join this one to it", look: true)
        }
        config.tables.train = text
        return .mapped("data.train")
    }
}
