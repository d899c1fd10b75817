"""The kind `extract`, held against transformers' own losses, one row at a time, and scikit-learn's principal components."""

import numpy as np
import pytest
import torch
from ablate_worker.files import formats
from ablate_worker.models import backbones as loading
from ablate_worker.texts.encoding import packed
from inprocess import ENCODERS, FAMILIES, fails, make_backbone, run
from safetensors.numpy import load_file
from sklearn.decomposition import PCA
from test_architectures import OTHERS

LENGTHS = {"prompt": 9, "answer": 20, "keep": "head"}
DECODERS = [name for name in FAMILIES if name not in ENCODERS]
SETTINGS = {"name": "lm", "features": ["likelihood", "embedding"], "pooling": "mean", "components": 0, "lengths": LENGTHS,
            "precision": "auto", "quantization": "none", "remote-code": False}


@pytest.fixture(scope="module")
def backbone(tmp_path_factory):
    made = {}

    def make(name):
        if name not in made:
            made[name] = make_backbone(name, tmp_path_factory.mktemp(name), **OTHERS.get(name, {}))
        return made[name]
    return make


def write_tokens(folder, count=12, seed=0, bos=None, empty=()):
    """Tokens of the template `{prompt} <7> {answer}`: (the file, the sequences as they should be cut, where answers begin)."""
    chance = np.random.default_rng(seed)
    draw = lambda longest: [chance.integers(3, 320, chance.integers(1, longest)).astype(np.int32) for _ in range(count)]
    prompts, answers = draw(15), draw(40)
    for row in empty:
        answers[row] = np.zeros(0, np.int32)
    template = [{"column": "prompt"}, {"ids": [7]}, {"column": "answer"}]
    path = folder / f"tokens-{seed}-{bos}"
    formats.write_tokens(path, {"prompt": [packed(prompts)], "answer": [packed(answers)]},
                         {"template": template, "bos": bos, "eos": 2, "pad": None})
    lead = [] if bos is None else [bos]
    rows = [np.array([*lead, *p[:9], 7, *a[:20], 2]) for p, a in zip(prompts, answers, strict=True)]
    spans = [(len(lead) + len(p[:9]) + 1, len(lead) + len(p[:9]) + 1 + len(a[:20])) for p, a in zip(prompts, answers, strict=True)]
    return path, rows, spans


def features(outputs):
    import json

    from safetensors import safe_open
    with safe_open(outputs / "features", framework="numpy") as file:
        return json.loads(file.metadata()["names"]), file.get_tensor("values").astype(np.float64)


def by_transformers(folder, rows, spans):
    """Mean log-likelihood, entropy, first choices and the last layer's mean, each row alone in the library's own model."""
    import transformers
    model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    found, vectors = [], []
    for row, (start, end) in zip(rows, spans, strict=True):
        ids = torch.from_numpy(row).long()[None]
        labels = torch.full_like(ids, -100)
        labels[:, start:end] = ids[:, start:end]
        with torch.no_grad():
            out = model(input_ids=ids, labels=labels, output_hidden_states=True)
        logits = torch.distributions.Categorical(logits=out.logits[0, start - 1:end - 1].double())
        logs = logits.log_prob(ids[0, start:end])
        found.append([-out.loss.item(), np.exp(out.loss.item()), logs.std(correction=0).item(), logits.entropy().mean().item(),
                      (out.logits[0, start - 1:end - 1].argmax(1) == ids[0, start:end]).double().mean().item()])
        vectors.append(out.hidden_states[-1][0].mean(0).numpy())
    return np.array(found), np.array(vectors)


