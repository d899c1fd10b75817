"""Trains a classifier: LoRA adapters, all weights or none, and the head, on the rows outside one fold or on all rows.

An own loop, because it must resume bit by bit, take exact means over batches, and report. Knows the order of things and
when to save; which rows go together is batches.py, what a row counts for losses.py, what a model is classifier.py.
"""

import math
import time

import numpy as np
import torch
import torch.nn.functional as F

from ..files import formats, pseudo
from ..models import backbones, batches, classifier, packing, prefixes, sequences, throughput
from ..models.precision import overflowed, precision, scaled, scaling, unscale
from ..protocol import devices
from ..protocol.step import Failure, invalid, out_of_memory
from ..training import checkpoints, distributed, losses, optimizers, schedule, validation

SAVE_EVERY = 300  # seconds, besides each epoch's end


def run(step):
    parameters, training, device = step.parameters, step.parameters["training"], devices.choose(step.device)
    share, team = validation.check(training), distributed.Team.current()
    columns, metadata = formats.read_tokens(step.input("tokens"))
    table = formats.read_rows(step)
    count, seed = len(table["labels"]), parameters["seed"]
    formats.check_rows(columns, count)
    rows, held = validation.split(formats.chosen_rows(step, count, inside=False), table["groups"], share, seed)
    labels, weights = np.asarray(table["labels"]), np.asarray(table["weights"] or np.ones(count), float)
    texts, held_texts = (sequences.assemble(columns, metadata, parameters["lengths"], part) for part in (rows, held))
    groups, taught = batches.group_codes(training, table, rows), pseudo.read(step)
    factors, targets = losses.of_rows(training, labels[rows], weights[rows], taught, parameters["classes"])
    if taught:
        pseudo_tokens = formats.read_tokens(step.input("pseudo-tokens"))
        pseudo_texts = sequences.assemble(*pseudo_tokens, parameters["lengths"], taught[0])
        groups = batches.with_strangers(groups, len(pseudo_texts))
    with devices.strictly(training.get("deterministic")):
        model, name = classifier.build(step, device)
        model.share = packing.sharing(training)
        sequences.check_fit(texts + held_texts, np.concatenate([rows, held]), model.backbone.config)
        if taught and pseudo_texts:
            sequences.check_fit(pseudo_texts, taught[0], model.backbone.config)
            texts = texts + pseudo_texts
        data = (texts, torch.from_numpy(targets).to(device), torch.from_numpy(factors).float().to(device))
        watch = None
        if share:
            held_data = (held_texts, torch.from_numpy(labels[held]), torch.from_numpy(weights[held]))
            watch = validation.Watch(training, held_data, device, team)
        optimizer = optimizers.make(model, training, device)
        torch.manual_seed(team.seed(seed))  # dropout's draws begin here, whatever building the model has drawn
        progress, resumed = begin(step, model, optimizer, watch, device, team)
        first, began = progress["step"], time.monotonic()
        per_epoch, meter = train(step, model, optimizer, data, progress, watch, device, groups, team)
    seconds = time.monotonic() - began
    most = team.fullest(devices.peak(device))
    if team.rank > 0:
        return {}  # the first process has the same weights, and writes them

    trained, done = checkpoints.trained(model), len(progress["losses"])
    metrics = {"steps": done, "rows": len(rows), "tokens": sum(map(len, texts)), "longest": max(map(len, texts)),
               "trainable": sum(p.numel() for p in trained.values())}
    if hasattr(model.backbone, "peft_config"):
        metrics |= {f"adapted-{layer}": number for layer, number in backbones.adapted(model.backbone).items()}
    if taught:
        metrics |= {"pseudo-rows": len(pseudo_texts)}
    if watch:
        metrics |= {"validation-rows": len(held), "validation-loss": watch.settle(model), "best-epoch": watch.best + 1}
    broken = [n for n, p in trained.items() if not bool(torch.isfinite(p).all())]
    if broken:
        raise Failure("diverged", f"after the last step {broken[0]} holds values that are no numbers: lower "
                      "training.learning-rate")
    code = step.input("backbone") if parameters.get("remote-code") and not parameters.get("scratch") else None
    classifier.save(model.eval(), step.outputs / "model", bool(parameters.get("scratch")), code)
    classifier.release(model, name)
    means = [float(np.mean(progress["losses"][i:i + per_epoch])) for i in range(0, done, per_epoch)]
    history = {"losses": progress["losses"], "gradient-norms": progress["norms"], "epochs": means, "steps-per-epoch": per_epoch}
    formats.write_json(step.outputs / "history", history | ({"validation": watch.history} if watch else {}))
    metrics |= {f"{kind}-tokens": count for kind, count in progress["tokens"].items()}
    metrics |= {"train-loss": means[-1]} | ({"skipped-steps": progress["scaling"]["skipped"]} if progress["scaling"] else {})
    metrics |= sequences.truncation(columns, parameters["lengths"], rows, labels[rows], parameters["classes"])
    measurements = {"train-seconds": round(seconds, 3), **meter.speeds(seconds),
                    "micro-batch-tokens": progress["budget"], "recomputed": progress["recompute"],
                    "resumed-at-step": first if resumed else None, "processes": team.size, **most}
    return {"metrics": metrics, "measurements": measurements, "device": device}


