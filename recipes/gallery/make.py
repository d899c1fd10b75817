"""Makes small tables of each competition's exact form: columns and their order, how ids look, cells, the sample submission.

Uses the standard library only and writes the same bytes every time. Recipes are copied beside their tables, so that they can be
checked, planned and run without the competitions' data:

    python make.py FOLDER            # FOLDER/<competition>/recipe.yaml and data/
    python make.py FOLDER --rows 200 # larger tables

Texts are drawn from few words, and what is predicted follows from them, with some noise: models have something to learn, and no
score on these tables says anything about the competition. It knows the competitions' tables, and nothing of recipes.
"""

import argparse
import csv
import json
import pathlib
import random
import shutil

HERE = pathlib.Path(__file__).parent
TOPICS = "fractions rivers engines voting planets budgets bridges enzymes".split()
PLAIN = "the a we they it is was said made took people school day work good time see go because and".split()
RARE = "moreover consequently fundamental perspective nevertheless comprehensive articulate significance".split()
RUDE = {"toxic": "awful", "severe_toxic": "vile", "obscene": "filthy", "threat": "punish", "insult": "fool", "identity_hate": "foreigners"}
TRAITS = ["cohesion", "syntax", "vocabulary", "phraseology", "grammar", "conventions"]
MISCONCEPTIONS = ["Incomplete", "WNB", "Additive", "Denominator-only_change", "Longer_is_bigger", "Duplication"]


def sentence(chance, words, count):
    return " ".join(chance.choice(words) for _ in range(count))


def text(chance, quality, count):
    """Words of which the share `quality`, 0 to 1, is rare."""
    return " ".join(chance.choice(RARE if chance.random() < quality else PLAIN) for _ in range(count))


def hexadecimal(chance, digits, upper=False):
    name = f"{chance.getrandbits(4 * digits):0{digits}x}"
    return name.upper() if upper else name


def half(value, low, high):
    """The nearest half step within bounds, as these tables write it: 3.5."""
    return min(high, max(low, round(2 * value) / 2))


def parted(rows, count, *columns):
    """(train, test without what is predicted): the last `count` rows are the test's."""
    test = [{key: value for key, value in row.items() if key not in columns} for row in rows[-count:]]
    return rows[:-count], test


