"""The kind `explore`: a look at the texts before anything is trained: clusters, a map, near-duplicates, lengths by label.

A question is a group's prompt, or each row's answer where there is no prompt; of texts with other names, those that the rows of a
group share. The report is for people: no step reads it, so it
may look at labels and at the test's texts. Knows no model: where one has read the texts, its vectors are an input.
"""

import re

from ..files import formats
from ..protocol.step import invalid
from ..texts import clusters, rowtexts

COMPONENTS = 32
PAIRS = 200  # near-duplicates that are listed, the nearest first; all are counted
BLOCK = 512  # questions compared at a time
WORDS = 8  # that describe a cluster


def run(step):
    import numpy as np
    texts, rows, folds = formats.read_texts(step.input("texts")), formats.read_labelled(step.source("rows")), formats.read_json(step.input("folds"))
    others = formats.read_texts(step.input("texts-test")) if step.has("texts-test") else []
    if not texts or len(rows["ids"]) != len(texts) or len(folds["folds"]) != len(texts):
        raise invalid(f"{step.title('texts')} and {step.title('rows')} are of two tables, or empty")
    names = asked(texts, rows["groups"])
    words = joined(texts, names)
    mine, tests = questions(words, rows["groups"]), questions(joined(others, names), None)
    matrix, maker = vectors([text for _, text in mine], [text for _, text in tests])
    step.channel.progress(1, 4, "parts", "clusters")
    matrix_of_mine = matrix[:len(mine)]
    points, explained = places(step, matrix_of_mine) if not step.has("vectors") else (embedded(step, mine, words, rows["groups"]), 1.0)
    report = {"column": ", ".join(names), "questions": len(mine), "explained": round(explained, 6)} | clustered(step, points, matrix_of_mine, maker, mine)
    step.channel.progress(2, 4, "parts", "near-duplicates")
    pairs = near(matrix, len(mine), step.parameters.near)
    report["near-duplicates"] = [described(pair, mine, tests, rows, folds["folds"]) for pair in pairs[:PAIRS]]
    parted = [p for p in (described(pair, mine, tests, rows, folds["folds"]) for pair in pairs)
              if "folds" in p and p["folds"][0] != p["folds"][1]]
    report["counts"] = {
        "pairs": len(pairs), "with-test": sum(j >= len(mine) for _, j, _ in pairs), "across-folds": len(parted),
        "across-folds-alike": sum(bool(p["labels"]) or rows["labels"] is None for p in parted)}
    step.channel.progress(3, 4, "parts", "lengths")
    report["lengths"] = lengths(texts, rows, step.parameters.labels)
    report["advice"] = advice(report)
    formats.write_json(step.outputs / "report", report)
    step.channel.progress(4, 4, "parts")
    metrics = report["counts"] | {"questions": len(mine), "clusters": len(report["clusters"])}
    if report["advice"]:
        metrics["warnings"] = report["advice"]
    return {"metrics": metrics | {"spread": float(np.round(report["explained"], 4))}}


def asked(texts, groups):
    """The names of the texts that a question is made of."""
    if rowtexts.is_short(texts[0]):
        return ["prompt" if "prompt" in texts[0] else "answer"]
    return rowtexts.telling(texts, groups)


def joined(texts, names):
    """Of each row these texts as one."""
    return ["\n".join(text[name] for name in names) for text in texts]


def questions(words, groups):
    """[(first row, text)]: each group once, or each different text once where there are no groups. words: a text for each row."""
    first = {}
    for row, text in enumerate(words):
        first.setdefault(text if groups is None else groups[row], row)
    return [(row, words[row]) for row in sorted(first.values())]


def vectors(texts, others):
    """Unit TF-IDF vectors of words and pairs of words, of all the texts: (sparse matrix [texts + others, terms], the vectorizer)."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    maker = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")
    try:
        return maker.fit_transform([*texts, *others]), maker
    except ValueError:
        raise invalid("there are no words in the texts, so there is nothing to explore: leave explore out") from None


def places(step, matrix):
    """The leading directions of the TF-IDF vectors [questions, size], and the share of the variance that they explain."""
    from threadpoolctl import threadpool_limits
    size = min(COMPONENTS, min(matrix.shape) - 1)
    if size < 2:
        raise invalid(f"{matrix.shape[0]} questions are too few to explore: three different ones are needed")
    with threadpool_limits(step.threads):
        return clusters.directions(matrix, size)


def embedded(step, mine, words, groups):
    """The mean of an extractor's embeddings over the rows of each question: [questions, dimensions]."""
    import numpy as np
    names, values = formats.read_features(step.source("vectors"), len(words))
    chosen = [place for place, name in enumerate(names) if ".embedding-" in name]
    if len(chosen) < 2 or len(mine) < 3:
        raise invalid(f"{len(mine)} questions of {len(chosen)} dimensions are too few to explore: it takes three of two")
    keys = words if groups is None else groups
    numbers = {keys[row]: number for number, (row, _) in enumerate(mine)}
    of = np.array([numbers[key] for key in keys])  # [rows]
    sums = np.zeros((len(mine), len(chosen)))
    np.add.at(sums, of, values[:, chosen].astype(np.float64))
    return sums / np.bincount(of)[:, None]


