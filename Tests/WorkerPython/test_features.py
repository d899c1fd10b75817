"""Features of texts, against counts made by hand, pandas and scikit-learn, and what the step says when it cannot make them."""

import json
import math
import zlib

import numpy as np
import pytest
from ablate_worker.files import formats
from ablate_worker.kinds import features
from ablate_worker.texts import groups, textstats
from conftest import digest, inputs
from safetensors import safe_open

TEXTS = [
    {"prompt": "Name two seas, please", "answer": "Name two seas: **the Baltic** sea.\n\n- calm\n- grey\n\n1. See https://sea.org\n"},
    {"prompt": "Name two seas, please", "answer": ""},
    {"prompt": "Why? Really, why?", "answer": "# Because\n```\ncode_here\n```\n[it](http://is.so) IS 42 \u2014 \u00abso\u00bb\u2026"},
]
GROUPS = [0, 0, 1]


@pytest.fixture
def table(tmp_path):
    """Makes {texts, rows} of given texts and groups."""
    def make(texts=TEXTS, codes=GROUPS, labels=None):
        formats.write_texts(tmp_path / "texts", texts)
        ids = [str(row) for row in range(len(texts))]
        formats.write_json(tmp_path / "rows", {"ids": ids, "labels": labels, "groups": codes, "weights": None, "classes": 3})
        return {"texts": tmp_path / "texts", "rows": tmp_path / "rows"}
    return make


def read(path):
    """{name: values} of a features file."""
    with safe_open(path, framework="numpy") as file:
        names, rows, values = json.loads(file.metadata()["names"]), file.get_tensor("rows"), file.get_tensor("values")
    assert rows.tolist() == list(range(len(values))) and values.dtype == np.float32 and values.shape == (len(rows), len(names))
    return dict(zip(names, values.T, strict=True))


def make(worker, wanted, given, **parameters):
    outputs, result = worker.run("features", {"features": wanted, **parameters}, given)
    found = read(outputs / "features")
    assert result["metrics"] == {"rows": len(next(iter(found.values()))), "columns": len(found)}
    return found


def check(found, **expected):
    for name, values in expected.items():
        name = name.replace("__", ".").replace("_", "-")
        np.testing.assert_allclose(found[name], values, rtol=1e-6, err_msg=name)


def test_counts_are_those_made_by_hand(worker, table):
    found = make(worker, ["length", "punctuation", "casing", "markup"], table())
    sizes = [len(text["answer"]) for text in TEXTS]
    assert sizes == [74, 0, 60]
    check(found, prompt__characters=[21, 21, 17], answer__characters=sizes, answer__words=[13, 0, 10], answer__lines=[7, 0, 5],
          prompt__words=[4, 4, 3], prompt__word_length=[18 / 4, 18 / 4, 15 / 3])
    check(found, answer__period=[3, 0, 1], answer__period__share=[3 / 74, 0, 1 / 60], answer__colon=[2, 0, 1],
          answer__asterisk=[4, 0, 0], answer__backtick=[0, 0, 6], answer__quote=[0, 0, 2], answer__dash=[0, 0, 1],
          answer__ellipsis=[0, 0, 1], answer__bracket=[0, 0, 2], answer__parenthesis=[0, 0, 2], answer__underscore=[0, 0, 1],
          answer__slash=[2, 0, 2], answer__hyphen=[2, 0, 0], answer__comma=[0, 0, 0])
    check(found, answer__bullets=[2, 0, 0], answer__numbered=[1, 0, 0], answer__headings=[0, 0, 1], answer__fences=[0, 0, 2],
          answer__bold=[1, 0, 0], answer__links=[0, 0, 1], answer__urls=[1, 0, 1], answer__paragraphs=[2, 0, 0])
    check(found, answer__digits__share=[1 / 74, 0, 2 / 60], answer__all_capitals__share=[0, 0, 1 / 8],
          answer__beyond_ascii__share=[0, 0, 4 / 60], answer__begins_uppercase=[1, 0, 0], answer__ends_with_mark=[0, 0, 0])
    marks = [name for name in found if name.split(".")[1] in textstats.MARKS and not name.endswith("share")]
    np.testing.assert_array_equal(found["answer.marks"], sum(found[name] for name in marks))
    assert len(marks) == len(textstats.MARKS)


