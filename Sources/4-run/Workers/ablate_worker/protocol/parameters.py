"""The parameters of every kind of step and task. Written by `make generate` from what the engine declares: edit nothing here.

A field is named as the parameter, with _ for -. One without a default is always there. Knows no step; kinds.py reads these.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal


@dataclass(frozen=True, kw_only=True)
class Columns:
    """The settings that mean something here."""
    answer: str | None = None
    group: str | None = None
    id: str | None = None
    label: str | None = None
    prompt: str | None = None
    weight: str | None = None


@dataclass(frozen=True, kw_only=True)
class Ingest:
    """Reads a table, checks it, and parts what is trained on from the texts."""
    format: Literal["csv", "jsonl", "parquet"]
    columns: Columns
    texts: dict | None = None
    extra: list = ()
    labels: list
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"
    label_columns: list | None = None
    label_pieces: list | None = None
    role: Literal["train", "test", "validation"]
    constraint: Literal["one-of-each"] | None
    fold_column: str | None = None
    group_names: bool = False
    times: bool = False


@dataclass(frozen=True, kw_only=True)
class Join:
    """Puts the rows of several training tables one after another."""
    tables: list
    ids: bool
    weights: dict | None = None


@dataclass(frozen=True, kw_only=True)
class Explore:
    """Clusters and maps the texts, and finds near-duplicates."""
    clusters: int
    near: float
    labels: list


@dataclass(frozen=True, kw_only=True)
class Chat:
    """The settings that mean something here."""
    system: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tokenize:
    """Turns the pieces of each text into tokens; where there is no tokenizer, makes one."""
    template: list
    vocabulary: int | None
    chat: Chat | None
    split_special_tokens: bool = False
    mask: bool = False
    words: list | None = None
    swapped: list | None = None


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """How many tokens of each text a model reads; the template is never cut."""
    answer: int = 768
    keep: Literal["head", "tail", "middle"] | dict = "head"
    prompt: int = 256
    quantile: float | None = None
    _others: dict = field(default_factory=dict)  # values under further names


@dataclass(frozen=True, kw_only=True)
class Lora:
    """Low-rank adapters beside the frozen weights."""
    alpha: float = 32.0
    dora: bool = False
    dropout: float = 0.05
    init: Literal["default", "gaussian", "pissa", "olora", "loftq"] = "default"
    rank: int = 16
    rslora: bool = False
    targets: Literal["all-linear"] | list = "all-linear"


@dataclass(frozen=True, kw_only=True)
class Scratch:
    """A decoder with random weights and a tokenizer trained on the training texts."""
    architecture: Literal["mistral", "llama", "qwen2"]
    context: int = 1024
    heads: int = 4
    hidden: int = 128
    intermediate: int = 256
    layers: int = 4
    vocabulary: int = 2000


@dataclass(frozen=True, kw_only=True)
class Swap:
    """Two texts that may stand in each other's place, such as the answers of a comparison."""
    labels: list | None
    texts: list


