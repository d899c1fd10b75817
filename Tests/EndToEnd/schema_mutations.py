"""Recipes with one change each, made from the JSON Schema itself: for every key a wrong type, both sides of every bound, every
word of a choice, a key too many and each key too few. And the spellings of YAML scalars, read as YAML 1.2 has them.

Knows nothing of the engine: which of the changes are mistakes, the tests ask it and an independent validator.
"""

import copy
import json
import re
from collections.abc import Iterator

import yaml

# Together these have every key of the schema; a test holds them to it.
COMPLETE = """\
recipe: complete
about: Every key of a recipe.
data:
  train: train.csv
  test: test.csv
  columns: {id: id, prompt: question, answer: answer, label: who, group: question, weight: weight}
  labels: [a, b, c]
  constraint: one-of-each
  template: "Q: {prompt} A: {answer}"
folds: {kind: stratified-group-k-fold, count: 2, seed: 7}
models:
  words: {tfidf: {analyzer: word, ngrams: [1, 2], min-count: 1, regularization: 1.0}, fit: [folds]}
  theirs: {predictions: {oof: oof.csv, test: predictions.npy, folds: folds.csv, labels: unused}}
  own:
    program:
      command: [python3, own.py, "{seed}", "{settings.lr}", "{in.train}", "{in.valid}", "{out.oof}", "{in.test}", "{out.test}"]
      settings: {lr: 1.0e-4}
      files: [own.cfg]
      labels: unused
      resources: {cores: 1, memory: 100, gpus: 0, gpu-memory: 100, time: 60}
    seeds: [1, 2]
  tiny:
    backbone:
      scratch: {architecture: mistral, hidden: 16, layers: 1, heads: 2, intermediate: 32, vocabulary: 300, context: 128}
    lora: {rank: 2, alpha: 4, dropout: 0.1, targets: [q_proj, v_proj], rslora: true, dora: false, init: gaussian}
    precision: fp32
    pooling: mean
    template: "{answer}"
    lengths: {prompt: 8, answer: 24, keep: tail, quantile: 0.9}
    training:
      epochs: 2
      batch: 8
      learning-rate: 0.01
      head-learning-rate: 0.02
      schedule: linear
      warmup: 0.1
      weight-decay: 0.01
      clip: 1.0
      optimizer: adamw
      label-smoothing: 0.1
      class-weights: [1, 2, 0.5]
      validation: 0.2
      keep: best
      early-stopping: 2
      order: groups
      share-prompt: auto
      deterministic: true
      layer-decay: 0.9
      ema: 0.9
      adversarial: {method: fgm, epsilon: 1.0, start: 0.5}
      focal: 2.0
      head-dropout: 0.1
      dropout-samples: 3
      neftune: 5.0
      mask-tokens: 0.1
      mask-with: random
    seeds: [1, 2]
    fit: [folds]
    pseudo-labels: {from: words, labels: soft, min-confidence: 0.5, weight: 0.5}
  large:
    backbone: org/name@v1
    quantization: nf4
    lora: head-only
    remote-code: true
    split-special-tokens: true
    head-input: lm-logits
    chat: {system: Be brief.}
    training: {steps: 10, class-weights: balanced}
    pseudo-labels: "off"
  anew:
    backbone: org/third
    lora: "off"
    label-words: [one, two, three]
    swap: {texts: [prompt, answer], labels: [b, a, c], at: both}
    lengths: all
    training: {reinitialize-layers: 1}
  copy: {like: large, backbone: org/other, chat: "on"}
stack:
  mean: {average: [words, tiny]}
  trees:
    lightgbm: [words, tiny]
    features: [length, group-statistics]
    annotations: [rating]
    extractors: [reader]
    settings:
      rounds: 10
      learning-rate: 0.1
      leaves: 4
      min-rows: 2
      feature-share: 0.5
      row-share: 0.5
      l2: 1.0
      early-stopping: 5
      bins: 31
    seeds: [1, 2]
    test: refit
  lines: {logistic: [words, tiny], settings: {regularization: 1.0}}
  weights: {simplex: [words, tiny]}
  weighed: {average: [words, tiny], mean: logits, weights: [2, 1]}
  picked: {average: [words, tiny], mean: geometric, weights: greedy}
  final: {optimize: mean, fitted-on: words, method: marginals}
  counted: {optimize: mean, method: mixture, counts: [1, 1, 1]}
steps:
  copied:
    command: [cp, "{in.table}", "{out.copy}", 3, 0.5]
    inputs: {table: data.train}
    outputs: [copy]
    labels: unused
    resources: {cores: 1, memory: 100, gpus: 0, gpu-memory: 100, time: 60}
annotations:
  rating:
    endpoint: http://127.0.0.1:8000/v1
    model: judge
    template: "Rate this: {answer}"
    scale: [1, 10]
    per: row
    key-variable: JUDGE_API_KEY
    concurrency: 2
    rate: 60
    retries: 1
    timeout: 10
    temperature: 0.5
    max-tokens: 8
    prices: {prompt: 1.5, completion: 2}
  kind: {endpoint: "http://127.0.0.1:8000/v1", model: judge, template: "What is this: {answer}", categories: [code, prose]}
extractors:
  reader:
    backbone: org/name
    features: [likelihood, embedding]
    pooling: mean
    components: 8
    template: "{answer}"
    lengths: {prompt: 8, answer: 24, keep: tail}
    quantization: int8
    precision: bf16
    remote-code: false
    split-special-tokens: true
metrics: [f1-macro, log-loss]
explore: {clusters: 4, near: 0.8, extractor: reader}
ablations:
  size:
    hypothesis: Does size matter?
    of: tiny
    vary: {lora.rank: [2, 4]}
    zip: {training.batch: [4, 8], lengths.answer: [24, 32]}
    together: {small: {lora.alpha: 2}, great: {lora.alpha: 4}}
    except: [{lora.rank: 2, lora.alpha: 2}]
    baseline: lora.rank=4,training.batch=4,lengths.answer=24,small
    with: {seeds: [1]}
    smallest-effect: 0.01
    conclusion: It does.
    tags: [size]
submission: {from: final, path: submission.csv, sample: sample.csv, leaderboard: 0.7}
"""
ROUNDS = """\
recipe: rounds
include: [part.yaml]
data: {train: train.csv, test: test.csv, columns: {answer: answer, label: who}, labels: [1, 2]}
folds: {kind: k-fold}
models:
  words: {tfidf: {}}
rounds: {count: 2, from: words, labels: soft, min-confidence: 0.5, weight: 0.5}
"""
NUMBERS = """\
recipe: numbers
data:
  train: train.csv
  more: [{file: more.csv, scored: true, weight: 0.5, folds: k-fold}]
  target: number
  columns: {id: id, texts: {question: question, answer: answer}, label: [score, other], extra: [age]}
folds: {kind: k-fold, count: 3, repeats: 2}
models:
  words: {tfidf: {}}
  tiny:
    backbone: {scratch: {architecture: mistral}}
    template: "{question} {answer}"
    lengths: {question: 8, answer: 24, keep: {answer: tail}}
    training: {loss: huber}
stack:
  line: {ridge: [words, tiny], features: [extra], settings: {regularization: 1.0}}
"""
TIMES = """\
recipe: times
data: {train: train.csv, columns: {answer: answer, label: who}, labels: [a, b]}
folds: {kind: time, column: day, count: 3}
models:
  words: {tfidf: {}, fit: {folds: [0], full: true}}
"""
VALIDATED = """\
recipe: validated
data: {train: train.csv, validation: valid.csv, columns: {answer: answer, label: who}, labels: [a, b]}
folds: {kind: validation}
models:
  words: {tfidf: {}}
"""
ALL = [COMPLETE, ROUNDS, NUMBERS, TIMES, VALIDATED]
PART = "steps:\n  made: {command: [touch, '{out.a}'], outputs: [a]}\n"

