"""Trains a classifier: LoRA adapters or all weights, and the head, on the rows outside one fold or on all rows.

An own loop, because it must resume bit by bit, take exact means over batches, and report. Knows the loss, the optimizer
and when to save; which rows go together is batches.py, what a model is classifier.py.
"""

import contextlib
import math
import resource
import time

import numpy as np
import torch
import torch.nn.functional as F

from . import batches, checkpoints, classifier, devices, formats, packing, schedule, sequences, throughput
from .step import Failure, invalid

SAVE_EVERY = 300  # seconds, besides each epoch's end


def run(step):
    parameters, training, device = step.parameters, step.parameters["training"], devices.choose(step.device)
    columns, metadata = formats.read_tokens(step.input("tokens"))
    table = formats.read_rows(step)
    formats.check_rows(columns, len(table["labels"]))
    rows = formats.chosen_rows(step, len(table["labels"]), inside=False)
    labels = np.asarray(table["labels"])[rows]
    weights = np.asarray(table["weights"] or np.ones(len(table["labels"])), float)[rows]
    if weights.sum() == 0:
        raise invalid("every row to train on has weight 0")
    texts = sequences.assemble(columns, metadata, parameters["lengths"], rows)
    groups = batches.group_codes(training, table, rows)
    model, name = classifier.build(step, device)
    model.share = packing.sharing(training)
    sequences.check_fit(texts, rows, model.backbone.config)
    data = (texts, torch.from_numpy(labels).to(device), torch.from_numpy(weights / weights.mean()).float().to(device))

    optimizer = make_optimizer(model, training)
    torch.manual_seed(parameters["seed"])  # dropout's draws begin here, whatever building the model has drawn
    progress, resumed = {"step": 0, "budget": batches.BUDGET[device.type], "recompute": False, "losses": [], "norms": [],
                         "tokens": {}}, None
    if step.scratch:
        step.scratch.mkdir(parents=True, exist_ok=True)
        resumed = checkpoints.load(step.scratch, model, optimizer, device)
    progress |= resumed or {}
    first, began = progress["step"], time.monotonic()
    per_epoch, total, meter = train(step, model, optimizer, data, progress, device, groups)
    seconds = time.monotonic() - began

    trained = checkpoints.trained(model)
    broken = [n for n, p in trained.items() if not bool(torch.isfinite(p).all())]
    if broken:
        raise Failure("diverged", f"after the last step {broken[0]} holds values that are no numbers: lower "
                      "training.learning-rate")
    metrics = {"steps": total, "rows": len(rows), "tokens": sum(map(len, texts)), "longest": max(map(len, texts)),
               "trainable": sum(p.numel() for p in trained.values())}
    classifier.save(model.eval(), step.outputs / "model", complete=bool(parameters.get("scratch")))
    classifier.release(model, name)
    means = [float(np.mean(progress["losses"][i:i + per_epoch])) for i in range(0, total, per_epoch)]
    formats.write_json(step.outputs / "history", {"losses": progress["losses"], "gradient-norms": progress["norms"],
                                                  "epochs": means, "steps-per-epoch": per_epoch})
    metrics |= {"train-loss": means[-1]} | {f"{kind}-tokens": count for kind, count in progress["tokens"].items()}
    metrics |= sequences.truncation(columns, parameters["lengths"], rows, labels, parameters["classes"])
    measurements = {"train-seconds": round(seconds, 3), **meter.speeds(seconds),
                    "micro-batch-tokens": progress["budget"], "recomputed": progress["recompute"],
                    "resumed-at-step": first if resumed else None, **peak(device)}
    return {"metrics": metrics, "measurements": measurements, "device": device}


def train(step, model, optimizer, data, progress, device, groups=None):
    """All epochs from where `progress` stands: (steps per epoch, steps in all, the meter of what was done now)."""
    training, seed, texts = step.parameters["training"], step.parameters["seed"], data[0]
    batch = min(training["batch"], len(texts))
    per_epoch = math.ceil(len(texts) / batch)
    total, first, saved = training["epochs"] * per_epoch, progress["step"], time.monotonic()
    meter = throughput.Meter(step.channel, model, device, training=True)
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
        loss, norm = train_batch(model, optimizer, data, chosen, training.get("clip"), progress, device)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            what = "gradient" if math.isfinite(loss) else "loss"
            raise Failure("diverged", f"the {what} is no number at step {number + 1} of {total} (epoch {epoch + 1}): "
                          f"lower training.learning-rate ({training['learning-rate']:g}) or training.head-learning-rate, "
                          "or set training.clip")
        optimizer.step()
        progress["step"] = number + 1
        progress["losses"].append(loss)
        progress["norms"].append(norm)
        meter.tell(model.tally, progress["tokens"], number + 1)
        step.channel.metric("loss", loss, number + 1)
        step.channel.progress(number + 1, total, "steps", f"epoch {epoch + 1}")
        due = place + 1 == per_epoch or time.monotonic() - saved > SAVE_EVERY
        if step.scratch and due and number + 1 < total:
            checkpoints.save(step.scratch, model, optimizer, device, progress)
            saved = time.monotonic()
    return per_epoch, total, meter


