"""Writes the README of an exported model: what is in the folder, and the lines that give the model's scores.

The lines use transformers, peft, tokenizers and safetensors alone; a test runs them. Knows no weights.
"""

import json

from ..protocol.budgets import budget, kept_part

POOLED = {
    "last": "states[-1]",
    "cls": "states[0]",
    "mean": "states.mean(dim=0)",
    "attention": 'torch.softmax(states @ head["attention"] / states.shape[1] ** 0.5, dim=0) @ states',
}
QUANTIZED = {"int8": "load_in_8bit=True",
             "nf4": 'load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float32'}
KEPT = {"head": "{ids}[:{budget}]", "tail": "{ids}[max(0, len({ids}) - {budget}):]",
        "middle": "{ids}[max(0, len({ids}) - {budget}) // 2:][:{budget}]"}


def text(parameters, base, adapted, complete, report, recipe=None, typed=False):
    """recipe: what `text_lines` gave, where the tokenizer is in the folder; else None. typed: whether `ids` gives token types, too."""
    wide = parameters.head_input == "lm-logits"
    parts = [part for part in (
        "`head.safetensors`: the classification head (`weight`, `bias`" + (
            ", and `attention`, the pooling's vector)" if parameters.pooling == "attention" else ")"),
        "`adapter_config.json`, `adapter_model.safetensors`: LoRA adapters, as peft reads them" if adapted else "",
        "`config.json`, `model.safetensors`: the backbone itself" if complete else "",
        "`tokenizer.json` and what is beside it: the tokenizer" if recipe else "",
        "`merged/`: the backbone with the adapters merged in, the head again" if report else "",
        "`report.json`: how far its logits are from those of adapters left apart" if report else "") if part]
    version = f" at revision `{parameters.base_revision}`" if parameters.base_revision else ""
    needs = "" if complete else f"The backbone is `{base}`{version}, which is not in this folder.\n"
    merged = (f"Merged, the largest difference of a logit on {report['rows']} rows was {report['largest-difference']:.2g} "
              f"(the largest logit: {report['largest-logit']:.2g}).\nFor the merged backbone, load `merged` in the line that names "
              "the backbone, and leave the line with PeftModel out.\n") if report else ""
    listed = "\n".join(f"- {part}" for part in parts)
    what = "numbers" if parameters.target == "number" else "probabilities"
    how = (f"These lines give the {what} of one row from its texts, run in this folder:" if recipe else
           f"These lines give the {what} of one row from its token ids (the ids as `tokenize` made them: with the special\n"
           "tokens, cut to the lengths of training):")
    labels = parameters.labels
    numbers = parameters.target == "number"
    said = "columns" if numbers else "classes"
    named = f"The {said} are, in this order: {', '.join(f'`{label}`' for label in labels)}.\n" if labels else ""
    if parameters.swap is not None:
        named += (f"Scores were those of the mean logits of a row and of the same row with {' and '.join(parameters.swap.texts)} in each "
                  f"other's place{', its labels put back' if parameters.swap.labels else ''}: these lines read it one way.\n")
    code = model_lines(parameters, base or ".", adapted, complete, wide, bool(recipe), typed)
    if recipe:
        code += "\n\n" + recipe
    title = f"A model of texts that predicts {parameters.classes} numbers" if numbers else f"A classifier of texts into {parameters.classes} classes"
    return f"""# {title}

{listed}

{needs}{named}{how}

```python
{code}```

{merged}"""