REMOVED = object()
OTHERS = ["text", 7, 2.5, True, None, [], ["text"], {}, {"zzz": 1}]


def shapes(schema: dict) -> list[dict]:
    """The shapes that a value may have; a choice that is only about which keys are there is none of shapes."""
    return [branch for branch in schema.get("anyOf", []) if set(branch) != {"required"}] or [schema]


def changes(schema: dict, value: object, path: tuple = ()) -> Iterator[tuple[tuple, object]]:
    """Every change that the schema suggests to `value`, which stands at `path` and is valid: where, and what stands there then."""
    if path:
        yield from ((path, other) for other in OTHERS)
        yield from ((path, other) for other in edges(schema))
        if isinstance(value, int | float):
            # Where the schema has forgotten a bound, too.
            yield from ((path, other) for other in (-1, 0, 10**12))
    for branch in shapes(schema):
        # Of a choice of shapes only the one that `value` has is followed.
        if isinstance(value, dict) and branch.get("type") == "object":
            yield from changes_of_mapping(branch, value, path)
        if isinstance(value, list) and branch.get("type") == "array":
            yield path, value[:1]
            yield path, value + value[:1]
            yield from changes(branch.get("items", {}), value[0], path + (0,))


def changes_of_mapping(schema: dict, value: dict, path: tuple) -> Iterator[tuple[tuple, object]]:
    properties, rest = schema.get("properties", {}), schema.get("additionalProperties")
    if properties:
        yield path + ("zzz",), 1
    if rest is False or isinstance(rest, dict):
        for key, child in value.items():
            yield path + (key,), REMOVED
            yield from changes(properties.get(key, rest or {}), child, path + (key,))
    if "propertyNames" in schema:
        first = next(iter(value.values()))
        for name in ["Second.name_2-x", "two words", "-x", "", "a/b", "é"]:
            yield path + (name,), first


