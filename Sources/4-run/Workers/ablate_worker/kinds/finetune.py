"""Trains a classifier: LoRA adapters, all weights or none, and the head, on the rows outside one fold or on all rows.

Knows the step's inputs and outputs: what is loaded, built, trained and saved is training/data.py, models/classifier.py,
training/trainer.py and models/modelfolder.py.
"""

from dataclasses import replace

from ..files import formats, pseudo
from ..models import backbones, classifier, modelfolder, sequences
from ..protocol import devices
from ..targets import kinds
from ..training import checkpoints, data, distributed
from ..training.plan import Plan
from ..training.trainer import Progress, Trainer


class Events(Progress):
    """Progress as events of the step."""

    def __init__(self, channel):
        self.channel, self.measure, self.note = channel, channel.metric, channel.note

    def step(self, done, total, epoch, loss):
        self.channel.metric("loss", loss, done)
        self.channel.progress(done, total, "steps", f"epoch {epoch}")

    def validation(self, loss, at):
        self.channel.send("metric", name="validation-loss", value=loss, at=at)


def run(step):
    device, team = devices.choose(step.device), distributed.Team.current()
    blueprint, seed = classifier.Blueprint.read(step.parameters), step.parameters.seed
    plan = Plan.read(step.parameters.training, seed)
    target = kinds.of(step.parameters)
    blueprint = replace(blueprint, classes=target.outputs(plan.loss))
    rows, words, budgets = load(step, target, plan)
    source = None if blueprint.scratch else step.source("backbone")
    with devices.strictly(plan.deterministic):
        model = classifier.build(blueprint, seed, device, source, plan.reinitialize_layers, words)
        model.loss = target.loss(plan.loss)
        fit = Trainer(model, rows, plan, Events(step.channel), step.scratch, team).run()
    most = team.fullest(devices.peak(device))
    if team.rank > 0:
        return {}  # the first process has the same weights, and writes them
    target.settle(model.head, rows.scale)
    metrics = rows.metrics() | fit.metrics() | {"trainable": sum(p.numel() for p in checkpoints.trained(model).values())}
    metrics |= {f"budget-{name}": tokens for name, tokens in budgets.items()}
    metrics |= {f"adapted-{layer}": number for layer, number in backbones.adapted(model.backbone).items()}
    modelfolder.save(model.eval(), step.outputs / "model", bool(blueprint.scratch),
                     source.path if source and blueprint.remote_code else None, budgets)
    classifier.release(model)
    formats.write_json(step.outputs / "history", fit.history())
    return {"metrics": metrics, "measurements": fit.measurements() | {"processes": team.size, **most}, "device": device}


def load(step, target, plan):
    """(the training set of the step's inputs, the ids of the words that the head begins as, or None, the budgets of texts that a
    quantile decides on, by name)."""
    table, fold, more = formats.read_labelled(step.source("rows")), step.parameters.fold, {"swap": step.parameters.swap}
    if step.has("pseudo-labels"):
        more |= {"taught": pseudo.read(step.input("pseudo-labels"), step.input("pseudo-folds"), fold, target.width),
                 "taught_tokens": formats.read_tokens(step.input("pseudo-tokens"))}
    chosen = formats.chosen_rows(fold, step.folds(), len(table["ids"]), inside=False)
    tokens = formats.read_tokens(step.input("tokens"))
    lengths = sequences.settled(step.parameters.lengths, tokens[0])
    rows = data.assemble(tokens, table, chosen, lengths, target, plan, **more)
    by_quantile = lengths is not step.parameters.lengths
    return (rows, tokens[1]["words"] if step.parameters.label_words else None,
            {name: sequences.budget(lengths, name) for name in tokens[0]} if by_quantile else {})