def predict_the_llm(chance, rows):
    def question(number):
        asked = f"Why do {TOPICS[number % len(TOPICS)]} matter to a {sentence(chance, RARE, 2)} ({number})?"
        for label in chance.sample(range(7), 7):
            words = [chance.choice([TOPICS[label], *PLAIN[label:label + 4]]) for _ in range(24)]
            yield {"Question": asked, "Response": " ".join(words), "target": label}
    train = [row for number in range(max(7, rows // 7)) for row in question(number)]
    test = [row for number in range(900, 902) for row in question(number)]
    test = [{"id": number, "Question": row["Question"], "Response": row["Response"]} for number, row in enumerate(test)]
    sample = [{"id": row["id"], **{f"target_{label}": 1 / 7 for label in range(7)}} for row in test]
    return {"train": train, "test": test, "sample_submission": sample}


def lmsys_chatbot_arena(chance, rows):
    made = []
    for number in range(rows + 6):
        turns = chance.choice([1, 1, 2])
        talk = lambda quality: json.dumps([text(chance, quality, 12) for _ in range(turns)])
        winner = chance.choice(["model_a", "model_b", "tie"])
        quality = {"model_a": (0.6, 0.1), "model_b": (0.1, 0.6), "tie": (0.3, 0.3)}[winner]
        made.append({
            "id": 30192 + 23457 * number, "model_a": chance.choice(["gpt-4-1106-preview", "koala-13b"]), "model_b": "llama-2-70b-chat",
            "prompt": json.dumps([f"What of {chance.choice(TOPICS)} {number}.{turn}?" for turn in range(turns)]),
            "response_a": talk(quality[0]), "response_b": talk(quality[1]),
            **{f"winner_{name}": int(name == winner) for name in ("model_a", "model_b", "tie")}})
    train, test = parted(made, 6, "model_a", "model_b", "winner_model_a", "winner_model_b", "winner_tie")
    sample = [{"id": row["id"], **{f"winner_{name}": 1 / 3 for name in ("model_a", "model_b", "tie")}} for row in test]
    return {"train": train, "test": test, "sample_submission": sample}


def detect_ai_text(chance, rows):
    def essay(prompt, generated):
        return {"id": hexadecimal(chance, 8), "prompt_id": prompt, "text": text(chance, 0.6 if generated else 0.15, 40) + "\n\n" + text(chance, 0.3, 10),
                "generated": int(generated)}
    train = [essay(number % 2, number in (3, 8, 15)) for number in range(rows)]
    more = [essay(2 + number % 5, number % 2) for number in range(rows)]
    test = [{key: value for key, value in essay(prompt, prompt % 2).items() if key != "generated"} for prompt in (2, 3, 4)]
    prompts = [{"prompt_id": number, "prompt_name": name, "instructions": "Write an essay.", "source_text": f"# {name}\n\n1 {text(chance, 0.2, 12)}"}
               for number, name in enumerate(["Car-free cities", "Does the electoral college work?"])]
    return {"train_essays": train, "generated": more, "test_essays": test, "train_prompts": prompts,
            "sample_submission": [{"id": row["id"], "generated": 0.1} for row in test]}


def essay_scoring(chance, rows):
    made = []
    for number in range(rows + 6):
        quality = chance.random()
        score = number % 6 + 1 if number < 30 else min(6, max(1, round(1 + 5 * quality + chance.gauss(0, 0.5))))
        made.append({"essay_id": hexadecimal(chance, 7), "full_text": text(chance, (score - 0.5) / 6, 30), "score": score})
    train, test = parted(made, 6, "score")
    return {"train": train, "test": test, "sample_submission": [{"essay_id": row["essay_id"], "score": 3} for row in test]}


def math_misunderstandings(chance, rows):
    kinds = [("True_Correct", "NA"), ("True_Neither", "NA"), ("False_Neither", "NA"), ("False_Misconception", "Incomplete"),
             ("False_Misconception", "WNB"), ("True_Misconception", "Additive"), ("False_Correct", "NA")]
    made = []
    for number in range(rows + 6):
        category, misconception = kinds[number % len(kinds)]
        choice = r"\( \frac{1}{3} \)" if category.startswith("True") else r"\( \frac{3}{9} \)"
        marks = f"{TOPICS[kinds.index((category, misconception))]} " * 3
        made.append({
            "row_id": number, "QuestionId": 31772, "QuestionText": f"What fraction of shape {number % 5} is not shaded? Give your answer in its simplest form.",
            "MC_Answer": choice, "StudentExplanation": marks + text(chance, 0.2, 8), "Category": category, "Misconception": misconception})
    train, test = parted(made, 6, "Category", "Misconception")
    guesses = "True_Correct:NA False_Neither:NA False_Misconception:Incomplete"
    return {"train": train, "test": test, "sample_submission": [{"row_id": row["row_id"], "Category:Misconception": guesses} for row in test]}


def eedi_misconceptions(chance, rows):
    said = [f"Believes that {topic} {verb} {rare}" for topic in TOPICS for verb in ("add", "cancel", "repeat") for rare in RARE[:4]]
    mapping = [{"MisconceptionId": number, "MisconceptionName": name} for number, name in enumerate(said)]
    made = []
    for number in range(rows + 3):
        right, topic = chance.choice("ABCD"), number % len(TOPICS)
        held = {letter: "" if letter == right or chance.random() < 0.2 else float(12 * topic + place) for place, letter in enumerate("ABCD")}
        held["ABCD".replace(right, "")[0]] = float(12 * topic)  # at least one
        texts = {letter: text(chance, 0.1, 3) + (f" {said[int(held[letter])].split()[-2]}" if held[letter] != "" else "") for letter in "ABCD"}
        made.append({
            "QuestionId": number, "ConstructId": 850 + topic, "ConstructName": f"Use {TOPICS[topic]} in a calculation", "SubjectId": 30 + topic,
            "SubjectName": TOPICS[topic].title(), "CorrectAnswer": right, "QuestionText": f"\\[\n3 \\times 2+{number}\n\\]\nWhat do {TOPICS[topic]} give?",
            **{f"Answer{letter}Text": texts[letter] for letter in "ABCD"}, **{f"Misconception{letter}Id": held[letter] for letter in "ABCD"}})
    train, test = parted(made, 3, *(f"Misconception{letter}Id" for letter in "ABCD"))
    asked = [f"{row['QuestionId']}_{letter}" for row in test for letter in "ABCD" if letter != row["CorrectAnswer"]]
    guesses = " ".join(map(str, range(25)))
    return {"train": train, "test": test, "misconception_mapping": mapping,
            "sample_submission": [{"QuestionId_Answer": name, "MisconceptionId": guesses} for name in asked]}


def english_learners(chance, rows):
    made = []
    for _ in range(rows + 4):
        quality = chance.random()
        scores = {trait: half(1.5 + 3 * quality + chance.gauss(0, 0.4), 1.0, 5.0) for trait in TRAITS}
        made.append({"text_id": hexadecimal(chance, 12, upper=True), "full_text": text(chance, quality, 30), **scores})
    train, test = parted(made, 4, *TRAITS)
    return {"train": train, "test": test, "sample_submission": [{"text_id": row["text_id"], **dict.fromkeys(TRAITS, 3.0)} for row in test]}


def toxic_comments(chance, rows):
    made = []
    for number in range(rows + 6):
        marks = {label: int(number % (3 + place) == 0) for place, label in enumerate(RUDE)}
        words = [RUDE[label] for label, mark in marks.items() if mark] * 2 + [chance.choice(PLAIN) for _ in range(10)]
        chance.shuffle(words)
        made.append({"id": hexadecimal(chance, 16), "comment_text": '"' + " ".join(words) + '"\n\nsee ' + chance.choice(TOPICS), **marks})
    train, test = parted(made, 6, *RUDE)
    return {"train": train, "test": test, "sample_submission": [{"id": row["id"], **dict.fromkeys(RUDE, 0.5)} for row in test]}


def readability(chance, rows):
    made = []
    for number in range(rows + 4):
        quality = chance.random()
        link, licence = ("https://example.org/text", "CC BY 4.0") if number % 4 == 0 else ("", "")
        made.append({"id": hexadecimal(chance, 9), "url_legal": link, "license": licence, "excerpt": text(chance, quality, 25) + "\n" + text(chance, quality, 15),
                     "target": round(1 - 4 * quality + chance.gauss(0, 0.3), 9), "standard_error": round(chance.uniform(0.42, 0.62), 9)})
    made[0] |= {"target": 0.0, "standard_error": 0.0}
    train, test = parted(made, 4, "target", "standard_error")
    return {"train": train, "test": test, "sample_submission": [{"id": row["id"], "target": 0.0} for row in test]}


def patent_phrases(chance, rows):
    made = []
    for number in range(rows + 6):
        anchor = f"{TOPICS[number % 8]} {RARE[number % 8]}"
        score = (number // 8 % 5) / 4
        target = {0.0: sentence(chance, PLAIN, 2), 0.25: f"{chance.choice(PLAIN)} {RARE[(number + 1) % 8]}", 0.5: f"{TOPICS[number % 8]} {chance.choice(PLAIN)}",
                  0.75: f"{anchor} {chance.choice(PLAIN)}", 1.0: anchor}[score]
        made.append({"id": hexadecimal(chance, 16), "anchor": anchor, "target": target, "context": chance.choice(["A47", "F16", "H04", "C07"]), "score": score})
    train, test = parted(made, 6, "score")
    return {"train": train, "test": test, "sample_submission": [{"id": row["id"], "score": 0} for row in test]}


MAKERS = {maker.__name__.replace("_", "-"): maker for maker in (
    predict_the_llm, lmsys_chatbot_arena, detect_ai_text, essay_scoring, math_misunderstandings, english_learners,
    toxic_comments, readability, patent_phrases)}


def write(folder, tables):
    """CSV as pandas writes it: quotes where needed, lines that end with a newline alone."""
    folder.mkdir(parents=True)
    for name, rows in tables.items():
        with open(folder / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


def make(folder, rows=42, names=MAKERS):
    """Every recipe of these names beside its tables, in folders of their own that must not be there yet."""
    for name in names:
        write(folder / name / "data", MAKERS[name](random.Random(name), rows))
        for path in (HERE / name).iterdir():
            if path.is_file():
                shutil.copy(path, folder / name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=42, help="of each training table")
    arguments = parser.parse_args()
    make(arguments.folder, arguments.rows)