def make_optimizer(model, training):
    """AdamW with a rate for the head and one for the rest; vectors (norms, biases) do not decay."""
    head_rate = training.get("head-learning-rate")
    head_rate = training["learning-rate"] if head_rate is None else head_rate
    groups = []
    for head, rate in ((False, training["learning-rate"]), (True, head_rate)):
        mine = [p for n, p in checkpoints.trained(model).items() if n.startswith("head.") == head]
        for matrix in (True, False):
            members = [p for p in mine if (p.ndim > 1) == matrix]
            decay = (training.get("weight-decay") or 0.0) if matrix else 0.0
            groups.append({"params": members, "lr": rate, "peak": rate, "weight_decay": decay})
    return torch.optim.AdamW([g for g in groups if g["params"]])


def add_gradients(model, data, chosen, budget, device):
    """Add the gradient of the mean loss over the rows `chosen`, however they are split; return that loss, a tensor.

    The one place where a batch goes through the model.
    """
    texts, labels, weights = data
    total = torch.zeros((), device=device)
    model.tally.clear()
    for part, batch in packing.micro_batches(model, [texts[i] for i in chosen], budget, device):
        members = chosen[part]  # [B]
        with precision(model, device):
            logits = model(*batch)  # [B, classes]
        losses = F.cross_entropy(logits, labels[members], reduction="none")  # [B]
        loss = (losses * weights[members]).sum() / len(chosen)
        loss.backward()
        total += loss.detach()
    return total


@contextlib.contextmanager
def precision(model, device):
    """bfloat16 arithmetic on CUDA, with adapters and head kept in float32; plain float32 on the CPU."""
    if device.type != "cuda":
        yield
        return
    from peft.helpers import disable_input_dtype_casting
    # PEFT would copy each layer's input to float32 for its adapters, and keep the copy: autocast makes that needless.
    with torch.autocast("cuda", torch.bfloat16), disable_input_dtype_casting(model.backbone):
        yield


def train_batch(model, optimizer, data, chosen, clip, progress, device):
    """One batch's gradients, clipped: (loss, gradient norm before clipping).

    When memory runs out, the batch is done again in smaller micro-batches, at last with recomputed activations. The
    progress keeps what was found, so that later batches and a resumed run begin there.
    """
    while True:
        states = checkpoints.random_states(device)
        optimizer.zero_grad(set_to_none=True)
        try:
            loss = add_gradients(model, data, chosen, progress["budget"], device)
            break
        except torch.OutOfMemoryError:
            longest = max(len(data[0][i]) for i in chosen)
            alone = progress["budget"] <= longest or len(chosen) == 1  # smaller parts would not make the longest row smaller
            if alone and progress["recompute"]:
                raise Failure("out-of-memory", f"a single row of {longest} tokens does not fit into the memory of "
                              f"{device}: lower the lengths, or use quantization: nf4, or a smaller backbone") from None
        if alone:
            progress["recompute"] = True
            recompute(model)
        else:
            progress["budget"] = max(1, progress["budget"] // 2)
        checkpoints.set_random_states(states, device)
        if device.type == "cuda":
            torch.cuda.empty_cache()
    norm = torch.nn.utils.clip_grad_norm_(list(checkpoints.trained(model).values()), clip or math.inf)
    return torch.stack([loss, norm.to(loss)]).tolist()  # the only place where the host waits for the device


def recompute(model):
    """Keep only each layer's input, and compute the rest again in the backward pass."""
    model.backbone.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})


def peak(device):
    """The most memory held: by this process since it started, and on the device since the step did."""
    most = {"peak-host-bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}
    if device.type == "cuda":
        most["peak-device-bytes"] = torch.cuda.max_memory_allocated(device)
    return most
