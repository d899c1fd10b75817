"""Architectures that the family table does not name: they are loaded, fine-tuned and predicted like any other, or refused with a reason."""

import numpy as np
import pytest
import torch
from ablate_worker.files import formats
from ablate_worker.models import backbones as loading
from ablate_worker.models import batches, classifier, families, packing, segments
from ablate_worker.protocol.step import Failure
from conftest import finetune, inputs, predicting
from inprocess import SIZES, run
from safetensors.torch import load_file
from test_families import LORA, rows_of, score

CPU = torch.device("cpu")
HEADS = {"num_key_value_heads": 1}
OTHERS = {
    "gpt2": {}, "gpt_neox": {}, "opt": {"ffn_dim": 64, "word_embed_proj_dim": 32}, "olmo2": HEADS, "falcon": {}, "bloom": {},
    "mamba": {"state_size": 8}, "stablelm": HEADS, "cohere": HEADS, "starcoder2": HEADS,
    "mixtral": HEADS | {"num_local_experts": 4}, "xlm-roberta": {"pad_token_id": 1, "type_vocab_size": 1}, "distilbert": {"hidden_dim": 64},
    "electra": {"embedding_size": 32}, "albert": {"embedding_size": 16}, "deberta": {"relative_attention": True},
    "mpnet": {"pad_token_id": 1}, "roformer": {}, "ernie": {},
}


