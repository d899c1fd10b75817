"""Rows with two of their texts in each other's place, and their labels and what these count for changed to match: half of a batch, drawn at each step.

What is drawn follows from the seed and the step's number, so that resuming needs no state.
"""

from dataclasses import dataclass

import numpy as np
import torch


@dataclass
class Swapping:
    texts: list  # ids of each row with the two texts in each other's place
    labels: list | None  # what each label is then; None: the same
    seed: int
    factors: np.ndarray | None = None  # what each row's loss is multiplied by then; None: the same

    def drawn(self, chosen, step):
        """The rows of a batch that are read the other way round, each with a chance of one half."""
        chance = np.random.default_rng([self.seed, step, 2])
        return chosen[chance.random(len(chosen)) < 0.5]

    def swapped(self, rows, drawn):
        """Rows, some of them the other way round. rows: texts, targets [rows] or [rows, classes], factors."""
        texts, targets = list(rows.texts), rows.targets.clone()
        for row in drawn:
            texts[row] = self.texts[row]
        if self.labels is not None and len(drawn):
            order, places = torch.tensor(self.labels, device=targets.device), torch.from_numpy(drawn).to(targets.device)
            targets[places] = (order[targets[places]] if targets.ndim == 1 else
                               torch.zeros_like(targets[places]).index_copy_(1, order, targets[places]))
        factors = rows.factors
        if self.factors is not None and len(drawn):
            factors = factors.clone()
            factors[torch.from_numpy(drawn)] = torch.from_numpy(self.factors[drawn]).to(factors)
        return rows._replace(texts=texts, targets=targets, factors=factors)
