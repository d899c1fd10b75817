"""Fits a classifier: epoch by epoch over a training set, by a plan, with checkpoints from which it goes on at the same bits.

An own loop, because it must resume bit by bit, take exact means over batches, and report. Knows the order of things and when to
save; one batch's gradients are gradients.py. Does not know who listens, or what becomes of the model.
"""

import math
import time
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from ..models import batches, packing, throughput
from ..models.precision import overflowed, scaling
from ..protocol.step import Failure
from . import adversarial, averaging, checkpoints, distributed, focal, gradients, noise, optimizers, schedule, validation

SAVE_EVERY = 300  # seconds, besides each epoch's end


class Progress:
    """What a trainer tells while it works. This one tells nobody; who wants to know says what becomes of it."""

    def step(self, done, total, epoch, loss):
        """`done` of `total` steps are made; epochs count from 1."""

    def validation(self, loss, at):
        """The validation loss after `at` steps."""

    def measure(self, name, value, at):
        """Now and then: the pace, the memory held, the seconds left."""

    def note(self, text):
        """Something that the user should know, and that does not end the fit."""


@dataclass(frozen=True)
class Fit:
    """What came of it. The weights are the model's."""

    losses: list  # of each step
    gradient_norms: list  # of each step, before clipping; None where the step was skipped
    steps_per_epoch: int
    tokens: dict  # by kind, as throughput.Tally counts them
    skipped: int | None  # steps whose gradient overflowed float16; None in other types
    validation: list  # the loss after each epoch, where rows are held out
    validation_loss: float | None  # that of the weights that the model has now
    best_epoch: int | None  # from 1
    seconds: float
    speeds: dict  # measurements
    budget: int  # tokens of a micro-batch that fit into memory
    recomputed: bool  # activations, for want of memory
    resumed_at: int | None  # the step from which it went on

    @property
    def epoch_losses(self):
        size = self.steps_per_epoch
        return [float(np.mean(self.losses[i:i + size])) for i in range(0, len(self.losses), size)]

    def history(self):
        """The value of the output `history`."""
        found = {"losses": self.losses, "gradient-norms": self.gradient_norms, "epochs": self.epoch_losses,
                 "steps-per-epoch": self.steps_per_epoch}
        return found | ({"validation": self.validation} if self.validation else {})

    def metrics(self):
        found = {"steps": len(self.losses), "train-loss": self.epoch_losses[-1]}
        found |= {f"{kind}-tokens": count for kind, count in self.tokens.items()}
        if self.validation:
            found |= {"validation-loss": self.validation_loss, "best-epoch": self.best_epoch}
        return found if self.skipped is None else found | {"skipped-steps": self.skipped}

    def measurements(self):
        return {"train-seconds": round(self.seconds, 3), **self.speeds, "micro-batch-tokens": self.budget,
                "recomputed": self.recomputed, "resumed-at-step": self.resumed_at}