def begin(step, model, optimizer, watch, device, team):
    """(where the run stands, whether it was there before): at its beginning, or where a checkpoint of the step left it."""
    progress, saved = {"step": 0, "budget": batches.BUDGET[device.type], "recompute": False, "losses": [], "norms": [],
                       "tokens": {}, "validation": [], "scaling": scaling(model)}, None
    if step.scratch:
        step.scratch.mkdir(parents=True, exist_ok=True)
        saved, best = checkpoints.load(step.scratch, model, optimizer, device, team.rank)
    if saved and watch:
        watch.history, watch.weights = saved["validation"], best
    team.agree(saved and saved["step"], "the checkpoint that they go on from")
    return progress | (saved or {}), saved is not None


def train(step, model, optimizer, data, progress, watch, device, groups, team):
    """All epochs from where `progress` stands, or until the validation loss says stop: (steps per epoch, a meter)."""
    training, seed, texts = step.parameters["training"], step.parameters["seed"], data[0]
    batch = min(training["batch"], len(texts))
    per_epoch = math.ceil(len(texts) / batch)
    total, first, saved = training.get("steps"), progress["step"], time.monotonic()
    meter = throughput.Meter(step.channel, model, device, training=True, count=team.size)
    total = training["epochs"] * per_epoch if total is None else total
    if progress["recompute"]:
        recompute(model)
    model.train()
    for number in range(first, total):
        epoch, place = divmod(number, per_epoch)
        if place == 0 or number == first:
            order = batches.epoch_order(len(texts), seed, epoch, groups)
        chosen = order[place * batch:(place + 1) * batch]
        rate = schedule.factor(number, total, training["schedule"], training.get("warmup") or 0)
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * rate
        loss, norm = train_batch(model, optimizer, data, chosen, training.get("clip"), progress, device, team)
        where = f"step {number + 1} of {total} (epoch {epoch + 1})"
        skipped = math.isfinite(loss) and overflowed(progress["scaling"], norm, where)
        if not skipped and not (math.isfinite(loss) and math.isfinite(norm)):
            what = "gradient" if math.isfinite(loss) else "loss"
            raise Failure("diverged", f"the {what} is no number at {where}: "
                          f"lower training.learning-rate ({training['learning-rate']:g}) or training.head-learning-rate, "
                          "or set training.clip")
        if not skipped:
            optimizer.step()
        progress["step"] = number + 1
        progress["losses"].append(loss)
        progress["norms"].append(None if skipped else norm)
        meter.tell(model.tally, progress["tokens"], number + 1, total)
        step.channel.metric("loss", loss, number + 1)
        step.channel.progress(number + 1, total, "steps", f"epoch {epoch + 1}")
        ends = place + 1 == per_epoch
        if watch and (ends or number + 1 == total):
            stop = watch.look(model, progress["budget"])
            progress["validation"] = watch.history
            step.channel.send("metric", name="validation-loss", value=watch.history[-1], at=number + 1)
            if stop:
                break
        if step.scratch and number + 1 < total and team.any(ends or time.monotonic() - saved > SAVE_EVERY, device):
            states = team.gather(checkpoints.random_states(device))
            if team.rank == 0:
                checkpoints.save(step.scratch, model, optimizer, states, progress, watch.weights if watch else {})
            saved = time.monotonic()
    return per_epoch, meter


