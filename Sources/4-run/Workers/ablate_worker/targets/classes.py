"""The target `classes`: one of several labels, as a probability of each.

Knows labels as numbers from 0, logits and probabilities. Does not know models, rows of a table, or their names.
"""

import math

from ..files import formats, pseudo
from ..protocol.step import invalid
from .target import Target


class Classes(Target):
    kind, measure, column = "classes", "log-loss", "log-p"

    def truth(self, table):
        """Labels int [rows] of a `rows` file's value."""
        import numpy as np
        if table["labels"] is None:
            raise invalid("the rows have no labels: only rows with labels can be learnt from")
        return np.asarray(table["labels"])

    def shares(self, table):
        """Float32 [rows, width]: how much of each label a row is, where some row is of several; else None."""
        import numpy as np
        found = table.get("shares")
        return None if found is None else np.asarray(found, np.float32).reshape(-1, self.width)

    def check_varied(self, truth, words):
        """Raise these words where there is nothing to tell apart."""
        if len(set(truth.tolist())) < 2:
            raise invalid(words)

    def taught(self, labels, weights):
        """What a baseline learns of pseudo-labels: (which of them, truth, weights)."""
        return pseudo.spread(labels, weights)

    def goals(self, truth, weights, loss=None):
        """(what is trained on, how to turn outputs back into the truth's units): labels as they are, None."""
        return truth, None

    def held(self, truth, scale):
        """The same of rows that are held out."""
        return truth

    def loss(self, name):
        """logits [B, classes], labels [B] or distributions [B, classes] -> losses [B]."""
        import torch.nn.functional as F
        if name is not None:
            raise invalid(f"training.loss is {name}, a loss of numbers; classes are trained by cross-entropy: leave it out")
        # Distributions have the type of the logits, which is another where rows are held out.
        return lambda logits, goals: F.cross_entropy(logits, goals if goals.dim() == 1 else goals.to(logits.dtype), reduction="none")

    def settle(self, head, scale):
        """What is to be done to a head that was trained on `goals`: nothing."""

    def write(self, path, rows, logits):
        formats.write_predictions(path, rows, logits)

    def write_values(self, path, rows, probabilities, floor):
        import numpy as np
        formats.write_predictions(path, rows, np.log(np.maximum(probabilities, floor)))

    def seen(self, probabilities):
        """What a learner of the stack sees of predictions: logarithms."""
        import numpy as np
        return np.log(np.maximum(probabilities, 1e-15))  # the floor of the engine's log loss

    def read(self, source):
        return formats.read_predictions(source, self.width)

    def baseline(self, features, labels, weights, regularization):
        """A multinomial logistic regression: (coefficients [classes, features], intercepts [classes], iterations)."""
        from sklearn.linear_model import LogisticRegression
        model = LogisticRegression(C=regularization, max_iter=1000)
        model.fit(features, labels, sample_weight=weights)
        return *spread(model, self.width), int(model.n_iter_.max())

    def score(self, probabilities, labels, weights):
        """Weighted mean log loss, in nats, clipped as the engine's log loss is; NaN where every weight is 0."""
        import numpy as np
        if weights.sum() == 0:
            return math.nan
        chosen = np.clip(probabilities[np.arange(len(labels)), labels], 1e-15, 1 - 1e-15)
        return float(-(weights @ np.log(chosen)) / weights.sum())


def spread(model, classes):
    """(coefficients [classes, terms], intercepts [classes]) whose softmax is the probability of scikit-learn's model.

    Two classes: scikit-learn keeps the difference of two logits only. A class that no training row has gets a logit
    far below the others', not minus infinity, so that the log loss of such a row stays a number.
    """
    import numpy as np
    coefficients, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        coefficients, intercepts = (np.concatenate([-a / 2, a / 2]) for a in (coefficients, intercepts))
    all_coefficients = np.zeros((classes, coefficients.shape[1]))
    all_intercepts = np.full(classes, intercepts.min() - 20.0)
    all_coefficients[model.classes_], all_intercepts[model.classes_] = coefficients, intercepts
    return all_coefficients, all_intercepts