def test_overlap_and_compression(worker, table):
    found = make(worker, ["overlap", "compression"], table())
    said = {"name", "two", "seas", "the", "baltic", "sea", "calm", "grey", "1", "see", "https", "org"}  # "sea" is there twice
    check(found, overlap__of_answer=[3 / len(said), 0, 0], overlap__of_prompt=[3 / 4, 0, 0], overlap__jaccard=[3 / 13, 0, 0],
          overlap__prefix_words=[3, 0, 0])
    np.testing.assert_allclose(found["overlap.2-grams"], [2 / 12, 0, 0], rtol=1e-6)  # 13 words have 12 pairs
    np.testing.assert_allclose(found["overlap.3-grams"], [1 / 11, 0, 0], rtol=1e-6)
    size = lambda text: len(zlib.compress(text.encode(), 6))
    answer = TEXTS[0]["answer"]
    np.testing.assert_allclose(found["answer.compression"][:2], [size(answer) / 74, 0], rtol=1e-6)
    np.testing.assert_allclose(found["answer.compression-after-prompt"][0],
                               (size(f"{TEXTS[0]['prompt']}\n{answer}") - size(TEXTS[0]["prompt"] + "\n")) / 74, rtol=1e-6)
    assert found["answer.compression-after-prompt"][0] < found["answer.compression"][0]


def test_tokens_are_counted_where_there_are_any(worker, dataset):
    found = make(worker, ["length"], inputs(dataset, "texts", "rows", "tokens"))
    columns, _ = formats.read_tokens(dataset["tokens"])
    for column in ("prompt", "answer"):
        np.testing.assert_array_equal(found[f"{column}.tokens"], np.diff(columns[column][1]))
    assert "answer.tokens" not in make(worker, ["length"], inputs(dataset, "texts", "rows"))


def test_group_statistics_are_those_of_pandas():
    pandas = pytest.importorskip("pandas")
    chance = np.random.default_rng(0)
    codes = chance.permutation(np.repeat(np.arange(60), chance.integers(1, 12, 60)))
    values = np.stack([chance.normal(size=len(codes)), chance.integers(0, 3, len(codes)), np.full(len(codes), 0.1),
                       np.where(chance.random(len(codes)) < 0.4, np.nan, chance.integers(0, 5, len(codes)))], axis=1)
    found = groups.statistics(values, codes).reshape(len(codes), 4, 7)
    for column in range(4):
        series = pandas.Series(values[:, column])
        grouped = series.groupby(codes)
        several = grouped.transform("count") > 1
        rank = ((grouped.rank() - 1) / (grouped.transform("count") - 1)).where(several, 0.5).where(series.notna())
        std = grouped.transform(lambda group: group.std(ddof=0))
        expected = [*(grouped.transform(name) for name in ("mean", "median", "min", "max")), std, rank,
                    series - grouped.transform("mean")]
        for name, one, other in zip(groups.STATISTICS, found[:, column].T, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=f"column {column}, {name}")
    assert np.isnan(found[:, 3]).any() and (found[:, 2, 4] == 0).all() and (found[:, 2, 6] == 0).all()


def test_statistics_follow_rows_that_change_places():
    chance = np.random.default_rng(1)
    values, codes, order = chance.normal(size=(40, 2)), chance.integers(0, 6, 40), chance.permutation(40)
    renamed = 100 - codes  # codes are names, no more
    found = groups.statistics(values, codes)
    np.testing.assert_allclose(found[order], groups.statistics(values[order], renamed[order]), rtol=1e-12, atol=1e-15)


def test_group_statistics_describe_what_is_named_before_them(worker, table):
    found = make(worker, ["length", "group-statistics", "compression"], table())
    check(found, answer__characters__group_mean=[37, 37, 60], answer__characters__group_max=[74, 74, 60],
          answer__characters__group_rank=[1, 0, 0.5], answer__characters__group_difference=[37, -37, 0])
    assert not any(name.startswith(("prompt.characters.group", "answer.compression.group")) for name in found)
    names = list(found)
    assert names.index("answer.word-length") < names.index("answer.characters.group-mean") < names.index("answer.compression")