class Trainer:
    """Trains what learns of a model. checkpoints: the folder in which the fit is saved, and from which it goes on; None: nowhere.

    The device is the model's. A team's processes have a trainer each, and each of them ends with the same weights.
    """

    def __init__(self, model, data, plan, progress=None, checkpoints=None, team=None):
        packing.check_sharing(plan.share_prompt)
        data.check_fit(model.backbone.config)
        self.model, self.plan, self.folder = model, plan, checkpoints
        self.progress, self.team = progress or Progress(), team or distributed.Team()
        self.device, self.groups = model.head.weight.device, data.groups
        model.share = plan.share_prompt
        self.rows = gradients.Rows(data.texts, torch.from_numpy(data.targets).to(self.device),
                                   torch.from_numpy(data.factors).float().to(self.device))
        self.watch = None
        if len(data.held):
            held = (data.held_texts, torch.from_numpy(data.held_labels), torch.from_numpy(data.held_weights))
            self.watch = validation.Watch(plan, held, self.device, self.team)
        self.optimizer = optimizers.make(model, self.device, plan.learning_rate, plan.head_learning_rate, plan.weight_decay,
                                         plan.optimizer, plan.layer_decay)
        self.average, self.variation = averaging.Average(plan.ema), data.variation
        self.disturb(plan)
        self.batch = min(plan.batch, len(data.texts))
        self.per_epoch = math.ceil(len(data.texts) / self.batch)
        self.total = plan.total(self.per_epoch)

    def disturb(self, plan):
        """What the plan has the model do while it trains, and only then."""
        model = self.model
        model.head_dropout, model.dropout_samples = plan.head_dropout, plan.dropout_samples
        model.objective = partial(focal.loss, gamma=plan.focal) if plan.focal else None
        if plan.neftune:
            model.embedding.add(model.backbone, noise.Noise(plan.neftune))
        self.course = adversarial.Course(None if plan.adversarial == "off" else plan.adversarial, model.embedding, model.backbone)

    def run(self):
        """All steps from where the last checkpoint stands, or until the validation loss says stop: a Fit."""
        torch.manual_seed(self.team.seed(self.plan.seed))  # dropout's draws begin here, whatever building the model has drawn
        state, resumed = self.begin()
        first, began = state["step"], time.monotonic()
        meter = throughput.Meter(self.progress.measure, self.model, self.device, training=True, count=self.team.size)
        self.steps(state, meter)
        seconds = time.monotonic() - began
        self.average.settle(self.model)
        loss = self.watch and self.watch.settle(self.model)
        self.model.embedding.clear()
        self.check_weights()
        return Fit(state["losses"], state["norms"], self.per_epoch, state["tokens"],
                   state["scaling"] and state["scaling"]["skipped"], self.watch.history if self.watch else [], loss,
                   self.watch and self.watch.best + 1, seconds, meter.speeds(seconds), state["budget"], state["recompute"],
                   first if resumed else None)

    def begin(self):
        """(where the fit stands, whether it was there before): at its beginning, or where a checkpoint left it."""
        state, saved = {"step": 0, "budget": batches.BUDGET[self.device.type], "recompute": False, "losses": [], "norms": [],
                        "tokens": {}, "validation": [], "scaling": scaling(self.model)}, None
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            saved, best, self.average.weights = checkpoints.load(self.folder, self.model, self.optimizer, self.device, self.team.rank,
                                                                 self.progress.note)
        if saved and self.watch:
            self.watch.history, self.watch.weights = saved["validation"], best
        self.team.agree(saved and saved["step"], "the checkpoint that they go on from")
        return state | (saved or {}), saved is not None

    def steps(self, state, meter):
        """Make the steps that are left; `state` is kept as a checkpoint needs it."""
        saved, first = time.monotonic(), state["step"]
        if state["recompute"]:
            gradients.recompute(self.model)
        self.model.train()
        for number in range(first, self.total):
            epoch, place = divmod(number, self.per_epoch)
            if place == 0 or number == first:
                order = batches.epoch_order(len(self.rows.texts), self.plan.seed, epoch, self.groups)
            self.step(state, order[place * self.batch:(place + 1) * self.batch])
            meter.tell(self.model.tally, state["tokens"], number + 1, self.total)
            self.progress.step(number + 1, self.total, epoch + 1, state["losses"][-1])
            ends = place + 1 == self.per_epoch
            if self.watch and (ends or number + 1 == self.total):
                with self.average.applied(self.model):
                    stop = self.watch.look(self.model, state["budget"])
                state["validation"] = self.watch.history
                self.progress.validation(self.watch.history[-1], number + 1)
                if stop:
                    break
            late = ends or time.monotonic() - saved > SAVE_EVERY
            if self.folder and number + 1 < self.total and self.team.any(late, self.device):
                self.save(state)
                saved = time.monotonic()

    def step(self, state, chosen):
        """One batch and what the optimizer makes of it."""
        number, plan = state["step"], self.plan
        rate = schedule.factor(number, self.total, plan.schedule, plan.warmup)
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        rows, attack = self.variation.of(self.rows, chosen, number), self.course.at(number, self.total)
        loss, norm = gradients.train_batch(self.model, self.optimizer, rows, chosen, plan.clip, state, self.device, self.team, attack)
        where = f"step {number + 1} of {self.total} (epoch {number // self.per_epoch + 1})"
        skipped = math.isfinite(loss) and overflowed(state["scaling"], norm, where)
        if not skipped and not (math.isfinite(loss) and math.isfinite(norm)):
            what = "gradient" if math.isfinite(loss) else "loss"
            raise Failure("diverged", f"the {what} is no number at {where}: "
                          f"lower training.learning-rate ({plan.learning_rate:g}) or training.head-learning-rate, "
                          "or set training.clip")
        if not skipped:
            self.optimizer.step()
            self.average.update(self.model)
        state["step"] = number + 1
        state["losses"].append(loss)
        state["norms"].append(None if skipped else norm)

    def save(self, state):
        states = self.team.gather(checkpoints.random_states(self.device))
        if self.team.rank == 0:
            checkpoints.save(self.folder, self.model, self.optimizer, states, state, self.watch.weights if self.watch else {},
                             self.average.weights)

    def check_weights(self):
        broken = [n for n, p in checkpoints.trained(self.model).items() if not bool(torch.isfinite(p).all())]
        if broken:
            raise Failure("diverged", f"after the last step {broken[0]} holds values that are no numbers: lower "
                          "training.learning-rate")
