// H2O LLM Studio, problem type text_causal_classification_modeling, both dialects: what becomes of each key.
// Source: its default config of today, and that of autumn 2023.

internal import Nodes

enum H2O {
    /// What the tool does where a file says nothing, as far as the recipe must say it.
    static let defaults = """
        dataset: {num_classes: 1, prompt_column: [instruction, input], validation_strategy: automatic}
        architecture: {backbone_dtype: int4}
        training:
          {batch_size: 2, grad_accumulation: 1, epochs: 1, schedule: Cosine, learning_rate: 1.0e-4, lora: true, lora_r: 4,
           lora_alpha: 16, lora_dropout: 0.05, differential_learning_rate_layers: [classification_head],
           differential_learning_rate: 1.0e-5}
        environment: {seed: -1}
        """
    static let defaultsToday = "{tokenizer: {max_length: 512}, dataset: {answer_column: [label, output]}}"
    static let defaults2023 = "{tokenizer: {max_length_prompt: 512}, dataset: {answer_column: output}}"

    /// Keys that only the dialect of 2023 has.
    static let keysOf2023 = [
        "tokenizer.max_length_prompt", "tokenizer.max_length_answer", "tokenizer.use_fast",
        "tokenizer.add_prefix_space", "training.save_best_checkpoint", "architecture.force_embedding_gradients",
        "environment.use_fsdp",
    ]

    static func is2023(_ config: Config) -> Bool { keysOf2023.contains { config[$0] != nil } }

    /// How the tool generates text, as flat files name it.
    private static let generation: [Rule] = [
        "do_sample", "num_beams", "temperature", "top_k", "top_p", "repetition_penalty", "min_length_inference",
        "max_length_inference", "max_time", "stop_tokens", "num_history",
    ].map { Rule("prediction.\($0)", .none("a classifier gives probabilities, and generates no text")) }

    static let rules = generation + top + dataset + tokenizer + architecture + training + rest

    private static let top: [Rule] = [
        Rule("experiment_name", .title),
        Rule("output_directory", .none("the store has a place of its own")),
        Rule("llm_backbone", backbone),
        Rule("problem_type", problem),
    ]

    private static let dataset: [Rule] = [
        Rule("dataset.dataset_class", .none("an inner name of the tool")),
        Rule("dataset.train_dataframe", .trainTable),
        Rule("dataset.validation_dataframe", .validationTable),
        Rule("dataset.test_dataframe", .testTable),
        Rule("dataset.validation_strategy", validationStrategy),
        Rule("dataset.validation_size", validationSize),
        Rule("dataset.data_sample", .only(["1"], "every row trains", otherwise: "ablate trains on every row")),
        Rule("dataset.data_sample_choice", .none("speaks of data_sample")),
        Rule("dataset.prompt_column", promptColumn),
        Rule("dataset.prompt_column_separator", .none("stands in the template, where there are two prompt columns")),
        Rule("dataset.answer_column", answerColumn),
        Rule("dataset.num_classes", classes),
        Rule("dataset.id_column", idColumn),
        Rule(
            "dataset.system_column",
            .only(["None", ""], "there is no system text", otherwise: "put it into the template")),
        Rule(
            "dataset.parent_id_column",
            .only(["None", ""], "each row is a text of its own", otherwise: "ablate joins no chains of rows")),
        Rule("dataset.text_system_start", .none("there is no system text")),
        Rule("dataset.text_prompt_start", templatePart),
        Rule("dataset.text_answer_separator", templatePart),
        Rule("dataset.add_eos_token_to_prompt", eos),
        Rule("dataset.add_eos_token_to_answer", .none("the answer was the label, not a text")),
        Rule("dataset.add_eos_token_to_system", .none("there is no system text")),
        Rule("dataset.limit_chained_samples", .none("there are no chains of rows")),
        Rule("dataset.mask_prompt_labels", .always("only the label is learnt")),
        Rule("dataset.only_last_answer", .none("there are no chains of rows")),
        Rule("dataset.personalize", .only(["false"], "texts stay as they are", otherwise: "ablate changes no text")),
        Rule("dataset.chatbot_name", .none("speaks of personalize")),
        Rule("dataset.chatbot_author", .none("speaks of personalize")),
    ]

    private static let tokenizer: [Rule] = [
        Rule("tokenizer.max_length", maxLength),
        Rule("tokenizer.max_length_prompt", maxLengthPrompt),
        Rule(
            "tokenizer.max_length_answer",
            .none("the answer was the label, so this limited nothing; it is no response length")),
        Rule(
            "tokenizer.add_prompt_answer_tokens",
            .only(["false"], "the vocabulary stays as it is", otherwise: "ablate adds no tokens to a vocabulary")),
        Rule("tokenizer.padding_quantile", .none("a batch is as long as its longest text, whatever else is in it")),
        Rule("tokenizer.tokenizer_kwargs", .none("the backbone's own tokenizer is used as it comes")),
        Rule("tokenizer.use_fast", .always("the tokenizers are the fast ones")),
        Rule(
            "tokenizer.add_prefix_space",
            .only(["false"], "the tokenizer's own rule holds", otherwise: "the tokenizer's own rule holds")),
    ]

