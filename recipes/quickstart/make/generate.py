"""Makes the quickstart's tables: seven small text generators answer every question.

Reads make/corpus only, uses the standard library only, and writes the same bytes every time:

    python make/generate.py            # writes ../data
    python make/generate.py --show 2   # prints two questions with their answers instead

A generator is an n-gram language model over words, described by one row of GENERATORS. All seven answer about the
words of the question: sentences of the training text that hold such a word count `focus` times. Every answer is cut
to a length drawn from one distribution, and spelled and punctuated by one function, so no label leaves a mark of its own.
"""

import argparse
import bisect
import collections
import csv
import itertools
import pathlib
import random

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent / "data"
TRAIN_QUESTIONS, TEST_QUESTIONS = 150, 50
WORDS = (34, 42)  # the length of an answer in words, drawn uniformly
STOP = "."
MARKS = (STOP, ",")

# order:       words of context, plus one
# texts:       which training texts, each with the same weight, however long it is
# temperature: counts are raised to 1 / temperature
# backoff:     chance of dropping a word of context, at each step
# cache:       chance that a word already said takes the next word's place
# focus:       how often a sentence about the question counts
GENERATORS = [
    dict(order=3, texts=["language"], temperature=1.0, backoff=0.05, cache=0.0, focus=8),
    dict(order=2, texts=["language"], temperature=0.7, backoff=0.0, cache=0.0, focus=8),
    dict(order=3, texts=["network"], temperature=1.0, backoff=0.05, cache=0.0, focus=8),
    dict(order=2, texts=["tools"], temperature=0.7, backoff=0.0, cache=0.0, focus=8),
    dict(order=2, texts=["language", "tools"], temperature=1.3, backoff=0.30, cache=0.0, focus=8),
    dict(order=3, texts=["tools"], temperature=0.9, backoff=0.0, cache=0.0, focus=40),
    dict(order=2, texts=["network", "tools"], temperature=0.8, backoff=0.05, cache=0.25, focus=8),
]

TOPICS = """class object function statement exception attribute method module type sequence instance expression pattern
clause dictionary namespace argument string assignment literal operator comparison generator coroutine iterator scope
metaclass descriptor slice import format tuple list bytes file directory server socket thread process queue event message
header encoding buffer stream cookie locale parser command package handler timeout callback integer traceback breakpoint
frame loader cache path response lock signature codec mapping decorator annotation context variable keyword""".split()
FORMS = [
    "What is a {a}, and how does it relate to a {b}?",
    "When should I use a {a} instead of a {b}?",
    "How does Python handle a {a} inside a {b}?",
    "Why does my {a} fail when the {b} is empty?",
    "Can a {a} change a {b} after it was created?",
    "Explain how a {a} is found from its {b}.",
]


def load(name):
    """The sentences of a corpus file, each a list of words and commas."""
    return [line.split() for line in (HERE / "corpus" / name).read_text().splitlines()]


def about(word, topics):
    """Whether a word of the text is a word of the question, in the singular or a plural."""
    return word in topics or (word.endswith("s") and (word[:-1] in topics or word.removesuffix("es") in topics))


