"""The kind `stack`: learns from models' out-of-fold predictions; each row is predicted by a learner that did not see its fold.

Knows folds, seeds and which rows may be seen. What the columns are is design.py's, how they are learnt is learners.py's,
what is told of it is stackreport.py's.
"""

from contextlib import contextmanager

from ..files import formats
from ..protocol.step import Failure, invalid
from ..stacking import choicelearners, design, learners, numberlearners
from ..stacking.learners import Rows
from ..stacking.learnersettings import told
from ..stacking.stackreport import Report
from ..targets import kinds

EXPLAINED = 2000  # rows of each fold whose SHAP values are taken: they cost more than the fit


def run(step):
    import numpy as np
    name, settings, seeds, way = settings_in(step)
    models = design.model_names(step.inputs)
    target = kinds.of(step.parameters)
    table, folds, count = read_table(step)
    scored = np.flatnonzero(folds >= 0)  # a row of no fold has no out-of-fold prediction to learn from
    train = design.build({model: step.source(f"oof.{model}") for model in models}, "out-of-fold", count, target,
                         group_codes(step, "rows", table), step.source("features-train") if step.has("features-train") else None, scored)
    folds, table = folds[scored], {name: [part[row] for row in scored] if isinstance(part, list) else part for name, part in table.items()}
    count = len(scored)
    test = read_test(step, models, train, target)
    weights = np.ones(count) if table["weights"] is None else np.asarray(table["weights"], np.float64)
    groups = np.arange(count) if table["groups"] is None else np.asarray(table["groups"])
    rows = Rows(train.values, train.probabilities, target.truth(table), weights, groups)
    learner = chosen(name, target)(settings, target.width, step.threads)
    report = Report(name, told(name, settings), seeds, way if test else None, models, train, rows, target)
    oof, tested = np.zeros((count, target.width)), []
    if step.parameters.fold is not None:
        return without_fold(step, learner, rows, folds, test, seeds, target)
    fits = len(seeds) * (int(folds.max()) + 1)
    for fold in range(int(folds.max()) + 1):
        held = np.flatnonzero(folds == fold)
        seen = seen_rows(rows, folds != fold, f"without fold {fold}, ", target)
        for turn, seed in enumerate(seeds):
            with told_of(name, f"without fold {fold}", seen):
                tuned = learner.tune(seen, seed)
                fitted = learner.fit(seen, seed, tuned)
            oof[held] += learner.predict(fitted, rows.take(held)) / len(seeds)
            if test and way == "mean":
                tested.append(learner.predict(fitted, test))
            explained = held if len(held) <= EXPLAINED else held[np.linspace(0, len(held) - 1, EXPLAINED).astype(int)]
            report.fitted(fold, held, tuned, fitted, learner.explain(fitted, rows.take(explained)) if turn == 0 else None)
            step.channel.progress(fold * len(seeds) + turn + 1, fits + 1, "fits", f"fold {fold}")
    if test and way == "refit":
        tuned, seen = learner.combine(report.tuned()), seen_rows(rows, weights > 0, "", target)
        for seed in seeds:
            with told_of(name, "on all rows", seen):
                fitted = learner.fit(seen, seed, tuned)
            tested.append(learner.predict(fitted, test))
        report.refitted(tuned, fitted)
    write(step.outputs / "oof", oof, target, scored)
    if test:
        write(step.outputs / "test", sum(tested) / len(tested), target)
    formats.write_json(step.outputs / "report", report.whole(folds, oof))
    step.channel.progress(fits + 1, fits + 1, "fits")
    return {"metrics": report.metrics(oof)}


def without_fold(step, learner, rows, folds, test, seeds, target):
    """Only test predictions, by learners that did not see one fold: a teacher of that fold's model, if the models beneath saw no
    label of it either."""
    fold = step.parameters.fold
    if test is None or not 0 <= fold <= folds.max():
        raise invalid(f"fold {fold} needs test predictions, and to be one of the {int(folds.max()) + 1} folds")
    seen, tested = seen_rows(rows, folds != fold, f"without fold {fold}, ", target), []
    for number, seed in enumerate(seeds):
        with told_of(step.parameters.learner, f"without fold {fold}", seen):
            fitted = learner.fit(seen, seed, learner.tune(seen, seed))
        tested.append(learner.predict(fitted, test))
        step.channel.progress(number + 1, len(seeds), "fits", f"without fold {fold}")
    write(step.outputs / "test", sum(tested) / len(tested), target)
    return {"metrics": {"rows": len(tested[0])}}


