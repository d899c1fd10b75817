"""Annotations, asked of a real HTTP server that this file runs and that misbehaves in every way such servers do."""

import json
import math
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest
from ablate_worker.files import formats
from ablate_worker.kinds import annotate
from ablate_worker.texts.endpoint import seconds
from conftest import digest
from inprocess import run
from safetensors import safe_open

TEXTS = [{"prompt": f"question {group}", "answer": f"answer {row}, and {{prompt}} as it is"} for row, group in
         enumerate([0, 0, 1, 1, 2, 2])]
KEY = "sk-secret-4711"


def completion(text):
    return {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 11, "completion_tokens": 2}}


class Endpoint(ThreadingHTTPServer):
    """A chat endpoint: `script` holds misbehaviours for the next requests, and then `answer` is said to each question."""
    daemon_threads = True

    def __init__(self, answer):
        self.answer, self.script, self.asked, self.times, self.headers, self.callers = answer, [], [], [], [], []
        self.lock, self.busy, self.most, self.delay = threading.Lock(), 0, 0, 0
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, *_):
        pass  # a client that hangs up is part of the tests


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        server, body = self.server, json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.asked.append(body)
            server.times.append(time.monotonic())
            server.headers.append(dict(self.headers))
            server.callers.append(self.client_address)
            server.busy += 1
            server.most = max(server.most, server.busy)
            fault = server.script.pop(0) if server.script else None
        try:
            time.sleep(server.delay)
            question = body["messages"][0]["content"]
            if self.path != "/v1/chat/completions":
                self.send(404, b'{"error": "no such path"}')
            elif fault is None:
                self.send(200, json.dumps(completion(server.answer(question))).encode())
            else:
                fault(self)
        finally:
            with server.lock:
                server.busy -= 1

    def send(self, status, data, length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
        if length is not None:
            self.hang_up()

    def hang_up(self):
        self.close_connection = True
        self.connection.shutdown(2)


def status(code, text=b"try again", **headers):
    return lambda handler: handler.send(code, text, **headers)


def says(value):
    return lambda handler: handler.send(200, value if isinstance(value, bytes) else json.dumps(value).encode())


def hang(handler):
    time.sleep(3)
    handler.hang_up()


def trickle(handler):
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"1\r\n \r\n")
        handler.wfile.flush()
        time.sleep(0.05)


GOOD = json.dumps(completion("9")).encode()
FAULTS = {
    "too many requests": status(429), "server error": status(500), "overloaded": status(503, b"<html>busy</html>"), "hang": hang,
    "trickle": trickle, "disconnect": lambda handler: handler.hang_up(),
    "half an answer": lambda handler: handler.send(200, GOOD[:30], length=len(GOOD)),
    "truncated JSON": says(GOOD[:40]), "no choices": says({"choices": []}), "another schema": says({"text": "5"}),
    "a list": says([1]), "content that is no text": says({"choices": [{"message": {"content": 5}}]}),
    "usage that is no number": says(completion("5") | {"usage": {"prompt_tokens": "many"}}),
}


@pytest.fixture
def endpoint():
    server = Endpoint(lambda question: question.split("answer ")[1][0])  # the row's number
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def given(tmp_path):
    formats.write_texts(tmp_path / "texts", TEXTS)
    formats.write_json(tmp_path / "rows", {"ids": list("abcdef"), "labels": None, "groups": [0, 0, 1, 1, 2, 2], "weights": None,
                                           "classes": 2})
    return {"texts": tmp_path / "texts", "rows": tmp_path / "rows"}


def asking(server, **changes):
    return {"endpoint": server.url, "model": "judge", "template": "Rate {answer} to {prompt}", "scale": [0, 10], "timeout": 0.6,
            "retries": 3, "per": "row", "temperature": 0, "max-tokens": 64, "name": "annotation", "concurrency": 4} | changes


def features(outputs):
    with safe_open(outputs / "features", framework="numpy") as file:
        return json.loads(file.metadata()["names"]), file.get_tensor("values")


