"""How others train on the same rows: transformers' Trainer with PEFT, and a loop that does what H2O LLM Studio's does.

Both get the same backbone, the same first adapters and head, the same batches, optimizer and schedule.
"""

import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from ablate_worker.files import formats
from ablate_worker.models import backbones, sequences
from ablate_worker.protocol.parameters import Lengths, Lora
from ablate_worker.training import schedule
from problems import CLASSES, SEED, TEMPLATE
from torch import nn


def adapted(problem, model, task, device):
    """The model with PEFT's adapters as PEFT makes them, their first values those of the worker."""
    import peft
    lora = problem.lora()
    config = peft.LoraConfig(r=lora["rank"], lora_alpha=lora["alpha"], lora_dropout=lora["dropout"], task_type=task,
                             target_modules=["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"])
    model = peft.get_peft_model(model, config).to(device)
    reference, _ = backbones.load(problem.folder / "backbone", "backbone", "none", torch.device("cpu"), frozen=True)
    reference = backbones.adapt(reference, Lora(**lora), SEED)
    first = {name.split("layers.")[1]: p for name, p in reference.named_parameters() if "lora_A" in name}
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_A" in name:
                parameter.copy_(first[name.split("layers.")[1]])
    return model


def head(width):
    """The worker's first head."""
    torch.manual_seed(SEED)
    made = nn.Linear(width, CLASSES)
    nn.init.zeros_(made.bias)
    return made


def kind(device):
    return torch.bfloat16 if device == "cuda" else torch.float32


def trainer(problem, device, order):
    """transformers' Trainer with its defaults, padding to the longest row of a batch: (seconds, mean loss)."""
    import transformers
    columns, metadata = formats.read_tokens(problem.folder / "tokens")
    rows = sequences.assemble(columns, metadata, Lengths(prompt=None, answer=None), problem.order(order))
    labels = np.asarray(problem.labels)[problem.order(order)]
    data = [{"input_ids": row.tolist(), "attention_mask": [1] * len(row), "labels": int(label)}
            for row, label in zip(rows, labels)]
    model = transformers.AutoModelForSequenceClassification.from_pretrained(
        problem.folder / "backbone", dtype=kind(device), num_labels=CLASSES)
    model.config.pad_token_id = 2
    model.score = head(model.config.hidden_size)
    model = adapted(problem, model, "SEQ_CLS", device)
    tokenizer = transformers.AutoTokenizer.from_pretrained(problem.folder / "tokenizer")
    marks, loss = fit(model, data, transformers.DataCollatorWithPadding(tokenizer), problem.folder, problem.sizes.batch, device)
    return marks[-1] - marks[0], loss


def fit(model, data, collate, folder, batch, device, **more):
    """One epoch of the Trainer, in the order of the data: (times: the beginning, then each step's end; mean loss)."""
    import transformers
    marks = []

    class Clock(transformers.TrainerCallback):
        def on_train_begin(self, *_, **__):
            wait(device)
            marks.append(time.perf_counter())

        def on_step_end(self, *_, **__):
            wait(device)
            marks.append(time.perf_counter())

    class InOrder(transformers.Trainer):  # the same batches as ours
        def _get_train_sampler(self, *_):
            return torch.utils.data.SequentialSampler(data)
    arguments = transformers.TrainingArguments(
        output_dir=str(Path(folder) / "trainer"), per_device_train_batch_size=batch, num_train_epochs=1,
        learning_rate=1e-3, lr_scheduler_type="linear", weight_decay=0.0, max_grad_norm=1.0, report_to=[], save_strategy="no",
        logging_strategy="no", disable_tqdm=True, use_cpu=device == "cpu", bf16=device == "cuda", **more)
    made = InOrder(model=model, args=arguments, train_dataset=data, callbacks=[Clock()], data_collator=collate)
    made.remove_callback(transformers.PrinterCallback)
    return marks, made.train().training_loss


def studio(problem, device, order):
    """H2O LLM Studio's way: texts tokenized when a batch needs them, padded on the left to its longest, logits of the whole
    vocabulary at every position, and a head that reads those of the last one: (seconds, mean loss)."""
    import transformers
    tokenizer = transformers.AutoTokenizer.from_pretrained(problem.folder / "tokenizer", padding_side="left")
    model = transformers.AutoModelForCausalLM.from_pretrained(problem.folder / "backbone", dtype=kind(device))
    model, top = adapted(problem, model, "CAUSAL_LM", device).train(), head(problem.sizes.vocabulary).to(device)
    trained = [p for p in [*model.parameters(), *top.parameters()] if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3, weight_decay=0.0)
    rows, losses = problem.order(order), []
    steps = range(0, len(rows), problem.sizes.batch)
    wait(device)
    began = time.perf_counter()
    for number, start in enumerate(steps):
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * schedule.factor(number, len(steps), "linear", 0)
        chosen = rows[start:start + problem.sizes.batch]
        texts = ["".join(p.get("text") or problem.texts[i][p["column"]] for p in TEMPLATE) for i in chosen]
        batch = tokenizer(texts, padding="longest", return_tensors="pt").to(device)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            output = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"])
            logits = top(output.logits[:, -1].float())
        loss = F.cross_entropy(logits.float(), torch.tensor([problem.labels[i] for i in chosen], device=device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.detach())
    mean = float(torch.stack(losses).mean())
    wait(device)
    return time.perf_counter() - began, mean


def wait(device):
    if device == "cuda":
        torch.cuda.synchronize()
