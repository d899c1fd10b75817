"""Computes the class probabilities of a table's rows, or of one fold's, with a model that `finetune` or `fit` made.

Knows tokens in, predictions out. TF-IDF models are handed on to tfidf.py, before anything slow is imported.
"""

from . import devices, formats


def run(step):
    if step.parameters.get("tfidf"):
        from . import tfidf
        return tfidf.predict(step)
    return predict(step)


def predict(step):
    import time

    import torch

    from . import batches, classifier, packing, sequences, throughput
    from .finetune import peak
    from .step import Failure
    device = devices.choose(step.device)
    columns, metadata = formats.read_tokens(step.input("tokens"))
    count = len(next(iter(columns.values()))[1]) - 1
    rows = formats.chosen_rows(step, count, inside=True)
    lengths = step.parameters["lengths"]
    texts = sequences.assemble(columns, metadata, lengths, rows)
    model, name = classifier.restore(step, device)
    sequences.check_fit(texts, rows, model.backbone.config)
    logits = torch.empty(len(texts), step.parameters["classes"], dtype=torch.float32)
    meter, counts, done = throughput.Meter(step.channel, model, device, training=False), {}, 0
    began = time.monotonic()
    for members, found in packing.outputs(model, texts, batches.BUDGET[device.type], device):
        logits[members] = found
        done += len(members)
        meter.tell(model.tally, counts, done, len(texts))
        model.tally.clear()
        step.channel.progress(done, len(texts), "rows")
    seconds = time.monotonic() - began
    if not bool(torch.isfinite(logits).all()):
        raise Failure("diverged", "the model gives logits that are no numbers: train it again at a lower learning rate")
    formats.write_predictions(step.outputs / "predictions", rows, logits.numpy())
    if name is not None:
        classifier.release(model, name)
    metrics = {"rows": len(rows), "tokens": sum(map(len, texts))} | {f"{kind}-tokens": n for kind, n in counts.items()}
    return {"metrics": metrics | sequences.truncation(columns, lengths, rows),
            "measurements": {"predict-seconds": round(seconds, 3), **meter.speeds(seconds), **peak(device)},
            "device": device}
