"""The target `choice`: one right row in each group. Losses, linear models and learners are those that others' code gives, whole groups stay
together on every way through a model, and tables whose groups are not so are told."""

import json
from types import SimpleNamespace

import lightgbm
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from ablate_worker.files import formats
from ablate_worker.models import batches, classifier, packing, tfidf
from ablate_worker.protocol.parameters import Scratch
from ablate_worker.protocol.step import Failure
from ablate_worker.stacking import learners
from ablate_worker.stacking.choicelearners import ChoiceSimplex
from ablate_worker.targets.choice import Choice, log_shares, shares
from ablate_worker.training import gradients, validation
from conftest import COLUMNS, TEMPLATE, TINY, finetune, ingest, inputs, predicting
from safetensors.numpy import load_file
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

CPU = torch.device("cpu")
SETTINGS = {"analyzer": "word", "ngrams": [1, 1], "min-count": 1, "regularization": 2.0}


def folds_of(dataset):
    return np.array(formats.read_json(dataset["folds"])["folds"])


def choices(dataset, folder, weights=None):
    """A `rows` file in which the row of the label a is the right one of its group, and what is true: right rows and groups [rows]."""
    rows = formats.read_json(dataset["rows"])
    right = (np.array(rows["labels"]) == 0).astype(float)
    formats.write_json(folder / "rows", rows | {"labels": None, "classes": 1, "numbers": right[:, None].tolist(), "weights": weights})
    return folder / "rows", right, np.array(rows["groups"])


def uneven(seed=0, groups=9):
    """Codes of groups of 1 to 5 rows, scattered, and a right row in each."""
    chance = np.random.default_rng(seed)
    codes = chance.permutation(np.repeat(np.arange(groups), chance.integers(1, 6, groups)))
    right = np.zeros(len(codes))
    for code in range(groups):
        right[chance.choice(np.flatnonzero(codes == code))] = 1
    return codes, right


def by_group(values, codes, rule):
    found = np.empty(len(codes))
    for code in np.unique(codes):
        found[codes == code] = rule(values[codes == code])
    return found


def test_shares_are_the_softmax_of_each_group():
    codes, _ = uneven(1)
    logits = np.random.default_rng(2).normal(0, 30, len(codes))
    np.testing.assert_allclose(shares(logits, codes), by_group(logits, codes, softmax), rtol=1e-13)
    found = log_shares(torch.from_numpy(logits), torch.from_numpy(codes))
    np.testing.assert_allclose(found.numpy(), by_group(logits, codes, log_softmax), rtol=1e-13, atol=1e-13)


def test_the_loss_is_the_cross_entropy_of_each_group(monkeypatch):
    monkeypatch.setattr("ablate_worker.targets.choice.CHUNK", 4)  # rows of one group in several chunks
    codes, right = uneven(3)
    goals = torch.from_numpy(np.stack([right, codes], axis=1).astype(np.int64))
    logits = torch.randn(len(codes), 1, dtype=torch.float64, requires_grad=True)
    Choice(1).loss(None)(logits, goals).sum().backward()
    mine, logits.grad = logits.grad, None
    expected = sum(F.cross_entropy(logits[codes == code, 0][None], torch.from_numpy(right[codes == code]).argmax()[None]) for code in np.unique(codes))
    expected.backward()
    assert Choice(1).loss(None)(logits, goals).sum().item() == pytest.approx(expected.item(), rel=1e-12)
    torch.testing.assert_close(mine, logits.grad)
    with pytest.raises(Failure, match="a loss of numbers"):
        Choice(1).loss("mse")


def model_of(packs):
    torch.manual_seed(4)
    scratch = {key.replace("-", "_"): value for key, value in TINY.items()}
    model = classifier.build(classifier.Blueprint(1, "last", scratch=Scratch(**scratch)), 4, CPU).eval()
    model.packs, model.loss = packs, Choice(1).loss(None)
    return model


def texts_of(codes, seed=5):
    """Rows of one group begin alike, as the candidates of one question do."""
    chance = np.random.default_rng(seed)
    prompts = {code: chance.integers(0, 320, chance.integers(9, 30)) for code in np.unique(codes)}
    return [np.concatenate([prompts[code], chance.integers(0, 320, chance.integers(1, 20))]).astype(np.int32) for code in codes]