    private static let architecture: [Rule] = [
        Rule("architecture.model_class", .none("an inner name of the tool")),
        Rule("architecture.backbone_dtype", dtype),
        Rule("architecture.gradient_checkpointing", .none("activations are computed again where memory runs out")),
        Rule(
            "architecture.force_embedding_gradients",
            .only(["false"], "embeddings are frozen", otherwise: "embeddings stay frozen")),
        Rule(
            "architecture.intermediate_dropout",
            .numberUnlessZero("training.head-dropout", 0...0.99, none: "none")),
        Rule(
            "architecture.pretrained",
            .only(
                ["true"], "the backbone's weights are loaded", otherwise: "write `backbone: {scratch: {...}}` instead")),
        Rule(
            "architecture.pretrained_weights",
            .only(
                [""], "the backbone's weights are loaded",
                otherwise: "make a folder in hub layout of it: backbone: ./it")),
    ]

    private static let training: [Rule] = [
        Rule("training.loss_class", .none("an inner name of the tool")),
        Rule("training.loss_function", loss),
        Rule("training.optimizer", .optimizer(["AdamW"], paged: ["AdamW8bit"])),
        Rule("training.learning_rate", .number("training.learning-rate", 0...10, aboveMinimum: true)),
        Rule("training.differential_learning_rate_layers", differentialLayers),
        Rule("training.differential_learning_rate", differentialRate),
        Rule("training.freeze_layers", .look("ablate freezes the backbone or, with lora: off, nothing")),
        Rule("training.attention_implementation", .none("the fastest that there is; the sums are the same")),
        Rule("training.batch_size", .batch(accumulation: "training.grad_accumulation", devices: "environment.gpus")),
        Rule("training.grad_accumulation", .accumulation),
        Rule("training.drop_last_batch", .none("every row trains; the last batch of an epoch may be smaller")),
        Rule("training.epochs", .epochs),
        Rule(
            "training.schedule",
            .choice(
                "training.schedule", ["Cosine": "cosine", "Linear": "linear", "Constant": "constant"],
                otherwise: "ablate has cosine, linear and constant")),
        Rule("training.min_learning_rate_ratio", .only(["0"], "the rate ends at 0", otherwise: "the rate ends at 0")),
        Rule("training.warmup_epochs", warmup),
        Rule("training.weight_decay", .numberUnlessZero("training.weight-decay", 0...10, none: "no weight decay")),
        Rule(
            "training.gradient_clip", .numberUnlessZero("training.clip", 0...1e6, none: "the gradient is not clipped")),
        Rule("training.lora", lora),
        Rule("training.use_dora", .flag("lora.dora", off: "plain LoRA")),
        Rule("training.use_rslora", .flag("lora.rslora", off: "alpha is divided by the rank")),
        Rule("training.lora_r", .integer("lora.rank", 1...4_096)),
        Rule("training.lora_alpha", .number("lora.alpha", 0...1e6, aboveMinimum: true)),
        Rule("training.lora_dropout", .number("lora.dropout", 0...0.99)),
        Rule("training.lora_target_modules", .targets(all: [""])),
        Rule("training.lora_unfreeze_layers", .look("only adapters and head are trained")),
        Rule("training.save_checkpoint", saveCheckpoint),
        Rule("training.save_best_checkpoint", saveBest),
        Rule("training.evaluation_epochs", .none("predictions are scored once, when a fit is done")),
        Rule("training.evaluate_before_training", .none("predictions are scored once, when a fit is done")),
        Rule("training.train_validation_data", trainOnValidation),
    ]

    private static let rest: [Rule] = [
        Rule("augmentation.nlp_augmentations_class", .none("an inner name of the tool")),
        Rule(
            "augmentation.token_mask_probability",
            .numberUnlessZero("training.mask-tokens", 0...0.9, none: "no token is masked")),
        Rule("augmentation.skip_parent_probability", .none("there are no chains of rows")),
        Rule("augmentation.random_parent_probability", .none("there are no chains of rows")),
        Rule(
            "augmentation.neftune_noise_alpha",
            .numberUnlessZero("training.neftune", 0...1e6, none: "no noise")),
        Rule("prediction.metric_class", .none("an inner name of the tool")),
        Rule("prediction.metric", .always("log loss and accuracy are always there")),
        Rule("prediction.batch_size_inference", .none("the engine fills batches by their length")),
        Rule("prediction.*", .none("a classifier gives probabilities, and generates no text")),
        Rule("environment.seed", .seed),
        Rule("environment.gpus", .none("belongs to site.yaml")),
        Rule("environment.number_of_workers", .none("texts are tokenized once, in a step of their own")),
        Rule("environment.mixed_precision", mixedPrecision),
        Rule("environment.mixed_precision_dtype", mixedDtype),
        Rule("environment.compile_model", .none("a matter of speed")),
        Rule("environment.find_unused_parameters", .none("a matter of the tool's own parallel training")),
        Rule("environment.huggingface_branch", .branch),
        Rule("environment.trust_remote_code", .remoteCode),
        Rule("environment.use_fsdp", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("environment.use_deepspeed", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("environment.deepspeed_*", .none("site.yaml says how many GPUs a fine-tune takes: gpus-per-fit")),
        Rule("logging.*", .none("the logbook is written by itself")),
        Rule("hf.*", .none("belongs to the machine's environment")),
    ]
}
