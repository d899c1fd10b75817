"""Whole configs of other fine-tuning tools, as those tools write them, for the tests of `ablate import`."""

import copy

import yaml

# The default config of today's H2O LLM Studio for classification: every key it writes.
H2O_TODAY = yaml.safe_load(r"""
experiment_name: predict-the-llm
output_directory: output/predict-the-llm
llm_backbone: h2oai/h2o-danube3-500m-chat
problem_type: text_causal_classification_modeling
dataset:
  train_dataframe: data/train.csv
  validation_strategy: automatic
  validation_dataframe: ""
  validation_size: 0.01
  data_sample: 1.0
  data_sample_choice: [Train, Validation]
  prompt_column: [text]
  prompt_column_separator: \n\n
  answer_column: [target]
  num_classes: 7
  system_column: None
  parent_id_column: None
  id_column: id
  text_system_start: ""
  text_prompt_start: ""
  text_answer_separator: ""
  add_eos_token_to_system: false
  add_eos_token_to_prompt: false
  add_eos_token_to_answer: false
  limit_chained_samples: false
  mask_prompt_labels: true
  only_last_answer: false
  personalize: false
  chatbot_name: h2oGPT
  chatbot_author: H2O.ai
tokenizer:
  max_length: 512
  add_prompt_answer_tokens: false
  padding_quantile: 1.0
  tokenizer_kwargs: '{"use_fast": true, "add_prefix_space": false}'
architecture:
  backbone_dtype: int4
  gradient_checkpointing: true
  intermediate_dropout: 0.0
  pretrained: true
  pretrained_weights: ""
training:
  loss_function: CrossEntropyLoss
  optimizer: AdamW
  learning_rate: 0.0001
  differential_learning_rate_layers: [classification_head]
  differential_learning_rate: 0.00001
  freeze_layers: []
  attention_implementation: auto
  batch_size: 2
  drop_last_batch: true
  epochs: 1
  schedule: Cosine
  min_learning_rate_ratio: 0.0
  warmup_epochs: 0.0
  weight_decay: 0.0
  gradient_clip: 0.0
  grad_accumulation: 1
  lora: true
  use_dora: false
  lora_r: 4
  lora_alpha: 16
  lora_dropout: 0.05
  use_rslora: false
  lora_target_modules: ""
  lora_unfreeze_layers: []
  save_checkpoint: last
  evaluation_epochs: 1.0
  evaluate_before_training: false
  train_validation_data: false
augmentation:
  token_mask_probability: 0.0
  skip_parent_probability: 0.0
  random_parent_probability: 0.0
  neftune_noise_alpha: 0.0
prediction:
  metric: LogLoss
  batch_size_inference: 0
environment:
  gpus: ["0"]
  mixed_precision: true
  mixed_precision_dtype: bfloat16
  compile_model: false
  use_deepspeed: false
  deepspeed_method: ZeRO2
  trust_remote_code: true
  huggingface_branch: main
  number_of_workers: 4
  seed: -1
logging:
  logger: None
""")

# The dialect of autumn 2023, with the settings of the competition's final models.
H2O_2023 = yaml.safe_load(r"""
experiment_name: predict-the-llm
output_directory: /workspace/output/user/predict-the-llm
llm_backbone: teknium/OpenHermes-2-Mistral-7B
problem_type: text_causal_classification_modeling
dataset:
  train_dataframe: data/train.csv
  validation_strategy: automatic
  validation_dataframe: None
  validation_size: 0.01
  data_sample: 1.0
  data_sample_choice: [Train, Validation]
  prompt_column: [text]
  answer_column: target
  num_classes: 7
  parent_id_column: None
  text_prompt_start: ""
  text_answer_separator: ""
  add_eos_token_to_prompt: false
  add_eos_token_to_answer: false
  limit_chained_samples: false
  mask_prompt_labels: true
  personalize: false
  chatbot_name: h2oGPT
  chatbot_author: H2O.ai
tokenizer:
  max_length: 1024
  max_length_prompt: 1024
  max_length_answer: 256
  add_prefix_space: false
  add_prompt_answer_tokens: false
  padding_quantile: 1.0
  use_fast: true
architecture:
  backbone_dtype: int4
  force_embedding_gradients: false
  gradient_checkpointing: true
  intermediate_dropout: 0.0
  pretrained: true
  pretrained_weights: ""
training:
  loss_function: CrossEntropyLoss
  optimizer: AdamW
  learning_rate: 0.0001
  differential_learning_rate_layers: [classification_head]
  differential_learning_rate: 0.00001
  batch_size: 4
  drop_last_batch: true
  epochs: 5
  schedule: Cosine
  warmup_epochs: 0.0
  weight_decay: 0.0
  gradient_clip: 0.0
  grad_accumulation: 4
  lora: true
  lora_r: 4
  lora_alpha: 16
  lora_dropout: 0.05
  lora_target_modules: ""
  save_best_checkpoint: false
  evaluation_epochs: 1.0
  evaluate_before_training: false
  train_validation_data: false
augmentation:
  token_mask_probability: 0.0
  skip_parent_probability: 0.0
  random_parent_probability: 0.0
  neftune_noise_alpha: 0.0
prediction:
  metric: LogLoss
  batch_size_inference: 0
environment:
  gpus: ["0"]
  mixed_precision: true
  compile_model: false
  use_fsdp: false
  find_unused_parameters: false
  trust_remote_code: true
  huggingface_branch: main
  number_of_workers: 8
  seed: 1
logging:
  logger: None
  neptune_project: ""
""")

