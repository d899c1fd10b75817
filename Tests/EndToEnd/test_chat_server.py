"""Annotations asked of a real server of the chat protocol, `transformers serve`, with a tiny model made and trained here."""

import csv
import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from conftest import Project, site, write_tables

RECIPE = """\
recipe: served
data:
  train: train.csv
  test: test.csv
  columns: {{id: id, prompt: question, answer: answer, label: who, group: question}}
  labels: [a, b, c]
folds: {{kind: stratified-group-k-fold, count: 2, seed: 7}}
models:
  words: {{tfidf: {{}}}}
annotations:
  rating: {{endpoint: {url}, model: {model}, template: "Rate: {{answer}}", scale: [1, 9], max-tokens: 4, concurrency: 2}}
  kind: {{endpoint: "{url}", model: {model}, template: "Rate: {{answer}}", categories: [cats, dogs], max-tokens: 4}}
stack:
  stacked: {{logistic: [words], annotations: [rating]}}
"""


def rating(text: str) -> int:
    """What the model learns to say of a text."""
    return 2 + len(text) % 3 * 3


def make_model(folder: Path, texts: list[str]) -> None:
    """A chat model of two layers that answers each of the texts with its rating and a token that ends the answer."""
    import torch
    import transformers
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=600, show_progress=False, special_tokens=["<s>", "</s>", "<pad>", "<answer>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        chat_template="{% for message in messages %}{{ message.content }}{% endfor %}<answer>")
    torch.manual_seed(0)
    model = transformers.MistralForCausalLM(transformers.MistralConfig(
        vocab_size=len(fast), hidden_size=64, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        intermediate_size=128, max_position_embeddings=256, bos_token_id=0, eos_token_id=1, pad_token_id=2))
    rows = [fast(f"{text}<answer>{rating(text)}</s>", add_special_tokens=False).input_ids for text in texts]
    width = max(map(len, rows))
    ids = torch.tensor([[2] * (width - len(row)) + row for row in rows])
    labels = ids.clone()
    labels[:, :-2] = -100
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3)
    for _ in range(400):
        loss = model(input_ids=ids, attention_mask=(ids != 2).long(), labels=labels).loss
        if loss.item() < 0.02:
            break
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    assert loss.item() < 0.1, "the judge has not learnt its texts"
    fast.save_pretrained(folder)
    model.save_pretrained(folder)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A project, and the server that its recipe asks."""
    if importlib.util.find_spec("fastapi") is None or importlib.util.find_spec("uvicorn") is None:
        pytest.skip("transformers serve needs fastapi, uvicorn and openai")
    folder = tmp_path_factory.mktemp("served")
    write_tables(folder)
    rows = [row for name in ("train.csv", "test.csv") for row in csv.DictReader(open(folder / name, newline=""))]
    model = folder / "judge"
    make_model(model, sorted({f"Rate: {row['answer']}" for row in rows}))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = open(folder / "serve.log", "w")
    server = subprocess.Popen(
        [sys.executable, "-m", "transformers.cli.transformers", "serve", str(model), "--host", "127.0.0.1", "--port", str(port),
         "--device", "cpu"], stdout=log, stderr=subprocess.STDOUT, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).read()
            break
        except OSError:
            assert server.poll() is None, (folder / "serve.log").read_text()
            time.sleep(0.2)
    (folder / "recipe.yaml").write_text(RECIPE.format(url=f"{url}/v1", model=model))
    site(folder)
    yield Project(folder)
    server.terminate()
    server.wait(20)
    log.close()


def test_what_a_served_model_says_becomes_a_feature(served):
    served.run("stacked/evaluate")
    rows = list(csv.DictReader(open(served.folder / "train.csv", newline="")))
    answers = [json.loads(line) for line in served.output("annotations/rating/train", "answers").read_text().splitlines()]
    assert [answer["value"] for answer in answers] == [rating(f"Rate: {row['answer']}") for row in rows]
    metrics = served.record("annotations/rating/train")["metrics"]
    different = len({row["answer"] for row in rows})
    # Counted by the server itself: a digit and the end of the answer.
    assert metrics["answers"] == different and metrics["tokens-completion"] == 2 * different and metrics["not-understood"] == 0
    assert metrics["tokens-prompt"] > 5 * different
    columns = json.loads(served.output("stacked/stack", "report").read_text())["importances"]["coefficient"]
    assert "rating" in columns
    # How it is asked is in no key; what is asked is.
    served.edit("concurrency: 2", "concurrency: 1, retries: 1, timeout: 30")
    assert served.run("stacked/evaluate") == []


def test_a_model_that_does_not_do_as_it_is_told_is_shown_with_its_words(served):
    served.edit("annotations: [rating]", "annotations: [kind]")
    result = served.ablate("run", "annotations/kind/train")
    assert result.returncode != 0
    assert "answers do not hold one of cats, dogs; one is '" in result.stderr and "Let the template ask for that alone" in result.stderr
