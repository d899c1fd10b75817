"""The kind `annotate`: has a language model rate, sort or describe each row or group, and makes features of what it says.

Every answer is kept as it comes, sealed, under the digest of what was asked, so that a run that was interrupted asks only for
what is new. Knows no HTTP (endpoint.py does) and reads no label.
"""

import hashlib
import json
import math
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..files import formats, sealed
from ..protocol.step import invalid, unavailable
from ..texts.endpoint import Client, Stopped

NUMBER = r"[-+]?\d+(?:\.\d+)?"


def run(step):
    asked = settings_in(step)
    questions, of_row = questions_of(step, asked)
    bodies = {name: body(asked, question) for name, question in questions.items()}
    kept = Kept(step)
    answers = {name: found for name in bodies if (found := kept.read(digest(asked, bodies[name])))}
    already = len(answers)
    if kept.damaged:
        step.channel.note(f"{len(kept.damaged)} of the answers that were kept are not as they were written; these questions are asked "
                          f"again (the first is {kept.damaged[0]}): check the disk")
    missing = [name for name in bodies if name not in answers]
    with Client(asked.endpoint, key_of(asked), asked.timeout, asked.retries, asked.rate, form(asked)) as client:
        ask_all(step, asked, client, kept, {name: bodies[name] for name in missing}, answers, len(bodies))
    values = {name: value_of(asked, answers[name]["text"]) for name in bodies}
    check_understood(asked, answers, values)
    with open(step.outputs / "answers", "w", encoding="utf-8", newline="\n") as file:
        for row, name in enumerate(of_row):
            line = {"row": row, "answer": answers[name]["text"], "value": values[name]}
            file.write(json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n")
    if asked.scale or asked.categories:
        formats.write_features(step.outputs / "features", *columns(asked, [values[name] for name in of_row]))
    tokens = {kind: sum(answer[f"{kind}-tokens"] for answer in answers.values()) for kind in ("prompt", "completion")}
    metrics = {"rows": len(of_row), "answers": len(answers), "not-understood": sum(v is None for v in values.values()),
               "tokens-prompt": tokens["prompt"], "tokens-completion": tokens["completion"]}
    if asked.prices:
        metrics["cost"] = sum(getattr(asked.prices, kind) * count for kind, count in tokens.items()) / 1e6
    # What this attempt did itself; the metrics count every answer, whichever attempt asked for it.
    return {"metrics": metrics, "measurements": {"requests": client.requests, "retries": client.repeats, "kept": already,
                                                "structured": client.form is not None}}


def settings_in(step):
    asked = step.parameters
    for name in ("endpoint", "model", "template"):
        if not getattr(asked, name):
            raise invalid(f"annotate needs {name}")
    if not asked.endpoint.startswith(("http://", "https://")):
        raise invalid(f"endpoint is '{asked.endpoint}'; it is an address that begins with http:// or https://")
    if asked.scale and asked.categories:
        raise invalid("annotate has both a scale and categories: name one, or neither for free text")
    if asked.scale and not (len(asked.scale) == 2 and asked.scale[0] < asked.scale[1]):
        raise invalid(f"scale is {asked.scale}; it is two numbers, the least and the greatest")
    if asked.categories and len({plain(c) for c in asked.categories} - {""}) != len(asked.categories):
        raise invalid("categories must differ from each other by more than case and punctuation, and none may be empty")
    for name, value, least in (("concurrency", asked.concurrency, 1), ("retries", asked.retries, 0), ("max-tokens", asked.max_tokens, 1)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            raise invalid(f"{name} is {value}; it must be an integer of at least {least}")
    for name, value in (("rate", asked.rate), ("timeout", asked.timeout)):
        if value is not None and not 0 < value < math.inf:
            raise invalid(f"{name} is {value}; it must be a number above 0")
    named = set(re.findall(r"\{(prompt|answer)\}", asked.template))
    if not named or (asked.per == "group" and "answer" in named):
        raise invalid("the template names neither {prompt} nor {answer}, so every question would be the same" if not named else
                      "the template names {answer}, and a group has several: ask per row, or name {prompt} only")
    return asked


def questions_of(step, asked):
    """({name of a question: its text}, the name for each row). Equal texts are one question."""
    texts = formats.read_texts(step.input("texts"))
    if not texts:
        raise invalid(f"{step.title('texts')} has no rows")
    for column in re.findall(r"\{(prompt|answer)\}", asked.template):
        if column not in texts[0]:
            raise invalid(f"the template names {{{column}}}, and {step.title('texts')} has {', '.join(sorted(texts[0]))}")
    shown = list(range(len(texts)))  # the row whose texts are shown, for each row
    if asked.per == "group":
        table = formats.read_json(step.input("rows"))
        if table["groups"] is None or len(table["groups"]) != len(texts):
            raise invalid(f"per group needs groups of the same rows, and {step.title('rows')} has " +
                          ("none: name their column in data.columns.group" if table["groups"] is None else
                           f"{len(table['groups'])} rows of {len(texts)}"))
        first = {}
        shown = [first.setdefault(group, row) for row, group in enumerate(table["groups"])]
    # In one pass, so that a text which holds {answer} itself stays as it is.
    fill = lambda text: re.sub(r"\{(prompt|answer)\}", lambda found: text[found[1]], asked.template)
    of_row = [fill(texts[row]) for row in shown]
    return {text: text for text in of_row}, of_row


def body(asked, question):
    return {"model": asked.model, "messages": [{"role": "user", "content": question}], "temperature": asked.temperature,
            "max_tokens": asked.max_tokens}


def form(asked):
    """The `response_format` that lets a server give nothing but a rating or a category; None for free text."""
    if not (asked.scale or asked.categories):
        return None
    name, kind = (("rating", {"type": "number", "minimum": asked.scale[0], "maximum": asked.scale[1]}) if asked.scale else
                  ("category", {"type": "string", "enum": asked.categories}))
    schema = {"type": "object", "properties": {name: kind}, "required": [name], "additionalProperties": False}
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


def digest(asked, request):
    """Everything that an answer depends on: how fast or how often it is asked is not among it, nor whether the server could be
    held to a form.
    """
    return hashlib.sha256(json.dumps([asked.endpoint, request], sort_keys=True).encode()).hexdigest()


def key_of(asked):
    variable = asked.key_variable
    if variable and not os.environ.get(variable):
        raise unavailable(f"the environment variable {variable} is not set: it holds the key for {asked.endpoint}")
    key = os.environ[variable].strip() if variable else None
    if key and not (key.isascii() and key.isprintable()):
        raise unavailable(f"the environment variable {variable} holds no key: a key is one line of ASCII characters")
    return key


class Kept:
    """Answers on disk, a sealed file for each: in the folder ABLATE_ANNOTATIONS names, or in the step's scratch."""

    def __init__(self, step):
        named = os.environ.get("ABLATE_ANNOTATIONS")
        self.folder = Path(named) if named else step.scratch / "annotations"
        self.damaged = []  # paths

    def path(self, name):
        return self.folder / name[:2] / f"{name[2:]}.json"

    def read(self, name):
        """The answer to the question of this digest; None where there is none, or none that is as it was written."""
        path = self.path(name)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            found = sealed.read("answer", data) if sealed.is_text("answer", data) else {"asked": name} | json.loads(data)
            if found.pop("asked") != name or not is_answer(found):
                raise ValueError("it is no answer to this question")
        except (ValueError, KeyError, TypeError, AttributeError):
            self.damaged.append(path)
            return None
        if not sealed.is_text("answer", data):  # as versions before wrote them: taken as it is, and held to that from now on
            self.write(name, found)
        return found

    def write(self, name, answer):
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(f"{path}.{os.getpid()}.part")
        temporary.write_bytes(sealed.text("answer", answer | {"asked": name}))
        os.replace(temporary, path)


def is_answer(value):
    counts = [value.get("prompt-tokens"), value.get("completion-tokens")]
    return (isinstance(value.get("text"), str) and len(value) == 3 and
            all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in counts))


def ask_all(step, asked, client, kept, bodies, answers, total):
    """Ask for every missing answer; the first failure stops the rest, and what is under way is still kept."""
    def one(name):
        try:
            answer = client.ask(bodies[name])
            kept.write(digest(asked, bodies[name]), answer)
        except BaseException:
            client.stopped.set()  # here, before this thread takes the next question
            raise
        answers[name] = answer
        step.channel.progress(len(answers), total + 1, "answers")

    with ThreadPoolExecutor(asked.concurrency) as pool:
        futures = [pool.submit(one, name) for name in bodies]
    failed = [future.exception() for future in futures if future.exception()]
    if failed:
        raise next(error for error in failed if not isinstance(error, Stopped))
    step.channel.progress(total + 1, total + 1, "answers")


def plain(text):
    return " ".join(re.findall(r"\w+", str(text).casefold()))


def value_of(asked, text):
    """The number, the category or the text that was said, in JSON or in words; None where that is not clear."""
    if asked.scale or asked.categories:
        try:
            said = json.loads(text)
            text = str(said["rating" if asked.scale else "category"])
        except (ValueError, KeyError, TypeError):
            pass
    if asked.scale:
        low, high = asked.scale
        leading = re.match(rf"[\s*_#\"'`(]*({NUMBER})", text)
        named = re.findall(rf"(?:rating|score)\W*(?:is|of)?\W*({NUMBER})", text, re.I)
        said = {float(n) for n in re.findall(NUMBER, re.sub(rf"/\s*{high:g}\b", "", text))}
        value = float(leading[1]) if leading else float(named[-1]) if named else said.pop() if len(said) == 1 else math.nan
        return value if low <= value <= high else None
    if asked.categories:
        said = f" {plain(text)} "
        found = [c for c in asked.categories if plain(c) == said.strip()] or [
            c for c in asked.categories if f" {plain(c)} " in said]
        return found[0] if len(found) == 1 else None
    return text


def check_understood(asked, answers, values):
    lost = [name for name, value in values.items() if value is None]
    if len(lost) > len(values) / 2:
        wanted = f"a number from {asked.scale[0]} to {asked.scale[1]}" if asked.scale else "one of " + ", ".join(
            map(str, asked.categories))
        raise invalid(f"{len(lost)} of {len(values)} answers do not hold {wanted}; one is '{' '.join(answers[lost[0]]['text'].split())[:80]}'. "
                      "Let the template ask for that alone, or raise max-tokens")


def columns(asked, values):
    """(names, values [rows, columns]): the rating, or a column of 0 and 1 for each category; NaN where none was understood."""
    if asked.scale:
        return [asked.name], [[math.nan if value is None else value] for value in values]
    names = [f"{asked.name}.{category}" for category in asked.categories]
    return names, [[math.nan if value is None else float(value == c) for c in asked.categories] for value in values]