def lines(outputs):
    return [json.loads(line) for line in (outputs / "answers").read_text().splitlines()]


def test_ratings_become_a_feature_and_a_ledger(worker, endpoint, given):
    outputs, result = worker.run("annotate", asking(endpoint, prices={"prompt": 3.0, "completion": 15.0}, name="rating"), given)
    names, values = features(outputs)
    assert names == ["rating"] and values[:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert lines(outputs)[3] == {"row": 3, "answer": "3", "value": 3.0}
    assert result["metrics"] == {"rows": 6, "answers": 6, "not-understood": 0, "tokens-prompt": 66, "tokens-completion": 12,
                                 "cost": pytest.approx((66 * 3 + 12 * 15) / 1e6)}
    assert {k: result["measurements"][k] for k in ("requests", "retries", "kept")} == {"requests": 6, "retries": 0, "kept": 0}
    asked = sorted(body["messages"][0]["content"] for body in endpoint.asked)
    assert asked[2] == "Rate answer 2, and {prompt} as it is to question 1"
    assert {k: v for k, v in endpoint.asked[0].items() if k not in ("messages", "response_format")} == {"model": "judge", "temperature": 0, "max_tokens": 64}
    assert "Authorization" not in endpoint.headers[0]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_tried_again(fault, worker, endpoint, given):
    endpoint.script = [FAULTS[fault]]
    outputs, result = worker.run("annotate", asking(endpoint, concurrency=1), given)
    assert features(outputs)[1][:, 0].tolist() == [0, 1, 2, 3, 4, 5]
    assert result["measurements"]["requests"] == 7 and result["measurements"]["retries"] == 1 and len(endpoint.asked) == 7
    assert endpoint.times[1] - endpoint.times[0] < 2  # the time limit of .6 s and a first pause, not the server's own pace


@pytest.mark.parametrize("header", ["1", "date"])
def test_retry_after_is_waited_for_by_all(header, worker, endpoint, given):
    if header == "date":  # whole seconds, so that two are at least one
        header = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 2))
    endpoint.script = [status(429, Retry_After=header)]
    worker.run("annotate", asking(endpoint, concurrency=1), given)
    assert endpoint.times[1] - endpoint.times[0] >= 0.9


def test_a_wait_that_is_too_long_is_the_users(worker, endpoint, given):
    endpoint.script = [status(429, Retry_After="7200")]
    failure = worker.fails("annotate", asking(endpoint, concurrency=1), given)
    assert failure.kind == "unavailable" and "asks to wait for 7200 s" in failure.message


def test_an_interrupted_run_asks_only_for_what_is_new(worker, endpoint, given, tmp_path):
    scratch = tmp_path / "kept"
    endpoint.script = [None, None] + [status(500)] * 4
    failure = worker.fails("annotate", asking(endpoint, concurrency=1), given, scratch=scratch)
    assert failure.kind == "unavailable" and "no answer in 4 tries" in failure.message and "HTTP 500" in failure.message
    kept = sorted(p for p in scratch.rglob("*.json"))
    assert len(kept) == 2 and len(endpoint.asked) == 6
    kept[0].write_text('{"text": "br')  # as a crash of the machine may leave it
    outputs, result = worker.run("annotate", asking(endpoint), given, scratch=scratch)
    assert len(endpoint.asked) == 6 + 5 and result["measurements"]["kept"] == 1
    first = digest(outputs)
    outputs, result = worker.run("annotate", asking(endpoint, concurrency=2, retries=1), given, scratch=scratch)
    assert len(endpoint.asked) == 11 and digest(outputs) == first and result["metrics"]["tokens-prompt"] == 66
    worker.run("annotate", asking(endpoint, temperature=0.5), given, scratch=scratch)  # another question
    assert len(endpoint.asked) == 17


def one_digit(path, other):
    path.write_text(path.read_text().replace('"text":"3"', '"text":"9"'))


def half(path, other):
    path.write_bytes(path.read_bytes()[:20])


def of_another_question(path, other):
    path.write_bytes(other.read_bytes())