def add_gradients(model, data, chosen, budget, device, of=None):
    """Add the gradient of the mean loss over the rows `chosen`, however they are split; return that loss, a tensor.

    The one place where a batch goes through the model. of: the rows of the whole batch, where these are a part of them.
    """
    texts, labels, weights = data
    of = of or len(chosen)
    total = torch.zeros((), device=device)
    model.tally.clear()
    for part, batch in packing.micro_batches(model, [texts[i] for i in chosen], budget, device):
        members = chosen[part]  # [B]
        with precision(model, device):
            logits = model(*batch)  # [B, classes]
        found = F.cross_entropy(logits, labels[members], reduction="none")  # [B]; labels may be distributions
        loss = (found * weights[members]).sum() / of
        loss.backward()
        total += loss.detach()
    return total


def mine(model, data, chosen, team):
    """The rows of a batch that this process computes: rows that share a beginning stay together."""
    if team.size == 1:
        return chosen
    texts = [data[0][i] for i in chosen]
    together = prefixes.groups(texts) if packing.shares(model) else prefixes.alone(texts)
    parts = team.part([(packing.unique(texts, group), group[1]) for group in together])
    return chosen[np.array(sorted(position for part in parts for position in part), int)]


def train_batch(model, optimizer, data, chosen, clip, progress, device, team=distributed.Team()):
    """One batch's gradients, clipped: (loss, gradient norm before clipping).

    When memory runs out, the batch is done again in smaller micro-batches, at last with recomputed activations. The
    progress keeps what was found, so that later batches and a resumed run begin there. A team does all of this together.
    """
    part, parameters = mine(model, data, chosen, team), list(checkpoints.trained(model).values())
    while True:
        states, loss = checkpoints.random_states(device), None
        optimizer.zero_grad(set_to_none=True)
        try:
            loss = add_gradients(model, scaled(data, progress.get("scaling")), part, progress["budget"], device, len(chosen))
        except RuntimeError as error:
            if not out_of_memory(error):
                raise  # else it is dealt with below, when the exception no longer holds the tensors of its frames
        if team.size > 1:
            loss = add_up(team, model, parameters, loss, device)
        if loss is not None:
            break
        longest = max(len(data[0][i]) for i in chosen)
        alone = progress["budget"] <= longest or len(chosen) == 1  # smaller parts would not make the longest row smaller
        if alone and progress["recompute"]:
            raise Failure("out-of-memory", f"a single row of {longest} tokens does not fit into the memory of "
                          f"{device}: lower the lengths, or use quantization: nf4, or a smaller backbone")
        if alone:
            progress["recompute"] = True
            recompute(model)
        else:
            progress["budget"] = max(1, progress["budget"] // 2)
        checkpoints.set_random_states(states, device)
        if device.type == "cuda":
            torch.cuda.empty_cache()
    loss = unscale(loss, parameters, progress.get("scaling"))
    norm = torch.nn.utils.clip_grad_norm_(parameters, clip or math.inf)
    return torch.stack([loss, norm.to(loss)]).tolist()  # the only place where the host waits for the device


def add_up(team, model, parameters, loss, device):
    """All processes' gradients, tokens and losses in place of this one's; the loss, or None where any ran out of memory."""
    counts = model.tally.counts
    numbers = [float(loss is None), float(0 if loss is None else loss), *map(float, counts.values())]
    failed, total, *rest = team.sum(numbers + [float(p.grad is not None) for p in parameters], device)
    if failed:
        return None
    model.tally.counts = {kind: int(count) for kind, count in zip(counts, rest)}
    team.add_gradients(parameters, rest[len(counts):])
    return torch.tensor(total, dtype=torch.float32, device=device)


def recompute(model):
    """Keep only each layer's input, and compute the rest again in the backward pass."""
    model.backbone.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