@pytest.mark.parametrize(("packs", "share", "budget"), [
    (True, "on", 10**9), (True, "on", 60), (True, "off", 60), (False, "off", 10**9), (False, "off", 60), (False, "off", 1)])
def test_gradients_are_those_of_whole_groups_however_a_batch_is_split(packs, share, budget):
    codes, right = uneven(6)
    texts, model = texts_of(codes), model_of(packs)
    model.share = share
    weights = np.random.default_rng(7).uniform(0.5, 2, codes.max() + 1)
    data = gradients.Rows(texts, torch.from_numpy(np.stack([right, codes], axis=1).astype(np.int64)),
                          torch.from_numpy((weights[codes] * right)).float(), codes)
    chosen = np.flatnonzero(codes != 2)  # whole groups
    for part, _ in packing.micro_batches(model, [texts[i] for i in chosen], budget, CPU, codes[chosen]):
        inside = np.isin(codes, codes[chosen[part]]).sum()
        assert inside == len(part), "a group was divided"
    found = gradients.add_gradients(model, data, chosen, budget, CPU)
    mine = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    losses = []
    for code in np.unique(codes[chosen]):
        own = np.flatnonzero(codes == code)
        logits = torch.cat([model(torch.from_numpy(texts[i].astype(np.int64))[None], torch.tensor([len(texts[i])])) for i in own])[:, 0]
        losses.append(weights[code] * F.cross_entropy(logits[None], torch.tensor([int(right[own].argmax())])))
    expected = torch.stack(losses).mean()
    expected.backward()
    assert float(found) == pytest.approx(expected.item(), rel=1e-5)
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            torch.testing.assert_close(mine[name], parameter.grad, atol=2e-6, rtol=1e-4)


def test_each_draw_of_the_heads_dropout_has_a_loss_of_its_own():
    codes, right = uneven(8)
    texts, model = texts_of(codes), model_of(True).train()
    model.head_dropout, model.dropout_samples = 1e-9, 3  # draws that change nothing: the loss is that of one
    data = gradients.Rows(texts, torch.from_numpy(np.stack([right, codes], axis=1).astype(np.int64)), torch.from_numpy(right).float(), codes)
    several = float(gradients.add_gradients(model, data, np.arange(len(codes)), 10**9, CPU))
    model.head_dropout, model.dropout_samples = 0.0, 1
    assert several == pytest.approx(float(gradients.add_gradients(model, data, np.arange(len(codes)), 10**9, CPU)), rel=1e-5)


def test_a_process_of_several_computes_whole_groups():
    from ablate_worker.training.distributed import Team
    codes, right = uneven(9)
    texts, model = texts_of(codes), model_of(True)
    data = gradients.Rows(texts, None, None, codes)
    parts = [gradients.mine(model, data, np.arange(len(codes)), Team(rank, 3)) for rank in range(3)]
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(codes)))
    assert all(set(codes[one]).isdisjoint(codes[other]) for i, one in enumerate(parts) for other in parts[:i])
    assert data.units(np.arange(len(codes))) == 9 and data.largest(np.arange(len(codes)))[1] == "group"
    held = (texts, torch.from_numpy(np.stack([right, codes], axis=1).astype(np.int64)), torch.from_numpy(right))
    alone, seen = validation.log_loss(model, held, 4096, CPU, together=codes), []
    for rank in range(3):
        team = Team(rank, 3)
        team.sum = lambda numbers, device: numbers
        seen.append(validation.log_loss(model, held, 4096, CPU, team, codes))
    assert sum(seen) == pytest.approx(alone, rel=1e-6)


def test_the_cuts_of_rows_that_stay_together_cost_least():
    lengths, together = [30, 10, 10, 31, 9, 9], [0, 1, 1, 0, 2, 2]
    assert batches.split(lengths, 100, together=together) == [[0, 3, 1, 2][:2], [1, 2, 4, 5]]
    assert batches.split(lengths, 20, together=together) == [[0, 3], [1, 2], [4, 5]], "larger than the budget, and not divided"


