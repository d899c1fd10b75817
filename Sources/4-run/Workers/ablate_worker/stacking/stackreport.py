"""What a stack tells of itself: log loss (of numbers the RMSE) before and after, what was tuned in each fold, which columns mattered.

Knows what the learners hand over. Fits nothing, and decides nothing that changes a prediction.
"""


class Report:
    def __init__(self, learner, settings, seeds, way, models, design, rows, target):
        self.score, self.measure = target.score, target.measure
        self.head = {"learner": learner, "settings": settings, "seeds": seeds, "test": way}
        self.models, self.names, self.rows = models, design.names, rows
        self.folds, self.importances, self.explained, self.all_rows = [], {}, 0, None
        self.before = {m: self.score(p, rows.labels, rows.weights) for m, p in zip(models, design.probabilities, strict=True)}
        self.learner = learner

    def fitted(self, fold, held, tuned, fitted, explanation):
        """One fit of one fold; `explanation` is of the fold's first seed: {kind: a number for each column}."""
        if fold == len(self.folds):
            self.folds.append({"fold": fold, "rows": len(held), "tuned": []})
        self.folds[fold]["tuned"].append(tuned)
        if self.learner == "simplex":
            self.folds[fold]["weights"] = self.weights(fitted)
        for kind, numbers in (explanation or {}).items():
            self.importances[kind] = self.importances.get(kind, 0) + numbers * len(held)
        self.explained += len(held) if explanation else 0

    def refitted(self, tuned, fitted):
        self.all_rows = {"tuned": tuned} | ({"weights": self.weights(fitted)} if self.learner == "simplex" else {})

    def weights(self, fitted):
        return dict(zip(self.models, map(float, fitted), strict=True))

    def tuned(self):
        return [value for fold in self.folds for value in fold["tuned"]]

    def whole(self, folds, oof):
        """The report as JSON values. Importances are means over folds, by rows, from each fold's first seed."""
        for fold in self.folds:
            held = folds == fold["fold"]
            fold[self.measure] = finite(self.score(oof[held], self.rows.labels[held], self.rows.weights[held]))
        importances = {kind: dict(zip(self.names, map(float, numbers / self.explained), strict=True))
                       for kind, numbers in self.importances.items()}
        # Beside them their order, because the objects are written in order of name.
        # Of numbers that differ in their last digits alone, which hang on the machine, the name decides.
        ranked = {kind: sorted(by_name, key=lambda name: (-float(f"{by_name[name]:.6g}"), name)) for kind, by_name in importances.items()}
        return self.head | {"columns": len(self.names), "folds": self.folds, "refit": self.all_rows, "importances": importances,
                            "ranked": ranked, self.measure: {"before": self.before, "after": self.after(oof)}}

    def after(self, oof):
        return self.score(oof, self.rows.labels, self.rows.weights)

    def metrics(self, oof):
        metrics = {"rows": len(oof), "columns": len(self.names), self.measure: self.after(oof)}
        metrics |= {f"{self.measure}-{model}": loss for model, loss in self.before.items()}
        if self.learner == "lightgbm":
            rounds = [number for tuned in self.tuned() for number in (tuned if isinstance(tuned, list) else [tuned])]
            metrics["iterations"] = sum(rounds) / len(rounds)
        if self.learner == "simplex":
            metrics |= {f"weight-{model}": sum(f["weights"][model] for f in self.folds) / len(self.folds)
                        for model in self.models}
        return metrics


def finite(value):
    return value if value == value else None  # a fold whose rows all have weight 0 has no loss