def settings_in(step):
    """(learner's name, its settings, seeds, how test rows are predicted), checked."""
    parameters = step.parameters
    seeds, way = parameters.seeds or [0], parameters.test or "mean"
    for seed in seeds:
        if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**31:
            raise invalid(f"seeds has {seed}; a seed is an integer from 0 to {2**31 - 1}")
    if len(set(seeds)) != len(seeds):
        raise invalid(f"a seed is repeated in {', '.join(map(str, seeds))}: it would only count twice")
    if way not in ("mean", "refit"):
        raise invalid(f"test is '{way}'; it may be mean (of the folds' learners) or refit (one learner of all rows)")
    if parameters.learner == "simplex":
        seeds = seeds[:1]  # nothing in it is left to chance
        if parameters.group_statistics or any(name.startswith("features-") for name in step.inputs):
            raise invalid("simplex weighs models' probabilities and reads no features: leave features and group-statistics out, "
                          "or choose lightgbm or logistic")
    return parameters.learner, parameters.settings, seeds, way


def read_table(step):
    """(rows, folds int [rows], the number of rows), of one table and with labels."""
    import numpy as np
    table, folds = formats.read_labelled(step.source("rows")), formats.read_json(step.input("folds"))
    count, classes = len(table["ids"]), step.parameters.classes
    if table["classes"] != classes:
        raise invalid(f"{step.title('rows')} has {table['classes']} classes, and the step is to predict {classes}")
    if len(folds["folds"]) != count:
        raise invalid(f"{step.title('folds')} assigns {len(folds['folds'])} rows to folds, and the table has {count}")
    assigned = np.asarray(folds["folds"])
    assigned[folds.get("unscored", [])] = -1
    if folds["count"] < 2 or len(np.unique(assigned[assigned >= 0])) != folds["count"] or assigned.max() >= folds["count"]:
        raise invalid(f"{step.title('folds')} says {folds['count']} folds and has rows in {len(np.unique(assigned[assigned >= 0]))}: at least two "
                      "folds are needed, and rows in each")
    return table, assigned, count


def group_codes(step, name, table):
    """The groups of a table for group statistics, or None where none are asked for."""
    if not step.parameters.group_statistics:
        return None
    if table["groups"] is None:
        raise invalid(f"group-statistics needs groups, and {step.title(name)} has none: name their column in data.columns.group, "
                      "and have it in that table, or leave group-statistics out")
    return table["groups"]


def read_test(step, models, train, target):
    """The test table's Rows, without labels, or None where no model has test predictions."""
    import numpy as np
    if not any(name.startswith("test.") for name in step.inputs):
        return None
    codes, groups = None, None
    if step.has("rows-test"):
        table = formats.read_json(step.input("rows-test"))
        count, codes = len(table["ids"]), group_codes(step, "rows-test", table)
        groups = None if table["groups"] is None else np.asarray(table["groups"])
    elif step.parameters.group_statistics:
        raise invalid("group-statistics needs the input 'rows-test': the groups of the test table")
    else:
        count = len(target.read(step.source(f"test.{models[0]}"))[0])
    test = design.build({model: step.source(f"test.{model}") for model in models}, "test", count, target, codes,
                        step.source("features-test") if step.has("features-test") else None)
    design.check_same_columns(train, test)
    return Rows(test.values, test.probabilities, None, None, groups)


def chosen(name, target):
    """The learner of this name that serves the target."""
    known = {"classes": learners.LEARNERS, "multi-label": numberlearners.OF_LABELS, "number": numberlearners.LEARNERS,
             "choice": choicelearners.LEARNERS}[target.kind]
    if name not in known:
        raise invalid(f"{name} cannot learn what is predicted here; there are {', '.join(known)}")
    return known[name]


def seen_rows(rows, chosen, where, target):
    """The chosen rows that count: a row of weight 0 must not be able to decide anything, early stopping included."""
    import numpy as np
    seen = rows.take(np.flatnonzero(chosen & (rows.weights > 0)))
    if not len(seen.labels) and seen.labels.ndim > 1:
        raise invalid(f"{where}no row to train on has a weight above 0")
    target.check_varied(seen.labels, f"{where}the rows to train on (weight above 0) have fewer than two different labels: at least two are needed")
    return seen


@contextmanager
def told_of(learner, where, seen):
    """A failure of what is done here names the learner, the fold and the rows it had."""
    try:
        yield
    except Failure as failure:
        failure.message = f"{learner} {where} ({len(seen.labels)} rows with a weight above 0): {failure.message}"
        raise


def write(path, predicted, target, rows=None):
    target.write_values(path, range(len(predicted)) if rows is None else rows, predicted, design.FLOOR)