@dataclass(frozen=True, kw_only=True)
class Adversarial:
    """Adversarial training: each batch is learnt at a point nearby where its loss is higher."""
    epsilon: float
    method: Literal["fgm", "awp"]
    start: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Training:
    """How a backbone is fine-tuned."""
    adversarial: Literal["off"] | Adversarial = "off"
    batch: int = 16
    class_weights: Literal["none", "balanced"] | list = "none"
    clip: float | None = None
    deterministic: bool = False
    dropout_samples: int = 1
    early_stopping: int | None = None
    ema: float = 0.0
    epochs: int = 3
    focal: float = 0.0
    head_dropout: float = 0.0
    head_learning_rate: float | None = None
    keep: Literal["last", "best"] = "last"
    label_smoothing: float = 0.0
    layer_decay: float = 1.0
    learning_rate: float = 0.0001
    loss: Literal["mse", "mae", "huber"] | None = None
    mask_tokens: float = 0.0
    mask_with: Literal["random", "mask"] = "random"
    neftune: float = 0.0
    optimizer: Literal["adamw", "paged-adamw-8bit"] = "adamw"
    order: Literal["rows", "groups"] = "rows"
    reinitialize_layers: int = 0
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    share_prompt: Literal["auto", "on", "off"] = "auto"
    steps: int | None = None
    validation: float = 0.0
    warmup: float = 0.0
    weight_decay: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Finetune:
    """Fine-tunes a backbone with a classification head."""
    quantization: Literal["none", "int8", "nf4"]
    precision: Literal["auto", "bf16", "fp16", "fp32"]
    remote_code: bool
    pooling: Literal["last", "mean", "cls", "attention"]
    head_input: Literal["hidden-state", "lm-logits"]
    lengths: Lengths
    lora: Literal["head-only"] | Lora | None
    scratch: Scratch | None
    swap: Swap | None = None
    fold: int | None
    training: Training
    seed: int | None
    label_words: list | None = None
    classes: int
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"


@dataclass(frozen=True, kw_only=True)
class Tfidf:
    """TF-IDF features and a multinomial logistic regression (scikit-learn)."""
    analyzer: Literal["word", "char", "char-wb"] = "word"
    min_count: int = 1
    ngrams: list = (1, 2)
    regularization: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Fits TF-IDF features and a multinomial logistic regression."""
    tfidf: Tfidf
    template: list
    classes: int
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"
    fold: int | None


@dataclass(frozen=True, kw_only=True)
class PredictBackbone:
    """Predicts the probability of each label for rows of a table."""
    quantization: Literal["none", "int8", "nf4"]
    precision: Literal["auto", "bf16", "fp16", "fp32"]
    remote_code: bool
    pooling: Literal["last", "mean", "cls", "attention"]
    head_input: Literal["hidden-state", "lm-logits"]
    lengths: Lengths
    lora: Literal["head-only"] | Lora | None
    scratch: Scratch | None
    swap: Swap | None = None
    classes: int
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"
    fold: int | None


@dataclass(frozen=True, kw_only=True)
class PredictBaseline:
    """Predicts the probability of each label for rows of a table."""
    tfidf: Tfidf
    template: list
    classes: int
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"
    fold: int | None


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """Takes predictions made elsewhere: each row once, by its id, and each label's column."""
    format: Literal["csv", "jsonl", "parquet", "npy", "safetensors"] | None = None
    id: str
    label: str
    labels: list
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"