AXOLOTL = yaml.safe_load("""
base_model: mistralai/Mistral-7B-v0.1
model_type: MistralForCausalLM
tokenizer_type: LlamaTokenizer
is_mistral_derived_model: true
load_in_8bit: false
load_in_4bit: true
strict: false
datasets:
  - path: data/train.jsonl
    ds_type: json
    type: alpaca
dataset_prepared_path: last_run_prepared
val_set_size: 0.1
output_dir: ./outputs/qlora-out
adapter: qlora
sequence_len: 1024
sample_packing: true
pad_to_sequence_len: true
lora_r: 32
lora_alpha: 16
lora_dropout: 0.05
lora_target_modules: [gate_proj, down_proj, up_proj, q_proj, v_proj, k_proj, o_proj]
wandb_project:
wandb_entity:
gradient_accumulation_steps: 4
micro_batch_size: 2
num_epochs: 2
optimizer: adamw_torch
lr_scheduler: cosine
learning_rate: 0.0002
train_on_inputs: false
group_by_length: false
bf16: auto
fp16:
tf32: false
gradient_checkpointing: true
logging_steps: 1
flash_attention: true
warmup_ratio: 0.1
evals_per_epoch: 4
saves_per_epoch: 1
weight_decay: 0.01
seed: 7
""")

LLAMA_FACTORY = yaml.safe_load("""
model_name_or_path: meta-llama/Meta-Llama-3-8B-Instruct
quantization_bit: 4
quantization_method: bnb
trust_remote_code: true
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
dataset: identity,alpaca_en_demo
template: llama3
cutoff_len: 2048
max_samples: 1000
overwrite_cache: true
preprocessing_num_workers: 16
dataloader_num_workers: 4
output_dir: saves/llama3-8b/lora/sft
logging_steps: 10
save_steps: 500
plot_loss: true
overwrite_output_dir: true
save_only_model: false
report_to: none
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
ddp_timeout: 180000000
resume_from_checkpoint: null
val_size: 0.1
per_device_eval_batch_size: 1
eval_strategy: steps
eval_steps: 500
""")


def changed(config: dict, **values) -> dict:
    """A copy with some values replaced: `training__epochs=3`, or None to take the key away."""
    config = copy.deepcopy(config)
    for path, value in values.items():
        *sections, key = path.split("__")
        place = config
        for section in sections:
            place = place.setdefault(section, {})
        if value is None:
            place.pop(key, None)
        else:
            place[key] = value
    return config


def leaves(config, path: str = "") -> list[str]:
    """The paths of all keys that hold no mapping."""
    if isinstance(config, dict) and config:
        return [leaf for key, value in config.items() for leaf in leaves(value, f"{path}.{key}" if path else key)]
    if isinstance(config, list) and any(isinstance(item, dict) for item in config):
        return [leaf for index, item in enumerate(config) for leaf in leaves(item, f"{path}[{index}]")]
    return [path]


def twenty_five() -> dict[str, dict]:
    """The competition's configs: 9 on all rows, 15 over folds and seeds, and the first of them once more."""
    configs = {}
    backbones = ["teknium/OpenHermes-2-Mistral-7B", "Open-Orca/Mistral-7B-OpenOrca", "mistralai/Mistral-7B-Instruct-v0.1"]
    for backbone in backbones:
        for seed in (1, 2, 3):
            name = f"full-{backbone.split('/')[0].lower()}-seed-{seed}"
            configs[name] = changed(H2O_2023, llm_backbone=backbone, environment__seed=seed, output_directory=f"output/{name}")
    for fold in range(5):
        for seed in (1, 2, 3):
            configs[f"fold-{fold}-seed-{seed}"] = changed(
                H2O_2023, environment__seed=seed, environment__gpus=[str(fold)], dataset__validation_strategy="custom",
                dataset__train_dataframe=f"data/train_fold_{fold}.csv", dataset__validation_dataframe=f"data/valid_fold{fold}.csv")
    configs["predict-the-llm"] = changed(configs["full-teknium-seed-1"], environment__gpus=["0", "1", "2", "3"], training__batch_size=4)
    return configs
