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

    from . import batches, classifier, sequences
    from .finetune import peak, precision
    from .step import Failure
    device = devices.choose(step.device)
    columns, metadata = formats.read_tokens(step.input("tokens"))
    count = len(next(iter(columns.values()))[1]) - 1
    rows = formats.chosen_rows(step, count, inside=True)
    lengths = step.parameters["lengths"]
    texts = sequences.assemble(columns, metadata, lengths, rows)
    model, name = classifier.restore(step, device)
    sequences.check_fit(texts, rows, model.backbone.config)
    order = sorted(range(len(texts)), key=lambda i: (-len(texts[i]), i))  # longest first: memory runs out at once or never
    logits = torch.empty(len(texts), step.parameters["classes"], dtype=torch.float32)
    began, budget, done = time.monotonic(), 4 * batches.BUDGET, 0  # no activations are kept: more fits
    with torch.inference_mode(), precision(model, device):
        while done < len(order):
            members = order[done:done + max(1, budget // len(texts[order[done]]))]
            try:
                logits[members] = model(*batches.pad([texts[i] for i in members], device)).float().cpu()
            except torch.OutOfMemoryError:
                if len(members) == 1:
                    raise Failure("out-of-memory", f"a single row of {len(texts[members[0]])} tokens does not fit into the "
                                  f"memory of {device}: lower the lengths, or use quantization: nf4") from None
                budget //= 2
                continue
            done += len(members)
            step.channel.progress(done, len(order), "rows")
    seconds = time.monotonic() - began
    if not bool(torch.isfinite(logits).all()):
        raise Failure("diverged", "the model gives logits that are no numbers: train it again at a lower learning rate")
    formats.write_predictions(step.outputs / "predictions", rows, logits.numpy())
    if name is not None:
        classifier.release(model, name)
    tokens = sum(map(len, texts))
    return {"metrics": {"rows": len(rows), "tokens": tokens} | sequences.truncation(columns, lengths, rows),
            "measurements": {"predict-seconds": round(seconds, 3), "tokens-per-second": round(tokens / max(seconds, 1e-9), 1),
                             "micro-batch-tokens": budget, **peak(device)},
            "device": device}