class Generator:
    """A word n-gram model that answers a question."""

    def __init__(self, texts, order, temperature, backoff, cache, focus):
        self.order, self.power, self.backoff, self.cache, self.focus = order, 1 / temperature, backoff, cache, focus
        longest = max(len(sentences) for sentences in texts)
        self.sentences = [(sentence, longest / len(sentences)) for sentences in texts for sentence in sentences]
        self.tables = self.count(self.sentences)

    def count(self, sentences):
        """The weights of the next word after each context of 0 to order - 1 words."""
        tables = collections.defaultdict(dict)
        for sentence, weight in sentences:
            words = [STOP] * (self.order - 1) + sentence + [STOP]
            for i in range(self.order - 1, len(words)):
                for size in range(self.order):
                    table = tables[tuple(words[i - size : i])]
                    table[words[i]] = table.get(words[i], 0.0) + weight
        return tables

    def answer(self, topics, length, draw):
        """A text of `length` words, as a list of words, commas and stops."""
        focused = self.count(
            (sentence, weight * (self.focus - 1))
            for sentence, weight in self.sentences
            if any(about(word, topics) for word in sentence)
        )
        samplers = {}

        def next_word(context):
            if context not in samplers:
                table = dict(self.tables[context])
                for word, weight in focused.get(context, {}).items():
                    table[word] += weight
                samplers[context] = list(table), list(itertools.accumulate(w**self.power for w in table.values()))
            words, sums = samplers[context]
            return words[bisect.bisect_right(sums, draw.random() * sums[-1], hi=len(sums) - 1)]

        said, spoken = [STOP] * (self.order - 1), []
        while len(spoken) < length:
            size = self.order - 1
            while size and (draw.random() < self.backoff or tuple(said[len(said) - size :]) not in self.tables):
                size -= 1
            word = next_word(tuple(said[len(said) - size :]))
            if word not in MARKS and spoken and draw.random() < self.cache:
                word = spoken[int(draw.random() * len(spoken))]
            if word not in MARKS:
                spoken.append(word)
            elif said[-1] in MARKS:
                continue
            said.append(word)
        return said[self.order - 1 :]


def spell(words):
    """One spelling for all: a capital after a stop, no space before a mark, a stop at the end."""
    text = " ".join(words).replace(" ,", ",").replace(" .", ".").strip(" ,.")
    return ". ".join(part[:1].upper() + part[1:] for part in text.split(". ")) + "."


def questions(draw):
    """Distinct questions with their topics."""
    seen, result = set(), []
    while len(result) < TRAIN_QUESTIONS + TEST_QUESTIONS:
        a, b, form = (sequence[int(draw.random() * len(sequence))] for sequence in (TOPICS, TOPICS, FORMS))
        if a != b and (a, b) not in seen:
            seen.add((a, b))
            text = form.format(a=a, b=b)
            for vowel in "aeiou":
                text = text.replace(f" a {vowel}", f" an {vowel}")
            result.append((text, {a, b}))
    return result


def shuffled(items, draw):
    """A shuffle that depends on `draw.random()` only, which Python promises to keep."""
    return [item for _, item in sorted(((draw.random(), i), item) for i, item in enumerate(items))]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", type=int, default=0)
    show = parser.parse_args().show
    texts = {name: load(name + ".txt") for name in ("language", "network", "tools")}
    generators = [Generator(**{**settings, "texts": [texts[name] for name in settings["texts"]]}) for settings in GENERATORS]
    asked = questions(random.Random("questions"))
    rows = []  # (question number, question, response, label)
    for number, (question, topics) in enumerate(asked[: show or None]):
        for label, generator in enumerate(generators):
            draw = random.Random(f"{number}/{label}")
            length = WORDS[0] + int(draw.random() * (WORDS[1] - WORDS[0] + 1))
            rows.append((number, question, spell(generator.answer(topics, length, draw)), label))
    if show:
        for _, question, response, label in rows:
            print(question, label, response, sep="\n", end="\n\n")
        return

    def write(name, header, lines):
        DATA.mkdir(exist_ok=True)
        with open(DATA / name, "w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *lines])

    train = shuffled([row for row in rows if row[0] < TRAIN_QUESTIONS], random.Random("train"))
    test = shuffled([row for row in rows if row[0] >= TRAIN_QUESTIONS], random.Random("test"))
    write("train.csv", ["Question", "Response", "target"], [row[1:] for row in train])
    write("test.csv", ["id", "Question", "Response"], [(i, row[1], row[2]) for i, row in enumerate(test)])
    write("test-labels.csv", ["id", "target"], [(i, row[3]) for i, row in enumerate(test)])
    count = len(generators)
    header = ["id"] + [f"target_{label}" for label in range(count)]
    write("sample_submission.csv", header, [[i] + [round(1 / count, 6)] * count for i in range(len(test))])


if __name__ == "__main__":
    main()
