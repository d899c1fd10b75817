"""Every family of backbones: rows do not touch each other, and plain transformers and peft give the worker's scores."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from ablate_worker.models import backbones as loading
from ablate_worker.models import batches, classifier, families, segments, sequences
from ablate_worker.protocol.step import Failure
from conftest import TINY, finetune, inputs, predicting
from inprocess import ENCODERS, FAMILIES, fails, make_backbone, run
from safetensors.torch import load_file

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def family(tmp_path_factory):
    """Makes a family's tiny backbone, once."""
    made = {}

    def make(name, **changes):
        key = (name, *sorted(changes.items()))
        if key not in made:
            made[key] = make_backbone(name, tmp_path_factory.mktemp(name), **changes)
        return made[key]
    return make


def some_rows(count=7, seed=0, longest=40):
    chance = np.random.default_rng(seed)
    return [chance.integers(2, 320, chance.integers(1, longest)).astype(np.int32) for _ in range(count)]


@pytest.mark.parametrize("name", FAMILIES)
def test_neither_other_rows_nor_padding_change_a_row(name, family):
    backbone, _ = loading.load(family(name), name, "none", CPU, frozen=True)
    rows = some_rows()
    for pooling in ("last", "mean", "attention", *(["cls"] if name in ENCODERS else [])):
        model = classifier.Classifier(backbone, 3, pooling).eval()
        if pooling == "attention":
            torch.nn.init.normal_(model.attention.weight)
        with torch.inference_mode():
            ids, lengths = batches.pad(rows, CPU)
            together = model(ids, lengths)
            for row, length in enumerate(lengths):
                ids[row, length:] = 319
            padded_otherwise = model(ids, lengths)
            alone = torch.cat([model(*batches.pad([row], CPU)) for row in rows])
        torch.testing.assert_close(together, alone, atol=2e-5, rtol=0)
        torch.testing.assert_close(together, padded_otherwise, atol=2e-5, rtol=0)


@pytest.mark.parametrize("types", [0, 1, 2])
@pytest.mark.parametrize("name", ["bert", "deberta-v2", "roberta"])
def test_the_second_text_of_a_pair_has_the_token_type_of_its_own(name, types, tmp_path):
    import transformers
    make_backbone(name, tmp_path / name, **({} if name == "roberta" and types != 1 else {"type_vocab_size": types or (2 if name == "bert" else 0)}))
    backbone, _ = loading.load(tmp_path / name, name, "none", CPU, frozen=True)
    rows = [np.concatenate([row, segments.marked(row[::-1])]) for row in some_rows()]
    ids, lengths = batches.pad(rows, CPU)
    with torch.inference_mode():
        found = loading.states(backbone, ids, lengths)
        for row, states, length in zip(rows, found, lengths, strict=True):
            plain = torch.from_numpy(segments.plain(row))[None].long()
            kinds = {"token_type_ids": torch.from_numpy(segments.types(row))[None].long()} if backbone.config.type_vocab_size == 2 else {}
            own = transformers.AutoModel.from_pretrained(tmp_path / name).eval()(input_ids=plain, **kinds).last_hidden_state[0]
            torch.testing.assert_close(states[:length], own, atol=2e-5, rtol=0)


def score(backbone_folder, model_folder, rows, pooling="last", lm_logits=False):
    """Logits of rows of ids, by transformers and peft alone: nothing of the worker's code is used."""
    import os

    import peft
    import transformers
    maker = transformers.AutoModelForCausalLM if lm_logits else transformers.AutoModel
    complete = os.path.exists(f"{model_folder}/config.json")
    whole = maker.from_pretrained(model_folder if complete else backbone_folder, attn_implementation="eager").eval()
    inner = whole.model if lm_logits else whole
    if os.path.exists(f"{model_folder}/adapter_config.json") and not complete:
        inner = peft.PeftModel.from_pretrained(inner, model_folder).eval()
    head, found = load_file(f"{model_folder}/head.safetensors"), []
    for row in rows:
        with torch.no_grad():
            states = inner(input_ids=torch.tensor([row.tolist()])).last_hidden_state[0]
            if pooling == "attention":
                shares = torch.softmax(states @ head["attention"] / states.shape[1] ** 0.5, dim=0)
                pooled = shares @ states
            else:
                pooled = {"last": states[-1], "cls": states[0], "mean": states.mean(dim=0)}[pooling]
            if lm_logits:
                pooled = whole.lm_head(pooled)
                if getattr(whole.config, "final_logit_softcapping", None):
                    pooled = torch.tanh(pooled / whole.config.final_logit_softcapping) * whole.config.final_logit_softcapping
            found.append(head["weight"] @ pooled + head["bias"])
    return torch.stack(found).numpy()