def model_lines(parameters, base, adapted, complete, wide, tokenizes, typed=False):
    """The lines from ids to predictions. Adapters on a backbone in the same folder are loaded by transformers itself."""
    maker = "AutoModelForCausalLM" if wide else "AutoModel"
    what = "numbers" if parameters.target == "number" else "probabilities"
    peft = adapted and not complete
    more = ", trust_remote_code=True" if parameters.remote_code else ""
    quantized = None if complete else QUANTIZED.get(parameters.quantization)
    if not complete and parameters.base_revision:
        more += f", revision={json.dumps(parameters.base_revision)}"
    if quantized:
        more += f",\n    quantization_config=BitsAndBytesConfig({quantized})"
    names = f"{maker}, BitsAndBytesConfig" if quantized else maker
    lines = ["import torch"]
    lines += ["from peft import PeftModel"] if peft else []
    lines += ["from safetensors.torch import load_file"] + ["from tokenizers import Tokenizer"] * tokenizes
    lines += [f"from transformers import {names}", ""]
    lines += [f'{"whole" if wide else "backbone"} = {maker}.from_pretrained({json.dumps(base, ensure_ascii=False)}, dtype=torch.float32{more}).eval()']
    lines += ["backbone = whole.model"] if wide else []
    lines += ['backbone = PeftModel.from_pretrained(backbone, ".").eval()'] if peft else []
    lines += ['head = load_file("head.safetensors")', "", "",
              "@torch.no_grad()", f"def {what}(ids{', types' * typed}):",
              f"    states = backbone(input_ids=torch.tensor([ids]){', token_type_ids=torch.tensor([types])' * typed}).last_hidden_state[0].float()",
              f"    pooled = {POOLED[parameters.pooling]}"]
    lines += ["    pooled = whole.lm_head(pooled).float()",
              '    cap = getattr(whole.config, "final_logit_softcapping", None)',
              "    pooled = pooled if cap is None else torch.tanh(pooled / cap) * cap"] if wide else []
    outputs = 'head["weight"] @ pooled + head["bias"]'
    lines += {"number": [f"    return {outputs}"], "multi-label": [f"    return torch.sigmoid({outputs})"],
              "ordinal": [f"    outputs = {outputs}", "    # one output is the place of the label, counted from 0",
                          "    return outputs if len(outputs) == 1 else torch.softmax(outputs, dim=0)"]}.get(
        parameters.target, [f"    return torch.softmax({outputs}, dim=0)"])
    return "\n".join(lines) + "\n"


def is_pair(pieces):
    """Whether the second of two texts has tokens of another type."""
    return any("segment" in piece for piece in pieces)


def text_lines(pieces, lead, lengths, metadata, splits=False, typed=False):
    """The lines from texts to ids, by the tokenizer in the folder: the template's pieces, and columns cut to their budgets.

    pieces, lead: of tokens.encode_template. Each column is encoded as a continuation of the text before it. splits: whether
    control tokens that a text spells out are read as text. typed: give the tokens' types, too.
    """
    columns = list(dict.fromkeys(piece["column"] for piece in pieces if "column" in piece))
    special = {k: [] if metadata[k] is None else [metadata[k]] for k in ("bos", "eos", "pad")}
    lines = ['tokenizer = Tokenizer.from_file("tokenizer.json")',
             "tokenizer.no_truncation()", "tokenizer.no_padding()",
             *["tokenizer.encode_special_tokens = True  # control tokens in a text are text"] * splits, "", "",
             "def encoded(text, prefix):  # as a continuation of the prefix",
             "    ids = lambda text: tokenizer.encode(text, add_special_tokens=False).ids",
             "    return ids(prefix + text)[len(ids(prefix)):]", "", "",
             "def ids(texts):",
             "    parts = {}"]
    parts = [str(special["bos"])] if special["bos"] else []
    for column in columns:
        prefix, before = lead[column]
        given = f"{before!r} + texts[{column!r}]" if before else f"texts[{column!r}]"
        lines.append(f"    parts[{column!r}] = encoded({given}, {prefix!r})")
    second = None  # where the second text begins
    for piece in pieces:
        if "segment" in piece:
            second = len(parts)
        elif "ids" in piece:
            parts += [str(piece["ids"])] if piece["ids"] else []
        if "column" not in piece:
            continue
        own, most = f"parts[{piece['column']!r}]", budget(lengths, piece["column"])
        parts.append(own if most is None else KEPT[kept_part(lengths, piece["column"])].format(ids=own, budget=most))
    parts += [str(special["eos"])] if special["eos"] else []
    example = repr({column: f"the {column}" for column in columns})
    if typed:
        joined = " + ".join
        lines += [f"    first, second = {joined(parts[:second])}, {joined(parts[second:])}",
                  "    return first + second, [0] * len(first) + [1] * len(second)  # the ids, and the text that each is of", "", "",
                  f"# such as probabilities(*ids({example}))"]
        return "\n".join(lines) + "\n"
    fallback = (special["bos"] + special["eos"] + special["pad"] + [0])[:1]
    lines += [f"    return ({' + '.join(parts)}) or {fallback}", "", "",
              f"# such as probabilities(ids({example}))"]
    return "\n".join(lines) + "\n"
