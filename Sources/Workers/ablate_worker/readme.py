"""Writes the README of an exported model: what is in the folder, and the lines that give the model's scores.

The lines use transformers, peft and safetensors alone; a test runs them. Knows no weights.
"""

POOLED = {
    "last": "states[-1]",
    "cls": "states[0]",
    "mean": "states.mean(dim=0)",
    "attention": 'torch.softmax(states @ head["attention"] / states.shape[1] ** 0.5, dim=0) @ states',
}


def text(parameters, base, adapted, complete, report):
    wide = parameters.get("head-input") == "lm-logits"
    name = base or "."
    parts = [part for part in (
        "`head.safetensors`: the classification head (`weight`, `bias`" + (
            ", and `attention`, the pooling's vector)" if parameters["pooling"] == "attention" else ")"),
        "`adapter_config.json`, `adapter_model.safetensors`: LoRA adapters, as peft reads them" if adapted else "",
        "`config.json`, `model.safetensors`: the backbone itself" if complete else "",
        "`merged/`: the backbone with the adapters merged in, the head again" if report else "",
        "`report.json`: how far its logits are from those of adapters left apart" if report else "") if part]
    needs = "" if complete else f"The backbone is `{name}`, which is not in this folder.\n"
    merged = (f"Merged, the largest difference of a logit on {report['rows']} rows was {report['largest-difference']:.2g} "
              f"(the largest logit: {report['largest-logit']:.2g}).\nFor the merged backbone, load `merged` in the line that names "
              "the backbone, and leave the line with PeftModel out.\n") if report else ""
    listed = "\n".join(f"- {part}" for part in parts)
    return f"""# A classifier of texts into {parameters['classes']} classes

{listed}

{needs}These lines give the probabilities of one row from its token ids (the ids as `tokenize` made them: with the special
tokens, cut to the lengths of training):

```python
{code(parameters, name, adapted, complete, wide)}```

{merged}"""


def code(parameters, base, adapted, complete, wide):
    """The lines. Adapters on a backbone in the same folder are loaded by transformers itself."""
    maker = "AutoModelForCausalLM" if wide else "AutoModel"
    peft = adapted and not complete
    trust = ", trust_remote_code=True" if parameters.get("remote-code") else ""
    lines = ["import torch"]
    lines += ["from peft import PeftModel"] if peft else []
    lines += ["from safetensors.torch import load_file", f"from transformers import {maker}", ""]
    lines += [f'{"whole" if wide else "backbone"} = {maker}.from_pretrained("{base}", dtype=torch.float32{trust}).eval()']
    lines += ["backbone = whole.model"] if wide else []
    lines += ['backbone = PeftModel.from_pretrained(backbone, ".").eval()'] if peft else []
    lines += ['head = load_file("head.safetensors")', "", "",
              "@torch.no_grad()", "def probabilities(ids):",
              "    states = backbone(input_ids=torch.tensor([ids])).last_hidden_state[0]",
              f"    pooled = {POOLED[parameters['pooling']]}"]
    lines += ["    pooled = whole.lm_head(pooled)",
              '    cap = getattr(whole.config, "final_logit_softcapping", None)',
              "    pooled = pooled if cap is None else torch.tanh(pooled / cap) * cap"] if wide else []
    lines += ['    return torch.softmax(head["weight"] @ pooled + head["bias"], dim=0)']
    return "\n".join(lines) + "\n"