def make(name, folder, **changes):
    """A tiny backbone of random weights, without a head."""
    import transformers
    torch.manual_seed(5)
    config = transformers.AutoConfig.for_model(name, **{**SIZES, **OTHERS.get(name, {}), **changes})
    transformers.AutoModel.from_config(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize("name", OTHERS)
def test_a_row_has_the_logits_that_it_has_alone(name, tmp_path):
    folder = make(name, tmp_path)
    backbone, _ = loading.load(folder, name, "none", CPU, frozen=True)
    assert not packing.packable(backbone)
    model = classifier.Classifier(backbone, 3, "last").eval()
    chance = np.random.default_rng(0)
    rows = [chance.integers(2, 320, length).astype(np.int32) for length in (3, 40, 17, families.context(backbone.config) or 60)]
    with torch.inference_mode():
        together = model(*batches.pad(rows, CPU))
        alone = torch.cat([model(*batches.pad([row], CPU)) for row in rows])
    torch.testing.assert_close(together, alone, atol=2e-5, rtol=0)


@pytest.mark.parametrize("name", ["gpt2", "opt", "xlm-roberta", "albert"])
@pytest.mark.parametrize("lora", [LORA, None])
def test_it_is_fine_tuned_and_predicted_as_transformers_itself_does(name, lora, dataset, tmp_path):
    folder = make(name, tmp_path / "backbone")
    parameters = finetune(lora=lora, training={"epochs": 6, "learning-rate": 1e-2 if lora else 3e-3})
    given = inputs(dataset, "tokens", "rows", "folds", backbone=folder)
    made, _, _ = run("finetune", parameters, given, tmp_path)
    outputs, _, _ = run("predict", predicting(parameters, 0),
                        inputs(dataset, "tokens", "folds", model=made / "model", **({"backbone": folder} if lora else {})), tmp_path)
    epochs = formats.read_json(made / "history")["epochs"]
    assert epochs[-1] < epochs[0]
    found = load_file(outputs / "predictions")
    plain = score(folder, made / "model", list(rows_of(dataset["tokens"], found["rows"].tolist(), parameters)))
    np.testing.assert_allclose(found["logits"].numpy(), plain, atol=2e-5)


@pytest.mark.parametrize("name", ["gpt2", "opt", "olmo2", "starcoder2"])
def test_a_decoder_of_any_family_begins_as_its_words_or_is_read_as_logits(name, tmp_path):
    """Held to transformers' own language model, logits of words and of the whole vocabulary."""
    import transformers
    torch.manual_seed(5)
    config = transformers.AutoConfig.for_model(name, **{**SIZES, **OTHERS[name]})
    whole = transformers.AutoModelForCausalLM.from_config(config).eval()
    whole.save_pretrained(tmp_path)
    rows = [np.arange(3, 40, dtype=np.int32), np.arange(90, 95, dtype=np.int32)]

    class Source:
        path, title = tmp_path, "it"
    with torch.no_grad():
        plain = torch.stack([whole(torch.from_numpy(row).long()[None]).logits[0, -1] for row in rows])
        words = classifier.build(classifier.Blueprint(classes=3, pooling="last", lora="head-only"), 1, CPU, Source, words=[17, 4, 250]).eval()
        torch.testing.assert_close(words(*batches.pad(rows, CPU)), plain[:, [17, 4, 250]], atol=1e-5, rtol=1e-4)
        read = classifier.build(classifier.Blueprint(classes=3, pooling="last", lora="head-only", head_input="lm-logits"), 1, CPU, Source).eval()
        torch.testing.assert_close(read(*batches.pad(rows, CPU)), read.head(plain), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(("name", "changes", "reason"), [
    ("cohere", {"logit_scale": 0.25}, "'cohere', whose logits are not those of its head alone"),
    ("albert", {}, "need a decoder with a language-model head")])
def test_logits_that_are_not_its_heads_are_refused(name, changes, reason, tmp_path):
    import transformers
    config = transformers.AutoConfig.for_model(name, **{**SIZES, **OTHERS[name], **changes})
    (transformers.AutoModelForCausalLM if name == "cohere" else transformers.AutoModel).from_config(config).save_pretrained(tmp_path)
    with pytest.raises(Failure, match=reason):
        loading.load(tmp_path, "it", "none", CPU, frozen=True, language_head=True)


def test_the_first_token_of_a_decoder_is_not_read(tmp_path):
    backbone, _ = loading.load(make("gpt2", tmp_path / "gpt2"), "gpt2", "none", CPU, frozen=True)
    with pytest.raises(Failure, match="pooling: cls reads the first token"):
        classifier.Classifier(backbone, 3, "cls")
    backbone, _ = loading.load(make("electra", tmp_path / "electra"), "electra", "none", CPU, frozen=True)
    classifier.Classifier(backbone, 3, "cls")


@pytest.mark.parametrize("name", ["electra", "albert", "xlm-roberta"])
def test_the_second_text_of_a_pair_has_the_token_type_of_its_own(name, tmp_path):
    import transformers
    folder = make(name, tmp_path)
    backbone, _ = loading.load(folder, name, "none", CPU, frozen=True)
    row = np.concatenate([np.arange(3, 12, dtype=np.int32), segments.marked(np.arange(40, 45, dtype=np.int32))])
    kinds = {} if name == "xlm-roberta" else {"token_type_ids": torch.from_numpy(segments.types(row))[None].long()}
    whole = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        expected = whole(torch.from_numpy(segments.plain(row))[None].long(), **kinds).last_hidden_state
        torch.testing.assert_close(loading.states(backbone, *batches.pad([row], CPU)), expected, atol=2e-5, rtol=0)


def test_what_gives_no_states_of_its_own_rows_is_refused(tmp_path, monkeypatch):
    folder = make("gpt2", tmp_path)
    real = loading.states
    monkeypatch.setattr(loading, "states", lambda module, ids, lengths: real(module, ids, lengths) + ids.float().mean())
    with pytest.raises(Failure, match="'gpt2', in which what stands beside a row changes its states"):
        loading.load(folder, "it", "none", CPU, frozen=True)

    def broken(*_):
        raise TypeError("forward() needs an image")
    monkeypatch.setattr(loading, "states", broken)
    with pytest.raises(Failure, match="gives no states of a text's tokens: forward.. needs an image"):
        loading.load(folder, "it", "none", CPU, frozen=True)