def rows_of(tokens, numbers, parameters):
    """The rows' ids, joined as the protocol's page says."""
    found = load_file(tokens)
    from safetensors import safe_open
    with safe_open(tokens, framework="pt") as file:
        metadata = {k: json.loads(v) for k, v in file.metadata().items()}
    for row in numbers:
        ids = [metadata["bos"]]
        for piece in metadata["template"]:
            if "ids" in piece:
                ids += piece["ids"]
            else:
                begin, end = found[f"{piece['column']}.offsets"][row:row + 2].tolist()
                ids += found[f"{piece['column']}.ids"][begin:end].tolist()[:parameters["lengths"][piece["column"]]]
        yield np.array([*ids, metadata["eos"]])


FAST = {"epochs": 1, "learning-rate": 1e-2}
LORA = {"rank": 4, "alpha": 16, "dropout": 0.0, "targets": "all-linear"}
WAYS = {
    **{name: (name, {}) for name in FAMILIES},
    "rslora": ("llama", {"lora": LORA | {"rslora": True}}),
    "dora": ("llama", {"lora": LORA | {"dora": True}}),
    "full": ("qwen2", {"lora": None}),
    "full encoder": ("bert", {"lora": None, "pooling": "cls"}),
    "head-only": ("modernbert", {"lora": "head-only", "pooling": "mean"}),
    "attention": ("deberta-v2", {"pooling": "attention"}),
    "lm-logits": ("gemma2", {"head-input": "lm-logits"}),
    "lm-logits, full": ("phi", {"head-input": "lm-logits", "lora": None}),
    "adapters on a scratch backbone": ("mistral", {"scratch": TINY}),
    "adapters on a scratch backbone, lm-logits": ("mistral", {"scratch": TINY, "head-input": "lm-logits"}),
    "lm-logits, head-only": ("llama", {"head-input": "lm-logits", "lora": "head-only"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_peft_and_transformers_alone_give_the_scores_of_predict(way, dataset, family, tmp_path):
    name, changes = WAYS[way]
    parameters = finetune(**{"lora": LORA, "training": FAST, "pooling": "cls" if name in ENCODERS else "last"} | changes)
    base = {"backbone": family(name)}
    made, fields, _ = run("finetune", parameters, inputs(dataset, "tokens", "rows", "folds", **base), tmp_path)
    assert np.isfinite(fields["metrics"]["train-loss"])
    shaping = predicting(parameters, 0) | {"head-input": parameters.get("head-input", "hidden-state")}
    outputs, _, _ = run("predict", shaping, inputs(dataset, "tokens", "folds", model=made / "model", **base), tmp_path)
    found = load_file(outputs / "predictions")
    rows = list(rows_of(dataset["tokens"], found["rows"].tolist(), parameters))
    plain = score(base["backbone"], made / "model", rows, parameters["pooling"], "head-input" in changes)
    assert np.abs(plain).max() > 1e-3
    np.testing.assert_allclose(found["logits"].numpy(), plain, atol=2e-5)
    if parameters["lora"] == "head-only":
        assert sorted(p.name for p in (made / "model").iterdir()) == ["head.safetensors"]
        assert fields["metrics"]["trainable"] == sum(t.numel() for t in load_file(made / "model" / "head.safetensors").values())


def test_how_far_a_row_may_reach_is_the_familys_own(family):
    config = lambda name, **changes: loading.read_config(family(name, **changes), name)
    assert families.context(config("mistral")) == 256
    assert families.context(config("roberta")) == 254, "positions begin behind the pad token's id"
    assert families.context(config("deberta-v2")) is None, "relative positions have no table that ends"
    assert families.context(config("deberta-v2", position_biased_input=True)) == 256
    backbone, _ = loading.load(family("roberta"), "roberta", "none", CPU, frozen=True)
    rows = [np.full(254, 7, np.int32)]
    sequences.check_fit(rows, [0], backbone.config)
    with torch.inference_mode():
        assert bool(classifier.Classifier(backbone, 3, "last").eval()(*batches.pad(rows, CPU)).isfinite().all())
    with pytest.raises(Failure, match="255 tokens, and the backbone's context is 254"):
        sequences.check_fit([np.full(255, 7, np.int32)], [0], backbone.config)


def test_a_decoder_that_looks_both_ways_is_masked(family):
    """Gemma 3 can be told to: padding on its right would then be read."""
    backbone, _ = loading.load(family("gemma3_text", use_bidirectional_attention=True), "gemma", "none", CPU, frozen=True)
    model, rows = classifier.Classifier(backbone, 3, "mean").eval(), some_rows()
    with torch.inference_mode():
        together = model(*batches.pad(rows, CPU))
        alone = torch.cat([model(*batches.pad([row], CPU)) for row in rows])
        torch.testing.assert_close(together, alone, atol=2e-5, rtol=0)
        assert (model(*batches.pad([np.array([5, 6, 7])], CPU)) - model(*batches.pad([np.array([5, 6, 8])], CPU))).abs().max() > 0


def test_settings_a_family_refuses(dataset, family, tmp_path):
    given = lambda name: inputs(dataset, "tokens", "rows", "folds", backbone=family(name))
    failure = fails("finetune", finetune(pooling="cls"), given("llama"), tmp_path)
    assert failure.kind == "invalid-input" and "has seen nothing of the text" in failure.message
    failure = fails("finetune", finetune(**{"head-input": "lm-logits"}), given("bert"), tmp_path)
    assert failure.kind == "invalid-input" and "'bert'" in failure.message and "hidden-state" in failure.message
    failure = fails("finetune", finetune(**{"head-input": "logits"}), given("llama"), tmp_path)
    assert failure.kind == "invalid-input" and "hidden-state or lm-logits" in failure.message
    failure = fails("finetune", finetune(lora="none"), given("llama"), tmp_path)
    assert failure.kind == "invalid-input" and "head-only" in failure.message


def test_weights_that_are_no_safetensors_and_architectures_that_are_unknown(dataset, tmp_path):
    pickled = make_backbone("llama", tmp_path / "pickled")
    torch.save(load_file(pickled / "model.safetensors"), pickled / "pytorch_model.bin")
    (pickled / "model.safetensors").unlink()
    given = inputs(dataset, "tokens", "rows", "folds")
    failure = fails("finetune", finetune(), given | {"backbone": pickled}, tmp_path)
    assert failure.kind == "invalid-input" and "safetensors" in failure.message
    for name, hint in (("gemma3", "gemma3_text"), ("t5", "an encoder with a decoder"), ("llava", "images or sound"),
                       ("hal9000", "is no backbone")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "config.json").write_text(json.dumps({"model_type": name}))
        failure = fails("finetune", finetune(), given | {"backbone": folder}, tmp_path)
        assert failure.kind == "invalid-input" and name in failure.message and hint in failure.message


CODE = '''
import torch
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import BaseModelOutput

class Config(PretrainedConfig):
    model_type = "averager"
    hidden_size, vocab_size = 16, 320

class Model(PreTrainedModel):
    config_class = Config
    def __init__(self, config):
        super().__init__(config)
        self.words = torch.nn.Embedding(config.vocab_size, config.hidden_size)
        self.mix = torch.nn.Linear(config.hidden_size, config.hidden_size)
        self.post_init()
    def forward(self, input_ids, attention_mask):
        states, mask = self.words(input_ids), attention_mask[..., None]
        mean = (states * mask).sum(1, keepdim=True) / mask.sum(1, keepdim=True)
        return BaseModelOutput(last_hidden_state=torch.tanh(self.mix(states + mean)))
'''


def test_code_that_comes_with_a_backbone_runs_only_when_it_is_asked_for(dataset, tmp_path, monkeypatch):
    import transformers
    monkeypatch.setattr(transformers.dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder, ran = tmp_path / "averager", tmp_path / "ran"
    folder.mkdir()
    (folder / "code.py").write_text(f"open({str(ran)!r}, 'w').close()\n" + CODE)
    (folder / "config.json").write_text(json.dumps({
        "model_type": "averager", "auto_map": {"AutoConfig": "code.Config", "AutoModel": "code.Model"}}))
    from ablate_worker.files import tensors
    chance = torch.Generator().manual_seed(1)
    tensors.write(folder / "model.safetensors", {
        "words.weight": torch.randn(320, 16, generator=chance), "mix.weight": torch.randn(16, 16, generator=chance),
        "mix.bias": torch.zeros(16)}, {"format": "pt"})
    given = inputs(dataset, "tokens", "rows", "folds", backbone=folder)
    failure = fails("finetune", finetune(), given, tmp_path)
    assert failure.kind == "invalid-input" and "remote-code: true if you trust it" in failure.message and not ran.exists()
    parameters = finetune(pooling="mean", **{"remote-code": True})
    made, fields, _ = run("finetune", parameters, given, tmp_path)
    assert ran.exists() and fields["metrics"]["train-loss"] < 1.3
    shaping = predicting(parameters, 0) | {"remote-code": True}
    run("predict", shaping, inputs(dataset, "tokens", "folds", model=made / "model", backbone=folder), tmp_path)
    # All weights trained: the model is complete, code and all, and is predicted without the backbone.
    made, _, _ = run("finetune", parameters | {"lora": None}, given, tmp_path)
    run("predict", shaping, inputs(dataset, "tokens", "folds", model=made / "model"), tmp_path)


def test_check_knows_the_families_that_the_worker_knows():

    text = (Path(__file__).resolve().parents[2] / "Sources" / "1-recipe" / "Recipes" / "Sections" / "Models" / "Backbone.swift").read_text()
    listed = text.split("static let families = [")[1].split("]")[0]
    assert [name.strip(' "\n') for name in listed.split(",") if name.strip()] == list(families.FAMILIES)
