"""Predicts a table's rows, or of one fold's, with a model that `finetune` or `fit` made.

Knows tokens in, or texts for a baseline, and predictions out. Nothing slow is imported for a baseline.
"""

from ..files import formats
from ..models import tfidf
from ..protocol import devices
from ..protocol.parameters import PredictBaseline
from ..targets import kinds


def run(step):
    return predict_baseline(step) if isinstance(step.parameters, PredictBaseline) else predict(step)


def predict_baseline(step):
    texts = formats.read_texts(step.input("texts"))
    rows = formats.chosen_rows(step.parameters.fold, step.folds(), len(texts), inside=True)
    filled = tfidf.fill(step.parameters.template, [texts[row] for row in rows])
    outputs = tfidf.outputs(step.input("model"), step.parameters.tfidf, filled)
    kinds.of(step.parameters).write(step.outputs / "predictions", rows, outputs)
    return {"metrics": {"rows": len(rows)}}


def predict(step):
    import time

    import numpy as np
    import torch

    from ..models import batches, classifier, modelfolder, packing, sequences, throughput
    from ..protocol.step import Failure
    device = devices.choose(step.device)
    columns, metadata = formats.read_tokens(step.input("tokens"))
    count = len(next(iter(columns.values()))[1]) - 1
    rows = formats.chosen_rows(step.parameters.fold, step.folds(), count, inside=True)
    folder = step.source("model")
    lengths = modelfolder.lengths(folder.path, step.parameters.lengths)
    swap = step.parameters.swap
    ways = [(columns, None)]  # how rows are read, and which label each one of a way's logits is of
    if swap is not None:
        ways.append((sequences.exchanged(columns, metadata, swap.texts), swap.labels))
    texts = [text for given, _ in ways for text in sequences.assemble(given, metadata, lengths, rows)]
    backbone = None if modelfolder.is_complete(folder.path) else step.source("backbone")
    model = modelfolder.restore(classifier.Blueprint.read(step.parameters), device, folder, backbone)
    width = model.head.out_features
    sequences.check_fit(texts, np.tile(rows, len(ways)), model.backbone.config)
    logits = torch.empty(len(texts), width, dtype=torch.float32)
    meter, counts, done = throughput.Meter(step.channel.metric, model, device, training=False), {}, 0
    began = time.monotonic()
    for members, found in packing.outputs(model, texts, batches.BUDGET[device.type], device):
        logits[members] = found
        done += len(members)
        meter.tell(model.tally, counts, done, len(texts))
        model.tally.clear()
        step.channel.progress(done // len(ways), len(rows), "rows")
    seconds = time.monotonic() - began
    parts = [part if order is None else part[:, order] for part, (_, order) in zip(logits.chunk(len(ways)), ways)]
    logits = torch.stack(parts).mean(0)  # of both ways, where there are two
    if not bool(torch.isfinite(logits).all()):
        raise Failure("diverged", "the model gives outputs that are no numbers: train it again at a lower learning rate")
    kinds.of(step.parameters).write(step.outputs / "predictions", rows, logits.numpy())
    classifier.release(model)
    metrics = {"rows": len(rows), "tokens": sum(map(len, texts))} | {f"{kind}-tokens": n for kind, n in counts.items()}
    return {"metrics": metrics | sequences.truncation(columns, lengths, rows),
            "measurements": {"predict-seconds": round(seconds, 3), **meter.speeds(seconds), **devices.peak(device)},
            "device": device}