def no_answer(path, other):
    path.write_text('{"text": 3, "prompt-tokens": 1, "completion-tokens": 1}')


@pytest.mark.parametrize("damage", [one_digit, half, of_another_question, no_answer])
def test_a_kept_answer_that_is_not_as_it_was_written_is_asked_for_again(damage, endpoint, given, tmp_path):
    scratch = tmp_path / "kept"
    outputs, _, _ = run("annotate", asking(endpoint), given, tmp_path, scratch)
    first, kept = digest(outputs), sorted(scratch.rglob("*.json"))
    path = next(path for path in kept if '"text":"3"' in path.read_text())
    damage(path, next(other for other in kept if other != path))
    outputs, result, events = run("annotate", asking(endpoint), given, tmp_path, scratch)
    assert digest(outputs) == first and len(endpoint.asked) == 7 and result["measurements"]["kept"] == 5
    (said,) = [event["text"] for event in events if event["event"] == "note"]
    assert str(path) in said and "1 of the answers" in said
    _, result, events = run("annotate", asking(endpoint), given, tmp_path, scratch)
    assert result["measurements"]["kept"] == 6 and not [event for event in events if event["event"] == "note"]


def test_answers_that_older_versions_kept_are_taken_and_held_to_what_they_say_from_then_on(endpoint, given, tmp_path):
    scratch = tmp_path / "kept"
    outputs, _, _ = run("annotate", asking(endpoint), given, tmp_path, scratch)
    first, kept = digest(outputs), sorted(scratch.rglob("*.json"))
    sealed = [path.read_bytes() for path in kept]
    for path in kept:
        answer = json.loads(path.read_bytes())["answer"]
        formats.write_json(path, {name: answer[name] for name in ("text", "prompt-tokens", "completion-tokens")})
    outputs, result, events = run("annotate", asking(endpoint), given, tmp_path, scratch)
    assert digest(outputs) == first and len(endpoint.asked) == 6 and result["measurements"]["kept"] == 6
    assert [path.read_bytes() for path in kept] == sealed and not [event for event in events if event["event"] == "note"]


def test_a_shared_folder_of_answers(fresh, endpoint, given, tmp_path):
    worker = fresh(environment={"ABLATE_ANNOTATIONS": str(tmp_path / "shared")})
    for _ in range(2):
        worker.run("annotate", asking(endpoint), given)
    assert len(endpoint.asked) == 6 and not list((tmp_path / "shared").rglob("*.part"))


def test_equal_questions_and_groups_are_asked_once(worker, endpoint, given):
    endpoint.answer = lambda question: {"0": "Maths.", "1": "**history**", "2": "the category is History"}[question[-1]]
    outputs, result = worker.run("annotate", asking(endpoint, scale=None, categories=["maths", "history"], per="group",
                                                    template="Sort {prompt}", name="topic"), given)
    names, values = features(outputs)
    assert names == ["topic.maths", "topic.history"] and values.tolist() == [[1, 0]] * 2 + [[0, 1]] * 4
    assert len(endpoint.asked) == 3 and result["metrics"]["rows"] == 6 and result["metrics"]["answers"] == 3
    worker.run("annotate", asking(endpoint, scale=None, categories=["maths", "history"], template="Sort {prompt}"), given)
    assert len(endpoint.asked) == 6


def test_free_text_gives_answers_and_no_features(worker, endpoint, given):
    endpoint.answer = lambda question: "line one\nline \u2028 two"
    outputs, result = worker.run("annotate", asking(endpoint, scale=None), given)
    assert result["outputs"] == ["answers"]
    assert json.loads((outputs / "answers").read_text().split("\n")[0])["answer"] == "line one\nline \u2028 two"