def edges(schema: dict) -> Iterator[object]:
    """Both sides of every bound, every word of a choice, and texts about a pattern."""
    for branch in shapes(schema):
        step = 1 if branch.get("type") == "integer" else 1e-6
        for key, sign in (("minimum", 1), ("exclusiveMinimum", 1), ("maximum", -1)):
            if key in branch:
                yield from (branch[key], branch[key] + sign * step, branch[key] - sign * step)
        yield from branch.get("enum", [])
        if "const" in branch:
            yield branch["const"]
        if "pattern" in branch:
            yield from TEXTS


TEXTS = [
    "name", "two words", "a-b_c.d", "-name", ".name", "a/b", "a/b/c", "a/b@main", "a/b@", "a/b@x/y", "a/b@x..y", "/a/b", ".", "..",
    "./a", "../a", ".hidden/a", "a/-b", "x.csv", "x.CSV", "x.jsonl", "x.parquet", "x.xlsx", "csv", ".csv", "x.csv.", "x.csv.gz",
    "{answer}", "{prompt} {answer}", "{answer} {answer}", "{prompt}", "{{answer}}", "{answer} {", "{other} {answer}", "line\nbreak"]


def changed(recipe: dict, path: tuple, value: object) -> dict:
    recipe = copy.deepcopy(recipe)
    place = recipe
    for part in path[:-1]:
        place = place[part]
    if value is REMOVED:
        del place[path[-1]]
    else:
        place[path[-1]] = copy.deepcopy(value)
    return recipe


def keys(schema: dict, path: tuple = ()) -> Iterator[tuple]:
    """The paths of every key that the schema names; `*` stands for a name of the writer's."""
    for branch in shapes(schema):
        for key, child in branch.get("properties", {}).items():
            yield path + (key,)
            yield from keys(child, path + (key,))
        if isinstance(branch.get("additionalProperties"), dict):
            yield from keys(branch["additionalProperties"], path + ("*",))


class CoreLoader(yaml.SafeLoader):
    """PyYAML with the types of YAML 1.2's core schema, in place of those of YAML 1.1."""

    yaml_implicit_resolvers = {}


for tag, pattern, first in [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]), ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", "-+.0123456789")]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"^(?:{pattern})$"), list(first))


def _whole(loader: CoreLoader, node: yaml.ScalarNode) -> int:
    text = node.value
    return int(text[2:], 8) if text.startswith("0o") else int(text[2:], 16) if text.startswith("0x") else int(text, 10)


CoreLoader.add_constructor("tag:yaml.org,2002:int", _whole)
CoreLoader.add_constructor(
    "tag:yaml.org,2002:float", lambda loader, node: float(re.sub(r"\.(inf|nan)", r"\1", node.value, flags=re.IGNORECASE)))

SPELLINGS = """
text a.b 5 +5 -5 05 0o5 0x5 0X5 0b1 5. .5 5.0 5e0 5E0 5e-1 +.5 -.5 5_0 0_5 _5 5__0 1.1.1 5e 0o8 0xg 1e400 1e-400 0 1 00
99 1000000 4294967295 4294967296 99999999999999999999 18446744073709551616 .inf -.inf +.INF .Inf .nan .NaN -.nan inf nan
true True TRUE tRUE false False yes Yes no NO on On off OFF y n ~ null Null NULL nULL = << 12:30 1:30:00 190:20 12:75
2026-01-31 2026-1-1 2026-01-31T10:00:00 '5' "5" 'true' "" k-fold 'k-fold' none
""".split() + ["", "!!str 5", "!!int 5", "!!float 5", "!!bool true", "!!null null", "!!str k-fold", "!!str true", "two words"]

# A place for a scalar of each kind in this recipe; each takes every spelling.
PLAIN = {
    "recipe": "plain", "data": {"train": "train.csv", "columns": {"answer": "answer", "label": "who"}, "labels": ["a", "b"]},
    "folds": {"kind": "k-fold"}, "models": {"m": {"backbone": "org/name", "lora": {}, "training": {}}},
    "steps": {"s": {"command": ["cp", "{out.o}", "{out.p}"], "outputs": ["o", "p"]}}}
KINDS = {
    "text": ("about",), "name": ("recipe",), "label": ("data", "labels", 0), "template": ("data", "template"),
    "integer": ("folds", "count"), "choice": ("folds", "kind"), "seed": ("models", "m", "seeds"),
    "boolean": ("models", "m", "remote-code"),
    "number": ("models", "m", "lora", "alpha"), "share": ("models", "m", "lora", "dropout"), "lora": ("models", "m", "lora"),
    "chat": ("models", "m", "chat"), "class weights": ("models", "m", "training", "class-weights"),
    "backbone": ("models", "m", "backbone"), "argument": ("steps", "s", "command", 0), "output": ("steps", "s", "outputs", 0)}


def spelt(kind: str, spelling: str) -> str:
    """The text of a recipe with the scalar spelt so; all around it is JSON, which is YAML with nothing plain in it."""
    value = ["@"] if kind == "seed" else "@"
    return json.dumps(changed(PLAIN, KINDS[kind], value)).replace('"@"', spelling) + "\n"