def test_other_steps_features_come_first_and_have_statistics(worker, table, tmp_path):
    formats.write_features(tmp_path / "rating", ["rating"], [3, math.nan, 5])
    found = make(worker, ["group-statistics"], table() | {"features.rating": tmp_path / "rating"})
    np.testing.assert_array_equal(found["rating"], [3, np.nan, 5])
    np.testing.assert_array_equal(found["rating.group-mean"], [3, 3, 5])
    np.testing.assert_array_equal(found["rating.group-rank"], [0.5, np.nan, 0.5])


def test_tfidf_components_are_fitted_on_the_reference_alone(worker, dataset, table):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    reference = [text["answer"] for text in formats.read_texts(dataset["texts"])]
    texts = [{"answer": "the sea was grey"}, {"answer": "red numbers add up"}, {"answer": "unheard"}]
    found = make(worker, ["tfidf"], table(texts) | {"reference": dataset["texts"]}, components=5)
    maker = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"\w+|[^\w\s]")
    svd = TruncatedSVD(5, algorithm="arpack", random_state=0).fit(maker.fit_transform(reference))
    expected = svd.transform(maker.transform(text["answer"] for text in texts))
    assert list(found) == [f"answer.tfidf-{i}" for i in range(5)]
    np.testing.assert_allclose(np.stack(list(found.values()), axis=1), expected, atol=1e-6)
    assert not np.stack(list(found.values()))[:, 2].any() and np.abs(expected[:2]).max() > 0.1


def test_columns_do_not_depend_on_the_texts(worker, table, dataset):
    wanted, more = [n for n in features.NAMES if n not in ("extra", "group-statistics")] + ["group-statistics"], {"reference": dataset["texts"]}
    one = make(worker, wanted, table() | more, components=4)
    other = make(worker, wanted, table([{"prompt": "", "answer": ""}] * 2, [0, 1]) | more, components=4)
    assert list(one) == list(other) and all(np.isfinite(values).all() for values in (*one.values(), *other.values()))


def test_equal_inputs_are_equal_bytes_and_labels_are_not_read(fresh, worker, dataset, tmp_path):
    wanted = ["length", "punctuation", "casing", "markup", "overlap", "compression", "tfidf", "group-statistics"]
    given = inputs(dataset, "texts", "rows", "tokens", reference=dataset["texts"])
    first = digest(worker.run("features", {"features": wanted, "components": 8}, given)[0])
    rows = formats.read_json(dataset["rows"])
    formats.write_json(tmp_path / "rows", rows | {"labels": rows["labels"][::-1], "weights": [2.0] * len(rows["ids"])})
    changed = given | {"rows": tmp_path / "rows"}
    assert digest(fresh().run("features", {"features": wanted, "components": 8}, changed)[0]) == first


def test_faults(worker, table, tmp_path):
    given = table()

    def fails(wanted, words, given=given, **parameters):
        failure = worker.fails("features", {"features": wanted, **parameters}, given)
        assert failure.kind == "invalid-input" and words in failure.message, failure.message
    fails(["size"], "there is no feature 'size'; there are length, ")
    fails(["length", "length"], "named twice")
    fails([], "no feature is named")
    fails(["group-statistics", "length"], "it is named first")
    fails(["tfidf"], "needs the input 'reference'")
    fails(["tfidf"], "components is 900", given | {"reference": given["texts"]}, components=900)
    fails(["length", "group-statistics"], "rows has none: name their column in data.columns.group", table(codes=None))
    formats.write_texts(tmp_path / "texts", TEXTS[:2])
    fails(["length"], "rows has 3 rows and texts 2", given)
    formats.write_texts(tmp_path / "texts", [{"answer": "a"}] * 3)
    fails(["overlap"], "texts has only answer", given)
    formats.write_features(tmp_path / "other", ["rating"], [1, 2])
    fails(["length"], "other has features of 2 rows, and the table has 3", given | {"features.other": tmp_path / "other"})
    formats.write_features(tmp_path / "other", ["answer.words"], [1, 2, 3])
    fails(["length"], "two features have the name 'answer.words'", given | {"features.other": tmp_path / "other"})