def test_what_is_not_understood_is_missing_and_too_much_of_it_an_error(worker, endpoint, given):
    endpoint.answer = lambda question: "I cannot tell" if "answer 2" in question else "7/10"
    outputs, result = worker.run("annotate", asking(endpoint), given)
    values = features(outputs)[1][:, 0]
    assert np.isnan(values[2]) and result["metrics"]["not-understood"] == 1 and lines(outputs)[2]["value"] is None
    assert np.delete(values, 2).tolist() == [7] * 5
    endpoint.answer = lambda question: "As a language model, I like them all"
    failure = worker.fails("annotate", asking(endpoint), given)
    assert failure.kind == "invalid-input" and "I like them all" in failure.message
    assert "6 of 6 answers do not hold a number from 0 to 10" in failure.message


@pytest.mark.parametrize(("text", "value"), [
    ("7", 7), (" **8.5**\nbecause it has 3 errors", 8.5), ("Rating: 4/10", 4), ("I would give it 6 / 10.", 6), ("11", None), ("", None),
    ("The score is 3 out of 10", 3), ("between 3 and 4", None), ("-2", None), ("none", None), ("nan", None)])
def test_ratings_as_models_write_them(text, value):
    assert annotate.value_of(SimpleNamespace(scale=[0, 10], categories=None), text) == value


@pytest.mark.parametrize(("text", "value"), [
    ("Maths", "maths"), ("natural science", "natural science"), ("It is 'science'.", "science"), ("maths or science", None), ("", None),
    ("mathsy", None)])
def test_categories_as_models_write_them(text, value):
    assert annotate.value_of(SimpleNamespace(scale=None, categories=["maths", "science", "natural science"]), text) == value


def test_a_server_that_takes_a_form_is_held_to_it(worker, endpoint, given):
    def shaped(handler):
        schema = endpoint.asked[-1]["response_format"]["json_schema"]["schema"]
        jsonschema.Draft202012Validator.check_schema(schema)
        text = json.dumps({"rating": 7.5} if "rating" in schema["properties"] else {"category": schema["properties"]["category"]["enum"][1]})
        jsonschema.validate(json.loads(text), schema)
        handler.send(200, json.dumps(completion(text)).encode())
    endpoint.script = [shaped] * 6
    outputs, result = worker.run("annotate", asking(endpoint, concurrency=1), given)
    assert features(outputs)[1].ravel().tolist() == [7.5] * 6 and result["measurements"]["structured"] is True
    endpoint.script = [shaped] * 6
    categories = asking(endpoint, scale=None, categories=["a fact", "an opinion"], concurrency=1)
    outputs, _ = worker.run("annotate", categories, given)
    assert features(outputs)[1].tolist() == [[0, 1]] * 6
    # Free text has no form.
    outputs, result = worker.run("annotate", asking(endpoint, scale=None), given)
    assert "response_format" not in endpoint.asked[-1] and result["measurements"]["structured"] is False


def test_a_server_that_takes_no_form_is_asked_in_words_from_then_on(worker, endpoint, given):
    endpoint.script = [status(400, b'{"error": "response_format is not supported"}')]
    outputs, result = worker.run("annotate", asking(endpoint, concurrency=1), given)
    assert ["response_format" in body for body in endpoint.asked] == [True] + [False] * 6
    assert result["measurements"] | {"requests": 7, "retries": 0, "structured": False} == result["measurements"]
    assert len(features(outputs)[1]) == 6


def test_rate_and_concurrency_are_kept(worker, endpoint, given):
    endpoint.delay = 0.2
    worker.run("annotate", asking(endpoint, concurrency=3), given)
    assert 2 <= endpoint.most <= 3
    endpoint.delay, endpoint.times = 0, []
    worker.run("annotate", asking(endpoint, model="other", rate=600, concurrency=6), given)
    gaps = np.diff(endpoint.times)
    assert len(gaps) == 5 and endpoint.times[-1] - endpoint.times[0] >= 0.48 and np.median(gaps) > 0.07


