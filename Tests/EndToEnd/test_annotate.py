"""Annotations of a whole run, asked of a real HTTP server of the chat protocol that this file runs on the same machine."""

import csv
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from conftest import Project, site, write_tables

KEY = "sk-secret-4711"
RECIPE = """\
recipe: annotated
data:
  train: train.csv
  test: test.csv
  columns: {{id: id, prompt: question, answer: answer, label: who, group: question}}
  labels: [a, b, c]
folds: {{kind: stratified-group-k-fold, count: 2, seed: 7}}
models:
  words: {{tfidf: {{}}}}
annotations:
  rating:
    endpoint: {url}
    model: judge
    template: "Rate from 1 to 10: {{answer}}"
    scale: [1, 10]
    key-variable: JUDGE_API_KEY
    prices: {{prompt: 1000000, completion: 2000000}}
  kind: {{endpoint: "{url}", model: judge, template: "Sort: {{prompt}}", categories: [easy, hard], per: group, key-variable: JUDGE_API_KEY}}
stack:
  stacked: {{logistic: [words], features: [group-statistics], annotations: [rating, kind]}}
submission: {{from: stacked, path: submission.csv}}
"""


class Judge(ThreadingHTTPServer):
    """Says a number or a word for each question; the first requests meet the faults of `script`."""
    daemon_threads = True

    def __init__(self):
        self.asked, self.keys, self.script, self.lock = [], set(), [], threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def handle_error(self, *_):
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        question = body["messages"][0]["content"]
        with self.server.lock:
            fault = self.server.script.pop(0) if self.server.script else None
            self.server.keys.add(self.headers["Authorization"])
            if fault is None:
                self.server.asked.append(question)
        text = str(1 + len(question) % 10) if question.startswith("Rate") else "It is hard." if "3" in question else "easy"
        answer = {"choices": [{"message": {"role": "assistant", "content": text}}], "usage": {"prompt_tokens": 10, "completion_tokens": 2}}
        data = json.dumps(answer).encode()
        self.send_response(fault or 200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def judge():
    server = Judge()
    yield server
    server.shutdown()


@pytest.fixture
def annotated(tmp_path, judge) -> Project:
    write_tables(tmp_path)
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(url=f"http://127.0.0.1:{judge.server_port}/v1"))
    site(tmp_path)
    return Project(tmp_path)


def rows(project: Project, name: str) -> list[dict]:
    with open(project.folder / name, newline="") as file:
        return list(csv.DictReader(file))


def test_answers_become_features_with_a_ledger_and_are_asked_for_once(annotated, judge):
    judge.script = [500, 429]
    ran = annotated.run(JUDGE_API_KEY=KEY)
    train, test = rows(annotated, "train.csv"), rows(annotated, "test.csv")
    questions = {f"Rate from 1 to 10: {row['answer']}" for row in train + test} | {f"Sort: {row['question']}" for row in train + test}
    assert {"annotations/rating/train", "annotations/rating/test", "annotations/kind/train", "stacked/stack"} <= set(ran)
    assert sorted(judge.asked) == sorted(questions) and judge.keys == {f"Bearer {KEY}"}
    # The ledger, as `show` tells it.
    record = annotated.record("annotations/rating/train")
    answers = len({row["answer"] for row in train})
    assert record["metrics"]["tokens-prompt"] == 10 * answers and record["metrics"]["tokens-completion"] == 2 * answers
    assert record["metrics"]["cost"] == pytest.approx(14 * answers) and record["metrics"]["answers"] == answers
    # What the learner read: the rating, the categories, and their statistics within groups.
    columns = json.loads(annotated.output("stacked/stack", "report").read_text())["importances"]["coefficient"]
    assert {"rating", "kind.easy", "kind.hard"} <= set(columns) and any("rating" in one and one != "rating" for one in columns)
    # The key is nowhere but in the environment.
    for path in annotated.folder.rglob("*"):
        assert not path.is_file() or KEY.encode() not in path.read_bytes(), path
    assert annotated.run(JUDGE_API_KEY=KEY) == []


def test_a_longer_table_asks_for_what_is_new_only(annotated, judge):
    annotated.run(JUDGE_API_KEY=KEY)
    judge.asked.clear()
    with open(annotated.folder / "test.csv", "a", newline="") as file:
        csv.writer(file).writerow(["te99", "what is te 99?", "a wholly new answer"])
    annotated.run(JUDGE_API_KEY=KEY)
    assert sorted(judge.asked) == ["Rate from 1 to 10: a wholly new answer", "Sort: what is te 99?"]


def test_a_run_that_failed_in_the_middle_asks_for_the_rest_only(annotated, judge):
    annotated.edit("    prices:", "    retries: 0\n    concurrency: 1\n    prices:")
    judge.script = [None] * 5 + [500]
    annotated.run("annotations/rating/train", JUDGE_API_KEY=KEY, expect=69)
    before = list(judge.asked)
    assert before
    annotated.run("annotations/rating/train", JUDGE_API_KEY=KEY)
    assert len(judge.asked) == len(set(judge.asked)) > len(before)


def test_without_its_key_the_step_says_which_variable_is_missing(annotated, judge):
    result = annotated.ablate("run", "annotations/rating/train")
    assert result.returncode != 0 and "JUDGE_API_KEY is not set" in result.stderr and judge.asked == []


@pytest.mark.parametrize("old, new, code", [
    ('"Rate from 1 to 10: {answer}"', "Rate it.", "bad-template"), ("Sort: {prompt}", "Sort: {answer}", "bad-template"),
    ("scale: [1, 10]", "scale: [10, 1]", "bad-value"), ("    scale: [1, 10]\n", "", "missing-key"),
    ("annotations: [rating, kind]", "annotations: [ratings, kind]", "dangling-name"),
    ("    key-variable: JUDGE_API_KEY", "    key-variable: sk-live-1234", "bad-value")])
def test_a_wrong_annotation_is_found(annotated, old, new, code):
    annotated.edit(old, new)
    findings = json.loads(annotated.ablate("check", "--json").stdout)["findings"]
    assert [one["code"] for one in findings] == [code]