@pytest.mark.parametrize("name", [*DECODERS, "gpt2", "opt"])  # the last two are of no family that is packed
def test_likelihoods_and_vectors_are_those_of_transformers(name, backbone, tmp_path):
    tokens, rows, spans = write_tokens(tmp_path, bos=1 if name == "llama" else None)
    outputs, result, _ = run("extract", SETTINGS, {"tokens": tokens, "backbone": backbone(name)}, tmp_path)
    names, values = features(outputs)
    assert names[:5] == ["lm.log-likelihood", "lm.perplexity", "lm.log-likelihood-deviation", "lm.entropy", "lm.first-choices"]
    assert names[5:] == [f"lm.embedding-{i}" for i in range(32)]
    expected, vectors = by_transformers(backbone(name), rows, spans)
    np.testing.assert_allclose(values[:, :5], expected, rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(values[:, 5:], vectors, atol=2e-5)
    scored = sum(end - start for start, end in spans)
    mean = np.average(expected[:, 0], weights=[end - start for start, end in spans])
    assert result["metrics"]["tokens-scored"] == scored and abs(result["metrics"]["log-likelihood"] - mean) < 1e-4
    assert result["metrics"]["truncated-rows-answer"] > 0


def test_directions_are_the_principal_components_of_the_training_table(backbone, tmp_path):
    train, test = write_tokens(tmp_path, count=60, seed=1)[0], write_tokens(tmp_path, count=9, seed=2)[0]
    settings = SETTINGS | {"features": ["embedding"]}
    given = {"backbone": backbone("mistral")}
    whole = [features(run("extract", settings, given | {"tokens": tokens}, tmp_path)[0])[1] for tokens in (train, test)]
    settings |= {"components": 5}
    outputs, result, _ = run("extract", settings, given | {"tokens": train}, tmp_path)
    other, _, _ = run("extract", settings, given | {"tokens": test, "directions": outputs / "directions"}, tmp_path)
    assert not (other / "directions").exists()
    peer = PCA(5, svd_solver="full").fit(whole[0])
    signs = np.sign(peer.components_[range(5), np.abs(peer.components_).argmax(1)])
    for folder, vectors in ((outputs, whole[0]), (other, whole[1])):
        np.testing.assert_allclose(features(folder)[1], peer.transform(vectors) * signs, atol=2e-5)
    assert result["metrics"]["components"] == 5
    assert abs(result["metrics"]["spread"] - peer.explained_variance_ratio_.sum()) < 1e-3
    assert load_file(outputs / "directions")["directions"].shape == (5, 32)
    # More directions than there are dimensions: all of them.
    outputs, result, _ = run("extract", settings | {"components": 900}, given | {"tokens": train}, tmp_path)
    assert result["metrics"]["components"] == 32 and result["metrics"]["spread"] == 1


def test_a_row_without_an_answer_has_no_likelihood_and_the_others_keep_theirs(backbone, tmp_path):
    settings = SETTINGS | {"features": ["likelihood"]}
    tokens, rows, spans = write_tokens(tmp_path, seed=3, empty=(0, 5))
    _, values = features(run("extract", settings, {"tokens": tokens, "backbone": backbone("qwen2")}, tmp_path)[0])
    assert np.isnan(values[[0, 5]]).all()
    there = [i for i in range(len(rows)) if i not in (0, 5)]
    expected, _ = by_transformers(backbone("qwen2"), [rows[i] for i in there], [spans[i] for i in there])
    np.testing.assert_allclose(values[there], expected, rtol=2e-4, atol=2e-5)


def test_the_first_token_of_a_sequence_is_not_scored(backbone, tmp_path):
    answers = [np.array([5, 9, 11], np.int32), np.array([4], np.int32)]
    formats.write_tokens(tmp_path / "t", {"answer": [packed(answers)]},
                         {"template": [{"column": "answer"}], "bos": None, "eos": None, "pad": None})
    settings = SETTINGS | {"features": ["likelihood"]}
    outputs, result, _ = run("extract", settings, {"tokens": tmp_path / "t", "backbone": backbone("llama")}, tmp_path)
    _, values = features(outputs)
    expected, _ = by_transformers(backbone("llama"), answers[:1], [(1, 3)])
    np.testing.assert_allclose(values[0], expected[0], rtol=2e-4)
    assert np.isnan(values[1]).all() and result["metrics"]["tokens-scored"] == 2


@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_has_vectors_and_no_likelihood(name, backbone, tmp_path):
    import transformers
    tokens, rows, _ = write_tokens(tmp_path, seed=4)
    given = {"tokens": tokens, "backbone": backbone(name)}
    settings = SETTINGS | {"features": ["embedding"], "pooling": "cls"}
    _, values = features(run("extract", settings, given, tmp_path)[0])
    model = transformers.AutoModel.from_pretrained(backbone(name), attn_implementation="eager").eval()
    with torch.no_grad():
        expected = [model(input_ids=torch.from_numpy(row)[None]).last_hidden_state[0, 0].numpy() for row in rows]
    np.testing.assert_allclose(values, expected, atol=2e-5)
    assert "take features: [embedding]" in fails("extract", SETTINGS, given, tmp_path).message


def test_what_cannot_be_is_refused_with_its_name(backbone, tmp_path):
    tokens, _, _ = write_tokens(tmp_path)
    given = {"tokens": tokens, "backbone": backbone("mistral")}
    assert "pooling: cls" in fails("extract", SETTINGS | {"pooling": "cls"}, given, tmp_path).message
    assert "pooling is 'attention'; it may be mean, last or cls" in fails("extract", SETTINGS | {"pooling": "attention"}, given, tmp_path).message
    assert "likelihood, embedding or both" in fails("extract", SETTINGS | {"features": ["mood"]}, given, tmp_path).message
    long = SETTINGS | {"lengths": {"prompt": 9, "answer": 20, "keep": "head"}}
    formats.write_tokens(tmp_path / "t", {"answer": [packed([np.full(300, 5, np.int32)])]},
                         {"template": [{"column": "answer"}], "bos": None, "eos": None, "pad": None})
    long["lengths"] = {"prompt": None, "answer": 300, "keep": "head"}
    failure = fails("extract", long, given | {"tokens": tmp_path / "t"}, tmp_path)
    assert "row 1 makes 300 tokens, and the backbone's context is 256" in failure.message


def test_memory_that_runs_out_makes_smaller_batches(backbone, tmp_path, monkeypatch):
    tokens, _, _ = write_tokens(tmp_path, count=40, seed=6)
    given = {"tokens": tokens, "backbone": backbone("mistral")}
    _, whole = features(run("extract", SETTINGS, given, tmp_path)[0])
    states = loading.states

    def short(module, ids, lengths):
        if ids.numel() > 100:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")
        return states(module, ids, lengths)
    monkeypatch.setattr(loading, "states", short)
    _, parts = features(run("extract", SETTINGS, given, tmp_path)[0])
    np.testing.assert_allclose(parts, whole, atol=2e-5)
    monkeypatch.setattr(loading, "states", lambda *_: short(None, torch.zeros(200), None))
    assert "lower the lengths" in fails("extract", SETTINGS, given, tmp_path).message