@pytest.mark.parametrize("weighted", [False, True])
def test_a_linear_model_of_texts_is_a_conditional_logistic_regression(weighted, worker, dataset, tmp_path):
    folds, weights = folds_of(dataset), None
    if weighted:
        weights = np.random.default_rng(1).choice([0.5, 1.0, 4.0], 16)[formats.read_json(dataset["rows"])["groups"]].tolist()
    rows, right, groups = choices(dataset, tmp_path, weights)
    parameters = {"tfidf": SETTINGS, "template": TEMPLATE, "fold": 0, "classes": 1, "target": "choice"}
    model, _ = worker.run("fit", parameters, inputs(dataset, "texts", "folds", rows=rows))
    predictions, _ = worker.run("predict", parameters, inputs(dataset, "texts", "folds", rows=rows, model=model / "model"))
    texts = np.array(tfidf.fill(TEMPLATE, formats.read_texts(dataset["texts"])), object)
    features = TfidfVectorizer(lowercase=False, sublinear_tf=True).fit(texts[folds != 0])
    seen = torch.from_numpy(features.transform(texts[folds != 0]).toarray())
    coefficients = torch.zeros(seen.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([coefficients], max_iter=500, tolerance_grad=1e-9, tolerance_change=1e-14, line_search_fn="strong_wolfe")
    codes, marks = groups[folds != 0], right[folds != 0]
    own = np.ones(len(groups)) if weights is None else np.array(weights)

    def closure():
        optimizer.zero_grad()
        cost = coefficients.square().sum() / 2
        for code in np.unique(codes):
            mine = codes == code
            logits = seen[mine] @ coefficients
            cost = cost + 2.0 * own[groups == code][0] * F.cross_entropy(logits[None], torch.tensor([int(marks[mine].argmax())]))
        cost.backward()
        return cost
    optimizer.step(closure)
    logits = features.transform(texts[folds == 0]) @ coefficients.detach().numpy()
    found = load_file(predictions / "predictions")["probabilities"][:, 0]
    np.testing.assert_allclose(found, by_group(logits, groups[folds == 0], softmax), atol=2e-5)
    np.testing.assert_allclose(by_group(found, groups[folds == 0], np.sum), 1, atol=1e-6)


def test_of_two_candidates_it_is_a_logistic_regression_of_their_difference():
    chance = np.random.default_rng(3)
    features, first = chance.normal(size=(40, 2, 5)), chance.integers(0, 2, 40)
    truth = np.zeros((80, 2), int)
    truth[:, 1] = np.repeat(np.arange(40), 2)
    truth[np.arange(40) * 2 + first, 0] = 1
    coefficients, intercepts, _ = Choice(1).baseline(features.reshape(80, 5), truth, None, 0.7)
    expected = LogisticRegression(C=0.7, fit_intercept=False, tol=1e-10, max_iter=5000).fit(features[:, 1] - features[:, 0], first)
    np.testing.assert_allclose(coefficients, expected.coef_, atol=1e-5)
    assert intercepts == 0


def test_a_fine_tune_finds_the_right_candidate(worker, dataset, tmp_path):
    folds = folds_of(dataset)
    rows, right, groups = choices(dataset, tmp_path)
    parameters = finetune(scratch=TINY, lora=None, classes=1, target="choice", training={"epochs": 20, "validation": 0.2, "keep": "best"})
    model, result = worker.run("finetune", parameters, inputs(dataset, "tokens", "folds", rows=rows))
    predictions, _ = worker.run("predict", predicting(parameters, 0) | {"target": "choice"},
                                inputs(dataset, "tokens", "folds", rows=rows, model=model / "model"))
    found, codes, marks = load_file(predictions / "predictions")["probabilities"][:, 0], groups[folds == 0], right[folds == 0]
    np.testing.assert_allclose(by_group(found, codes, np.sum), 1, atol=1e-6)
    assert np.mean([marks[codes == code][found[codes == code].argmax()] for code in np.unique(codes)]) >= 0.75  # chance is 1/3
    assert result["metrics"]["validation-loss"] < 0.8 and result["metrics"]["steps"] == 20 * 3  # 9 groups are left, of which 3 are near 8 rows
    failure = worker.fails("predict", predicting(parameters, 0) | {"target": "choice"}, inputs(dataset, "tokens", "folds", model=model / "model"))
    assert "lacks its input 'rows'" in failure.message


def test_folds_that_part_a_group_are_told(worker, dataset, tmp_path):
    rows, _, _ = choices(dataset, tmp_path)
    formats.write_json(tmp_path / "folds", {"count": 2, "folds": [row % 2 for row in range(48)]})
    parameters = {"tfidf": SETTINGS, "template": TEMPLATE, "fold": 0, "classes": 1, "target": "choice"}
    failure = worker.fails("fit", parameters, inputs(dataset, "texts", rows=rows, folds=tmp_path / "folds"))
    assert "a group must be in one fold as a whole" in failure.message


def stacked(dataset, folder):
    """(inputs of a stack of two models, their probabilities [models, rows], right rows, groups)."""
    rows, right, groups = choices(dataset, folder)
    given, values = inputs(dataset, "folds", rows=rows), []
    for name, seed in (("a", 1), ("b", 2)):
        made = by_group(1.5 * right + np.random.default_rng(seed).normal(0, 1.2, len(right)), groups, softmax).astype(np.float32)
        formats.write_shares(folder / name, range(len(right)), made[:, None])
        given |= {f"oof.{name}": folder / name, f"test.{name}": folder / name}
        values.append(made.astype(float))
    return given | {"rows-test": rows}, np.array(values), right, groups


STACK = {"seeds": [3], "test": "mean", "classes": 1, "fold": None, "group-statistics": False, "target": "choice"}


def test_a_logistic_stack_is_conditional_within_groups(worker, dataset, tmp_path):
    given, values, right, groups = stacked(dataset, tmp_path)
    oof, result = worker.run("stack", STACK | {"learner": "logistic", "settings": {"regularization": 0.3}}, given)
    folds, x, expected, tested = folds_of(dataset), np.log(values.T), np.zeros(len(right)), []
    for fold in range(4):
        seen, held = folds != fold, folds == fold
        scaler = StandardScaler().fit(x[seen])
        z, codes, marks = scaler.transform(x), groups, right
        cost = lambda b: b @ b / 2 - 0.3 * sum(log_softmax(z[codes == code] @ b)[marks[codes == code].argmax()] for code in np.unique(codes[seen]))
        best = minimize(cost, np.zeros(2), tol=1e-10).x
        expected[held] = by_group(z[held] @ best, groups[held], softmax)
        tested.append(by_group(z @ best, groups, softmax))
    np.testing.assert_allclose(load_file(oof / "oof")["probabilities"][:, 0], expected, atol=1e-5)
    np.testing.assert_allclose(load_file(oof / "test")["probabilities"][:, 0], np.mean(tested, axis=0), atol=1e-5)
    assert result["metrics"]["log-loss"] == pytest.approx(-np.log(expected[right == 1]).mean(), rel=1e-4)


def test_trees_of_a_stack_are_binary_and_shared_in_groups(worker, dataset, tmp_path):
    given, values, right, groups = stacked(dataset, tmp_path)
    trees = {"learning-rate": 0.1, "leaves": 4, "min-rows": 3, "rounds": 20, "feature-share": 1.0, "row-share": 1.0, "early-stopping": None}
    oof, _ = worker.run("stack", STACK | {"learner": "lightgbm", "settings": trees}, given)
    settings = {"objective": "binary", "learning_rate": 0.1, "num_leaves": 4, "min_data_in_leaf": 3, "lambda_l2": 1.0, "max_bin": 63, "seed": 3,
                "deterministic": True, "force_row_wise": True, "num_threads": 1, "feature_pre_filter": False, "verbosity": -1}
    folds, x, expected = folds_of(dataset), np.log(values.T), np.zeros(len(right))
    for fold in range(4):
        seen, held = folds != fold, folds == fold
        given_odds = lightgbm.train(settings, lightgbm.Dataset(x[seen], right[seen]), 20).predict(x[held])
        odds = given_odds / (1 - given_odds)
        expected[held] = by_group(odds, groups[held], lambda own: own / own.sum())
    np.testing.assert_allclose(load_file(oof / "oof")["probabilities"][:, 0], expected, atol=1e-6)


def test_a_mixture_has_the_weights_of_least_loss_of_right_rows(dataset, tmp_path):
    _, values, right, groups = stacked(dataset, tmp_path)
    rows = learners.Rows(None, values[:, :, None], np.stack([right, groups], axis=1), np.ones(len(right)), groups)
    found = ChoiceSimplex(None, 1, 1).fit(rows, 0, None)
    loss = lambda w: -np.log(w * values[0, right == 1] + (1 - w) * values[1, right == 1]).mean()
    best = minimize(lambda w: loss(w[0]), [0.5], bounds=[(0, 1)], tol=1e-12).x[0]
    assert found[0] == pytest.approx(best, abs=1e-3) and loss(found[0]) <= loss(best) + 1e-9


def asking(role="train", weight=None):
    return ingest(role, columns=COLUMNS | {"label": None, "weight": weight}, labels=["right"], constraint=None, target="choice",
                  **({"label-columns": ["right"]} if role == "train" else {}))


HEAD = "id,Question,Response,right,w\n"


def test_a_table_of_choices_is_read(worker, tmp_path):
    table = tmp_path / "t.csv"
    table.write_text(HEAD + "a,q,x,0,1\nb,r,y,True,2\nc,q,z,1.0,1\nd,r,v,false,2\n")
    outputs, result = worker.run("ingest", asking(weight="w"), {"table": table})
    rows = json.loads((outputs / "rows").read_text())
    assert rows["numbers"] == [[0.0], [1.0], [1.0], [0.0]] and rows["groups"] == [0, 1, 0, 1] and rows["classes"] == 1
    outputs, _ = worker.run("ingest", asking("test"), {"table": table})
    assert "numbers" not in json.loads((outputs / "rows").read_text())


@pytest.mark.parametrize(("rows", "words"), [
    ("a,q,x,0,1\nb,q,y,0,1\nc,r,z,1,1\n", "row 1, column 'right': the group 'q' (rows 1, 2) has no right row, and exactly one is expected"),
    ("a,q,x,1,1\nb,r,y,1,1\nc,q,z,1,1\n", "row 3, column 'right': the group 'q' (rows 1, 3) has 2 right rows (1, 3)"),
    ("a,q,x,0.5,1\nb,q,y,0.5,1\n", "row 1, column 'right' holds 0.5: the column has 1 for the right row of each group"),
    ("a,q,x,,1\nb,q,y,1,1\n", "row 1, column 'right' is empty"),
    ("a,q,x,1,1\nb,q,y,0,2\n", "row 2, column 'w': the group 'q' (rows 1, 2) has rows of several weights"),
])
def test_groups_without_one_right_row_are_told(rows, words, worker, tmp_path):
    (tmp_path / "t.csv").write_text(HEAD + rows)
    failure = worker.fails("ingest", asking(weight="w"), {"table": tmp_path / "t.csv"})
    assert words in failure.message, failure.message


def test_a_test_table_needs_its_groups(worker, tmp_path):
    (tmp_path / "t.csv").write_text("id,Response\na,x\n")
    columns = {"id": "id", "prompt": None, "answer": "Response", "label": None, "group": "question", "weight": None}
    failure = worker.fails("ingest", asking("test") | {"columns": columns}, {"table": tmp_path / "t.csv"})
    assert "'question'" in failure.message and "The target choice needs it in the test table, too" in failure.message


def test_brought_predictions_are_shared_in_groups(worker, dataset, tmp_path):
    rows, right, groups = choices(dataset, tmp_path)
    ids = formats.read_json(rows)["ids"]
    values = by_group(np.random.default_rng(1).normal(size=len(ids)), groups, softmax)
    parameters = {"format": "csv", "id": "id", "label": "right", "labels": ["right"], "target": "choice"}
    write = lambda values: (tmp_path / "p.csv").write_text("id,right_predicted\n" + "".join(f"{id},{v:.3f}\n" for id, v in zip(ids, values)))
    write(values)
    outputs, _ = worker.run("predictions", parameters, {"file": tmp_path / "p.csv", "rows": rows})
    found = load_file(outputs / "predictions")["probabilities"][:, 0]
    np.testing.assert_allclose(found, values, atol=2e-3)
    np.testing.assert_allclose(by_group(found, groups, np.sum), 1, atol=1e-6)
    write(np.full(len(ids), 0.5))
    failure = worker.fails("predictions", parameters, {"file": tmp_path / "p.csv", "rows": rows})
    assert "the 3 rows of the group of the table's row 1" in failure.message and "add up to 1.5" in failure.message
