"""Makes ../backbone: a byte-level BPE tokenizer and a small Mistral, pre-trained as a causal language model.

It sees make/corpus and nothing else: no question, no answer, no label. Needs torch, transformers and tokenizers;
takes some minutes on one thread, and the same bytes come out only with the same library versions.

    python make/pretrain.py
"""

import argparse
import json
import math
import pathlib
import time

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import MistralConfig, MistralForCausalLM

HERE = pathlib.Path(__file__).parent
BLOCK, BATCH = 128, 16  # tokens, rows


def documents():
    """The corpus as text, spelled as the answers are: a capital after a stop."""
    for name in ("language", "network", "tools"):
        lines = (HERE / "corpus" / f"{name}.txt").read_text().splitlines()
        yield " ".join(line[:1].upper() + line[1:].replace(" ,", ",") + "." for line in lines)


def make_tokenizer(texts, vocabulary):
    """A byte-level BPE that puts <s> before a text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = ["<s>", "</s>", "<pad>"]
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator((s for text in texts for s in text.split(". ")), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return tokenizer


def blocks(ids, generator):
    """One epoch of rows [BATCH, BLOCK]: <s>, then text from anywhere; offsets differ in each epoch."""
    rows = []
    for document in ids:
        offset = int(torch.randint(0, BLOCK - 1, (1,), generator=generator))
        for start in range(offset, len(document) - BLOCK, BLOCK - 1):
            rows.append(torch.cat([torch.tensor([0]), document[start : start + BLOCK - 1]]))
    order = torch.randperm(len(rows), generator=generator)
    for i in range(0, len(rows) - BATCH + 1, BATCH):
        yield torch.stack([rows[j] for j in order[i : i + BATCH]])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, default=HERE.parent / "backbone")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--intermediate", type=int, default=384)
    parser.add_argument("--vocabulary", type=int, default=2000)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)

    texts = list(documents())
    tokenizer = make_tokenizer(texts, options.vocabulary)
    ids = [torch.tensor(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]
    held = [document[-len(document) // 25 :] for document in ids]  # the last 4 % of each text is never trained on
    ids = [document[: -len(document) // 25] for document in ids]
    model = MistralForCausalLM(
        MistralConfig(
            vocab_size=options.vocabulary,
            hidden_size=options.hidden,
            intermediate_size=options.intermediate,
            num_hidden_layers=options.layers,
            num_attention_heads=options.heads,
            num_key_value_heads=options.heads // 2,
            max_position_embeddings=1024,
            sliding_window=None,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=1,
            pad_token_id=2,
            use_cache=False,
        )
    )
    size = sum(p.numel() for p in model.parameters())
    print(f"{size:,} parameters, {sum(map(len, ids)):,} tokens to train on", flush=True)
    decay = [p for p in model.parameters() if p.ndim == 2]
    rest = [p for p in model.parameters() if p.ndim != 2]
    optimizer = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}], betas=(0.9, 0.95), fused=True
    )

    def held_out_loss():
        model.eval()
        with torch.no_grad():
            rows = [d[i : i + BLOCK - 1] for d in held for i in range(0, len(d) - BLOCK, BLOCK - 1)]
            batch = torch.stack([torch.cat([torch.tensor([0]), row]) for row in rows])
            loss = sum(model(input_ids=b, labels=b).loss.item() * len(b) for b in batch.split(16)) / len(batch)
        model.train()
        return loss

    steps = options.epochs * len(list(blocks(ids, torch.Generator().manual_seed(0))))
    step, began = 0, time.monotonic()
    for epoch in range(options.epochs):
        for batch in blocks(ids, generator):
            rate = options.rate * min(1, (step + 1) / 50) * (0.5 + 0.5 * math.cos(math.pi * min(1, step / steps)))
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = model(input_ids=batch, labels=batch).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
        seconds = time.monotonic() - began
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, held out {held_out_loss():.3f}, {seconds:.0f} s", flush=True)

    model.to(torch.float16).save_pretrained(options.out)
    tokenizer.save(str(options.out / "tokenizer.json"))
    (options.out / "model.safetensors").chmod(0o644)
    (options.out / "generation_config.json").unlink(missing_ok=True)
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1024,
    }
    (options.out / "tokenizer_config.json").write_text(json.dumps(settings, indent=2) + "\n")


if __name__ == "__main__":
    main()
