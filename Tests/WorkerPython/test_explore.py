"""A look at texts, beside scikit-learn and counts made by hand."""

import json

import numpy as np
import pytest
from ablate_worker.files import formats
from conftest import ingest
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer

SEAS = ["name the deepest sea of the north", "name the coldest sea of the south", "which sea has the most salt"]
BREAD = ["how long must bread dough rest", "which flour is best for bread", "why does sour dough bread rise"]
NEAR = "name the deepest sea of the north please"


@pytest.fixture
def given(tmp_path):
    """Seven questions of two rows each; the last is nearly the first, and lies in another fold."""
    questions = [*SEAS, *BREAD, NEAR]
    texts = [{"prompt": q, "answer": "word " * (2 if label == 0 else 6)} for q in questions for label in (0, 1)]
    formats.write_texts(tmp_path / "texts", texts)
    formats.write_texts(tmp_path / "texts-test", [{"prompt": q, "answer": "x"} for q in (BREAD[0].upper() + "?", "a wholly different matter")])
    formats.write_json(tmp_path / "rows", {"ids": [str(i) for i in range(14)], "labels": [0, 1] * 7, "weights": None, "classes": 2,
                                           "groups": [i // 2 for i in range(14)]})
    formats.write_json(tmp_path / "folds", {"count": 2, "folds": [0] * 8 + [1] * 6})
    return {name: tmp_path / name for name in ("texts", "rows", "folds", "texts-test")}


def look(worker, given, **changes):
    outputs, result = worker.run("explore", {"clusters": 2, "near": 0.75, "labels": ["short", "long"]} | changes, given)
    return json.loads((outputs / "report").read_text()), result["metrics"]


def test_clusters_are_the_two_matters_and_the_map_is_that_of_the_points(worker, given):
    report, _ = look(worker, given)
    by_row = {place["row"]: place["cluster"] for place in report["map"]}
    assert sorted(by_row) == list(range(0, 14, 2))
    assert len({by_row[row] for row in (0, 2, 12)}) == 1 and len({by_row[row] for row in (6, 10)}) == 1 and by_row[0] != by_row[6]
    assert sum(cluster["size"] for cluster in report["clusters"]) == 7
    words = {word for cluster in report["clusters"] for word in cluster["words"]}
    assert {"sea", "bread"} <= words


def test_near_duplicates_have_the_cosine_of_sklearn_and_their_rows(worker, given):
    report, metrics = look(worker, given)
    texts = [*SEAS, *BREAD, NEAR, BREAD[0].upper() + "?", "a wholly different matter"]
    matrix = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+").fit_transform(texts)
    cosine = (matrix @ matrix.T).toarray()
    assert [(pair["row"], pair.get("other-row"), pair.get("test-row")) for pair in report["near-duplicates"]] == [(7, None, 1), (1, 13, None)]
    np.testing.assert_allclose([pair["cosine"] for pair in report["near-duplicates"]], [1, cosine[0, 6]], atol=1e-4)
    assert report["near-duplicates"][1]["folds"] == [0, 1] and report["near-duplicates"][1]["labels"] == [0, 1]
    assert (metrics["pairs"], metrics["with-test"], metrics["across-folds"], metrics["across-folds-alike"]) == (2, 1, 1, 1)
    strict, _ = look(worker, given, near=0.99)
    assert len(strict["near-duplicates"]) == 1


def test_an_extractors_vectors_take_the_place_of_tfidf_in_clusters_and_map_alone(worker, given, tmp_path):
    """Vectors that say the contrary of the words: even questions beside each other, odd ones far away."""
    rng = np.random.default_rng(3)
    centres = np.array([[5.0, 0, 0], [-5.0, 0, 0]])[np.arange(14) // 2 % 2]
    values = (centres + rng.normal(size=(14, 3)) * [0.1, 0.5, 0.05]).astype(np.float32)
    names = ["r.log-likelihood", "r.embedding-0", "r.embedding-1", "r.embedding-2"]
    formats.write_features(tmp_path / "vectors", names, np.column_stack([rng.normal(size=14) * 100, values]).astype(np.float32))
    report, metrics = look(worker, given | {"vectors": tmp_path / "vectors"})
    plain, _ = look(worker, given)
    by_row = {place["row"]: place for place in report["map"]}
    assert [len({by_row[row]["cluster"] for row in rows}) for rows in ((0, 4, 8, 12), (2, 6, 10))] == [1, 1]
    assert by_row[0]["cluster"] != by_row[2]["cluster"] and metrics["spread"] == 1
    means = PCA(2).fit_transform(values.astype(np.float64).reshape(7, 2, 3).mean(1))
    for axis, name in enumerate("xy"):
        found = np.array([by_row[row][name] for row in sorted(by_row)])
        np.testing.assert_allclose(np.abs(found), np.abs(means[:, axis]), atol=1e-4)
    assert {key: report[key] for key in ("near-duplicates", "counts", "lengths")} == {
        key: plain[key] for key in ("near-duplicates", "counts", "lengths")}


def test_lengths_by_label_and_advice(worker, given):
    report, metrics = look(worker, given)
    assert [(one["label"], one["rows"], one["mean"], one["quartiles"]) for one in report["lengths"]] == [
        ("short", 7, 2.0, [2.0] * 5), ("long", 7, 6.0, [6.0] * 5)]
    assert metrics["warnings"] == report["advice"] and len(report["advice"]) == 3
    assert "rows 1 and 13" in report["advice"][0] and "row 7 of train and row 1 of test" in report["advice"][1]
    assert "label long" in report["advice"][2]


def test_equal_inputs_give_equal_bytes_and_wordless_texts_are_refused(worker, given, tmp_path):
    assert look(worker, given) == look(worker, given)
    formats.write_texts(tmp_path / "empty", [{"prompt": "?!", "answer": "x"}] * 14)
    failure = worker.fails("explore", {"clusters": 2, "near": 0.9, "labels": ["a", "b"]},
                           {"texts": tmp_path / "empty", "rows": given["rows"], "folds": given["folds"]})
    assert failure.kind == "invalid-input" and "no words" in failure.message


def test_ingest_warns_of_one_question_in_two_groups(worker, tmp_path):
    (tmp_path / "t.csv").write_text("topic,Question,Response,target\nA,What is it?,x,0\nB,what  is IT,y,1\nB,what is it,z,1\nC,Another,w,0\n")
    columns = {"id": None, "prompt": "Question", "answer": "Response", "label": "target", "group": "topic", "weight": None}
    parameters = ["0", "1"]
    _, result = worker.run("ingest", ingest(columns=columns, labels=parameters, constraint=None), {"table": tmp_path / "t.csv"})
    [warning] = result["metrics"]["warnings"]
    assert "rows 1, 2 have the same question, 'What is it?'" in warning and "data.columns.group" in warning
    columns["group"] = "Question"
    (tmp_path / "u.csv").write_text("topic,Question,Response,target\nA,What is it?,x,0\nA,What is it?,y,1\nB,Another,x,1\n")
    _, result = worker.run("ingest", ingest(columns=columns, labels=parameters, constraint=None), {"table": tmp_path / "u.csv"})
    assert "warnings" not in result["metrics"]


ALIKE = [f"what is tr {i}?" for i in range(12)]  # each as far from every other: no direction is the first
CROSSED = [f"name the {a} sea of the {b}" for a in "deep cold salt blue wide".split() for b in "north south east west".split()]


def kernels():
    """Ways to multiply that this processor has, by OpenBLAS's names for them."""
    flags = open("/proc/cpuinfo").read().split()
    return ["Prescott", *(["Haswell"] if "avx2" in flags else []), *(["SkylakeX"] if "avx512f" in flags else [])]


@pytest.mark.parametrize("questions", [ALIKE, CROSSED], ids=["alike", "crossed"])
def test_a_look_is_the_same_whatever_the_processor_adds_up_first(fresh, tmp_path, questions):
    formats.write_texts(tmp_path / "texts", [{"prompt": q, "answer": "x"} for q in questions])
    count, reports = len(questions), []
    formats.write_json(tmp_path / "rows", {"ids": [str(i) for i in range(count)], "labels": [i % 2 for i in range(count)],
                                           "weights": None, "classes": 2, "groups": None})
    formats.write_json(tmp_path / "folds", {"count": 2, "folds": [i % 2 for i in range(count)]})
    given = {name: tmp_path / name for name in ("texts", "rows", "folds")}
    for kernel in kernels():
        for threads in (1, 2):
            worker = fresh(environment={"OPENBLAS_CORETYPE": kernel, "OPENBLAS_NUM_THREADS": str(threads)})
            outputs, _ = worker.run("explore", {"clusters": 3, "near": 0.9, "labels": ["a", "b"]}, given, threads=threads)
            reports.append((outputs / "report").read_bytes())
    assert len(set(reports)) == 1


@pytest.mark.parametrize("count", [300, 1800])
def test_directions_are_those_of_sklearn_but_for_their_sign(count):
    from ablate_worker.texts import clusters
    from sklearn.decomposition import TruncatedSVD
    chance = np.random.default_rng(5)
    texts = [" ".join(f"w{int(w)}" for w in chance.zipf(1.5, 12) % 400) for _ in range(count)]
    matrix = TfidfVectorizer(token_pattern=r"\w+").fit_transform(texts)
    points, share = clusters.directions(matrix, 6)
    svd = TruncatedSVD(6, algorithm="arpack", random_state=0)
    np.testing.assert_allclose(np.abs(points), np.abs(svd.fit_transform(matrix)), atol=1e-6)
    assert share == pytest.approx(svd.explained_variance_ratio_.sum(), abs=1e-6)


def test_k_means_ends_where_a_turn_changes_nothing_and_no_worse_than_sklearns():
    from ablate_worker.texts import clusters
    from sklearn.cluster import KMeans
    chance = np.random.default_rng(2)
    points = clusters.rounded(chance.normal(size=(200, 3)) + np.repeat(chance.normal(size=(5, 3)) * 4, 40, axis=0))
    labels, centres = clusters.k_means(points, 5)
    loss = ((points - centres[labels]) ** 2).sum()
    assert loss <= KMeans(5, n_init=10, random_state=0).fit(points).inertia_ * 1.001
    np.testing.assert_allclose(centres, [points[labels == i].mean(axis=0) for i in range(5)])
    assert list(np.bincount(labels)) == sorted(np.bincount(labels), reverse=True)
    assert len(clusters.k_means(np.zeros((6, 2)), 3)[1]) == 1  # equal points are one cluster, however many are asked for
