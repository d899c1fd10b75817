"""Retrieves for each wrong answer the misconceptions that are nearest by its words, as a table that a recipe reads.

    python candidates.py data                                  # before: the tables
    python candidates.py data --ranked submission.csv ranked.csv  # after: the candidates of each answer by their probability

Reads train.csv, test.csv and misconception_mapping.csv as the competition gives them; writes candidates-train.csv and
candidates-test.csv beside them, with a row for each candidate: which question and answer it is of, the texts, and of training
answers whether it is the right one (`right`), which is always among them, and the fold of the question. TF-IDF is the simplest
retriever there is; who has a better one writes the same columns. Needs scikit-learn. Knows the competition's tables, and nothing
of recipes.
"""

import argparse
import csv
import pathlib
import zlib

from sklearn.feature_extraction.text import TfidfVectorizer


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answers(rows):
    """A row for each wrong answer, with the number of its misconception where the table has one ("1672.0" is 1672)."""
    for row in rows:
        for letter in "ABCD":
            held = row.get(f"Misconception{letter}Id", "" if "MisconceptionAId" in row else "?")
            if letter != row["CorrectAnswer"] and held:
                yield {
                    "QuestionId_Answer": f"{row['QuestionId']}_{letter}", "QuestionId": row["QuestionId"], "ConstructName": row["ConstructName"],
                    "SubjectName": row["SubjectName"], "QuestionText": row["QuestionText"], "CorrectText": row[f"Answer{row['CorrectAnswer']}Text"],
                    "AnswerText": row[f"Answer{letter}Text"], "held": None if held == "?" else int(float(held))}


def candidates(asked, names, vectorizer, matrix, count, folds):
    """Rows of the table: for each answer its `count` nearest misconceptions, the right one in the last place where it is not near."""
    queries = vectorizer.transform(" ".join([row["ConstructName"], row["SubjectName"], row["QuestionText"], row["AnswerText"]]) for row in asked)
    for row, scores in zip(asked, (queries @ matrix.T).toarray()):
        held = row.pop("held")
        chosen = sorted(range(len(names)), key=lambda number: (-scores[number], number))[:count]
        if held is not None and held not in chosen:
            chosen[-1] = held
        for number in sorted(chosen):
            right = {} if held is None else {"right": int(number == held), "fold": zlib.crc32(row["QuestionId"].encode()) % folds}
            yield {"row_id": f"{row['QuestionId_Answer']}_{number}", **row, "MisconceptionId": number, "MisconceptionName": names[number], **right}


def rank(folder, submission, out):
    """A submission of the recipe, which has a probability for each candidate, in the competition's form."""
    chances = {row["row_id"]: float(row["right"]) for row in read(submission)}
    held = {}
    for row in read(folder / "candidates-test.csv"):
        held.setdefault(row["QuestionId_Answer"], []).append((-chances[row["row_id"]], int(row["MisconceptionId"])))
    with open(out, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["QuestionId_Answer", "MisconceptionId"])
        writer.writerows([answer, " ".join(str(number) for _, number in sorted(own))] for answer, own in held.items())


def retrieve(folder, count, folds):
    names = {int(row["MisconceptionId"]): row["MisconceptionName"] for row in read(folder / "misconception_mapping.csv")}
    names = [names[number] for number in sorted(names)]
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    matrix = vectorizer.fit_transform(names)
    for table in ("train", "test"):
        rows = list(candidates(list(answers(read(folder / f"{table}.csv"))), names, vectorizer, matrix, count, folds))
        with open(folder / f"candidates-{table}.csv", "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=25, help="candidates of an answer")
    parser.add_argument("--folds", type=int, default=5, help="folds, of whole questions")
    parser.add_argument("--ranked", nargs=2, type=pathlib.Path, metavar=("SUBMISSION", "OUT"), help="what the recipe wrote, and where its ranks go")
    arguments = parser.parse_args()
    if arguments.ranked:
        rank(arguments.folder, *arguments.ranked)
    else:
        retrieve(arguments.folder, arguments.count, arguments.folds)