def clustered(step, points, matrix, maker, mine):
    """k-means on the points, their first two directions as a map, and the words of `matrix` that tell clusters apart."""
    import numpy as np
    from threadpoolctl import threadpool_limits
    scale = 2.0 ** np.ceil(np.log2(max(np.abs(points).max(), 1e-9)))
    points = clusters.rounded(points / scale)
    with threadpool_limits(step.threads):
        labels, centres = clusters.k_means(points, min(step.parameters.clusters, len(points)))
        flat = clusters.plane(points) * scale
    terms, parts = maker.get_feature_names_out(), []
    for number, centre in enumerate(centres):
        own = np.flatnonzero(labels == number)
        weight = clusters.rounded(np.asarray(matrix[own].mean(axis=0) - matrix.mean(axis=0)).ravel())
        nearest = own[np.argsort(clusters.distances(points[own], centre[None])[:, 0], kind="stable")[:3]]
        parts.append({"size": len(own), "words": [str(terms[i]) for i in np.argsort(-weight, kind="stable")[:WORDS] if weight[i] > 0],
                      "examples": [shortened(mine[i][1]) for i in nearest]})
    spots = [{"row": mine[i][0], "x": round(float(x), 5) + 0.0, "y": round(float(y), 5) + 0.0, "cluster": int(labels[i])}
             for i, (x, y) in enumerate(flat)]
    return {"clusters": parts, "map": spots}


def near(matrix, mine, least):
    """[(i, j, cosine)], i < j, i a training question, from the nearest on."""
    import numpy as np
    pairs = []
    for start in range(0, mine, BLOCK):
        block = (matrix[start:min(start + BLOCK, mine)] @ matrix.T).tocoo()
        kept = (block.data >= least - 1e-9) & (block.col > block.row + start)
        pairs += zip((block.row[kept] + start).tolist(), block.col[kept].tolist(), np.minimum(block.data[kept], 1.0).tolist())
    return sorted(pairs, key=lambda p: (-round(p[2], 9), p[0], p[1]))


def described(pair, mine, tests, rows, folds):
    """Rows count from 1, as in every message about a table."""
    i, j, cosine = pair
    one = mine[i][0]
    found = {"cosine": round(cosine, 4), "row": one + 1, "text": shortened(mine[i][1])}
    if j >= len(mine):
        return found | {"test-row": tests[j - len(mine)][0] + 1, "other": shortened(tests[j - len(mine)][1])}
    other = mine[j][0]
    return found | {"other-row": other + 1, "other": shortened(mine[j][1]), "folds": [folds[one], folds[other]],
                    "labels": sorted(set(labels(rows, one)) & set(labels(rows, other)))}


def labels(rows, row):
    """The labels of a row's group."""
    if rows["labels"] is None:  # numbers are predicted
        return []
    if rows["groups"] is None:
        return [rows["labels"][row]]
    return [label for label, group in zip(rows["labels"], rows["groups"], strict=True) if group == rows["groups"][row]]


def lengths(texts, rows, names):
    """Words of the answer (of all the texts, where they have other names) by label: count, mean, and the least, quartiles and greatest.
    Numbers have no labels to part rows by."""
    import numpy as np
    if rows["labels"] is None:
        return []
    read = rowtexts.described(texts[0])
    words, truth = np.array([sum(len(text[name].split()) for name in read) for text in texts]), np.asarray(rows["labels"])
    return [{"label": name, "rows": int((truth == index).sum()), "mean": round(float(words[truth == index].mean()), 2),
             "quartiles": [float(q) for q in np.quantile(words[truth == index], [0, 0.25, 0.5, 0.75, 1])]}
            for index, name in enumerate(names) if (truth == index).any()]


def advice(report):
    """What the look suggests, in sentences."""
    counts, found = report["counts"], []
    if counts["across-folds-alike"]:
        pair = next((p for p in report["near-duplicates"] if "folds" in p and p["folds"][0] != p["folds"][1] and (p["labels"] or not report["lengths"])), None)
        where = f", such as rows {pair['row']} and {pair['other-row']}" if pair else ""
        found.append(f"{counts['across-folds-alike']} pairs of near-duplicate questions lie in different folds{' and share labels' * bool(report['lengths'])}{where}: give "
                     "them one value in the column data.columns.group, and use folds that keep groups whole")
    if counts["with-test"]:
        pair = next((p for p in report["near-duplicates"] if "test-row" in p), None)
        where = f", such as row {pair['row']} of train and row {pair['test-row']} of test" if pair else ""
        found.append(f"{counts['with-test']} pairs of near-duplicate questions lie in train and test{where}: scores on such test rows say less "
                     "about new questions")
    means = [entry["mean"] for entry in report["lengths"]]
    if means and max(means) > 1.5 * max(min(means), 1e-9):
        most, least = (f(report["lengths"], key=lambda e: e["mean"]) for f in (max, min))
        found.append(f"answers of label {most['label']} have {most['mean']:g} words in the mean and those of {least['label']} {least['mean']:g}: "
                     "the feature length will help, and lengths that cut answers will cost")
    return found


def shortened(text, limit=100):
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= limit else text[:limit] + "..."