def test_the_key_comes_from_the_environment_and_is_never_told(fresh, endpoint, given):
    worker = fresh(environment={"JUDGE_KEY": KEY})
    worker.run("annotate", asking(endpoint, **{"key-variable": "JUDGE_KEY"}), given)
    assert endpoint.headers[0]["Authorization"] == f"Bearer {KEY}"
    endpoint.script = [status(401, f"Incorrect API key provided: {KEY}".encode())]
    failure = worker.fails("annotate", asking(endpoint, model="b", concurrency=1, **{"key-variable": "JUDGE_KEY"}), given)
    assert failure.kind == "unavailable" and "HTTP 401" in failure.message and "provided: ***" in failure.message
    assert KEY not in str(failure) and len(endpoint.asked) == 7
    failure = worker.fails("annotate", asking(endpoint, **{"key-variable": "NO_KEY"}), given)
    assert failure.kind == "unavailable" and "environment variable NO_KEY is not set" in failure.message
    other = Endpoint(lambda question: "1")
    endpoint.script = [status(307, Location=other.url + "/chat/completions")] * 6
    failure = worker.fails("annotate", asking(endpoint, model="c", **{"key-variable": "JUDGE_KEY"}), given)
    assert failure.kind == "unavailable" and "It redirects to" in failure.message and not other.asked
    other.shutdown()
    other.server_close()


def test_a_connection_is_kept_between_questions_and_nothing_else_is(worker, endpoint, given):
    endpoint.script = [lambda handler: handler.send(200, GOOD, Set_Cookie="who=you; Path=/")] * 3 + [status(429)]
    worker.run("annotate", asking(endpoint, concurrency=1), given)
    assert len(endpoint.callers) == 7 and len(set(endpoint.callers)) == 1
    assert not any("Cookie" in headers for headers in endpoint.headers)
    assert endpoint.headers[0]["User-Agent"] == "ablate" and endpoint.headers[0]["Accept-Encoding"] == "identity"
    endpoint.callers, endpoint.script = [], [FAULTS["disconnect"]]
    worker.run("annotate", asking(endpoint, model="other", concurrency=1), given)
    assert len(endpoint.callers) == 7 and len(set(endpoint.callers)) == 2


def test_a_key_that_no_header_can_carry_is_refused_and_not_told(fresh, endpoint, given):
    worker = fresh(environment={"JUDGE_KEY": "sk-one\nsk-two"})
    failure = worker.fails("annotate", asking(endpoint, **{"key-variable": "JUDGE_KEY"}), given)
    assert failure.kind == "unavailable" and "JUDGE_KEY holds no key" in failure.message and "sk-" not in str(failure)
    assert not endpoint.asked


def test_faults_that_no_later_try_mends(worker, endpoint, given, tmp_path):
    def fails(words, kind="invalid-input", given=given, **changes):
        failure = worker.fails("annotate", asking(endpoint, **changes), given)
        assert failure.kind == kind and words in failure.message, failure.message
    endpoint.script = [status(400, b'{"error": "max_tokens is too large"}')] * 2  # with a form and without
    fails("max_tokens is too large", concurrency=1)
    fails("HTTP 404", "unavailable", endpoint=endpoint.url + "/elsewhere")
    fails("Connection refused", "unavailable", endpoint="http://127.0.0.1:9/v1", retries=1)
    fails("begins with http:// or https://", endpoint="localhost:80")
    fails("which is no address", endpoint="http://[::1/v1")
    fails("names neither {prompt} nor {answer}", template="Rate it")
    fails("a group has several", per="group")
    fails("both a scale and categories", categories=["a", "b"])
    fails("scale is [10, 0]", scale=[10, 0])
    fails("categories must differ", scale=None, categories=["a", "A!"])
    fails("concurrency is 0", concurrency=0)
    fails("rate is -1", rate=-1)
    formats.write_texts(tmp_path / "answers", [{"answer": "a"}])
    fails("the template names {prompt}, and answers has answer", given={"texts": tmp_path / "answers"})
    formats.write_json(tmp_path / "rows", formats.read_json(given["rows"]) | {"groups": None})
    fails("data.columns.group", per="group", template="{prompt}")


def test_retry_after_in_both_its_forms():
    assert seconds("2.5") == 2.5 and seconds(None) is None and seconds("soon") is None and seconds("-1") == 0
    assert math.isclose(seconds(time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))), 60, abs_tol=2)