@dataclass(frozen=True, kw_only=True)
class Features:
    """Computes numbers about each row's texts."""
    features: list
    components: int = 32


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The price of a million tokens, for the ledger in the record."""
    completion: float = 0.0
    prompt: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Annotate:
    """Asks a language model behind an endpoint about each row or group."""
    endpoint: str
    model: str
    template: str
    scale: list | None = None
    categories: list | None = None
    per: Literal["row", "group"]
    temperature: float
    max_tokens: int
    prices: Prices | None = None
    name: str
    key_variable: str | None = None
    concurrency: int = 4
    rate: float | None = None
    retries: int = 6
    timeout: float = 120.0


@dataclass(frozen=True, kw_only=True)
class Extract:
    """Takes likelihoods and embeddings of each text from a language model as it is."""
    features: list
    pooling: Literal["mean", "last", "cls"]
    components: int
    quantization: Literal["none", "int8", "nf4"]
    precision: Literal["auto", "bf16", "fp16", "fp32"]
    remote_code: bool
    lengths: Lengths
    name: str


@dataclass(frozen=True, kw_only=True)
class LightgbmSettings:
    """How a learner of the stack is fitted."""
    bins: int = 63
    early_stopping: int = 50
    feature_share: float = 0.7
    l2: float = 1.0
    learning_rate: float = 0.05
    leaves: int = 15
    min_rows: int = 20
    rounds: int = 500
    row_share: float = 0.8
    LIMITS: ClassVar = {"bins": (True, 2, False, 65535), "early-stopping": (True, 1, False, 10000), "feature-share": (False, 0.0, True, 1.0), "l2": (False, 0.0, False, 1000000.0), "learning-rate": (False, 0.0, True, 1.0), "leaves": (True, 2, False, 4096), "min-rows": (True, 1, False, 1000000), "rounds": (True, 1, False, 100000), "row-share": (False, 0.0, True, 1.0)}


@dataclass(frozen=True, kw_only=True)
class LogisticSettings:
    """How a learner of the stack is fitted."""
    regularization: float = 1.0
    LIMITS: ClassVar = {"regularization": (False, 0.0, True, 1000000000.0)}


@dataclass(frozen=True, kw_only=True)
class RidgeSettings:
    """How a learner of the stack is fitted."""
    regularization: float = 1.0
    LIMITS: ClassVar = {"regularization": (False, 0.0, True, 1000000000.0)}


@dataclass(frozen=True, kw_only=True)
class SimplexSettings:
    """How a learner of the stack is fitted."""


@dataclass(frozen=True, kw_only=True)
class Stack:
    """Fits a learner on out-of-fold predictions and features."""
    learner: Literal["lightgbm", "logistic", "ridge", "simplex"]
    settings: LightgbmSettings | LogisticSettings | RidgeSettings | SimplexSettings
    seeds: list
    test: Literal["mean", "refit"]
    fold: int | None
    group_statistics: bool
    classes: int
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"
    CASES: ClassVar = {"settings": ("learner", {"lightgbm": LightgbmSettings, "logistic": LogisticSettings, "ridge": RidgeSettings, "simplex": SimplexSettings})}


@dataclass(frozen=True, kw_only=True)
class Part:
    """Parts a table for a program: the rows to predict without their labels, and the others."""
    format: Literal["csv", "jsonl", "parquet"]
    other_format: Literal["csv", "jsonl", "parquet"] | None = None
    id: str | None
    secret: list
    kept: list
    fold: int | None


@dataclass(frozen=True, kw_only=True)
class Export:
    """Writes a fine-tuned model as others load it."""
    quantization: Literal["none", "int8", "nf4"]
    precision: Literal["auto", "bf16", "fp16", "fp32"]
    remote_code: bool
    pooling: Literal["last", "mean", "cls", "attention"]
    head_input: Literal["hidden-state", "lm-logits"]
    lengths: Lengths
    scratch: Scratch | None
    classes: int
    target: Literal["classes", "ordinal", "multi-label", "number"] = "classes"
    swap: Swap | None = None
    merge: bool
    labels: list
    base_model: str | None = None
    base_revision: str | None = None
    template: list | None = None
    chat: Chat | None = None
    split_special_tokens: bool = False


@dataclass(frozen=True, kw_only=True)
class Publish:
    """Gives a logbook to other tools."""
    parquet: list
    tensorboard: str | None
    mlflow: str | None


@dataclass(frozen=True, kw_only=True)
class Convert:
    """Turns a Parquet table into CSV, or a CSV table into Parquet."""
    to: Literal["csv", "parquet"]
    numbers: list | None = None
    texts: list | None = None


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """Fetches a repository of the hub into the local cache."""
    repository: str
    revision: str | None
    remote_code: bool


# The forms that the parameters of each kind may have.
KINDS = {
    "ingest": (Ingest,),
    "join": (Join,),
    "explore": (Explore,),
    "tokenize": (Tokenize,),
    "finetune": (Finetune,),
    "fit": (Fit,),
    "predict": (PredictBackbone, PredictBaseline,),
    "predictions": (Predictions,),
    "features": (Features,),
    "annotate": (Annotate,),
    "extract": (Extract,),
    "stack": (Stack,),
    "part": (Part,),
    "export": (Export,),
    "publish": (Publish,),
    "convert": (Convert,),
    "fetch": (Fetch,),
}
