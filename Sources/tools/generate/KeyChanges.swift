// A recipe in which every key of the language has something to change, and a change for each.

enum KeyChanges {
    static let recipe = """
        recipe: reference
        data:
          train: train.csv
          test: test.csv
          columns: {id: id, prompt: p, answer: a, label: l, group: g}
          labels: [x, y, z]
          constraint: one-of-each
        folds: {kind: stratified-group-k-fold, count: 2}
        models:
          m: {backbone: org/m, fit: [folds], seeds: [1]}
          s: {backbone: {scratch: {architecture: mistral}}, fit: [folds]}
          t: {tfidf: {}, fit: [folds]}
          b: {predictions: {oof: oof.csv, test: t.csv, folds: f.csv, labels: cross-fitted}}
          p: {program: {command: [python3, p.py, "{seed}", "{settings.n}", "{in.valid}", "{out.oof}"], settings: {n: 1}}}
        stack:
          a: {average: [m, t]}
          l: {lightgbm: [m, t], features: [length], annotations: [n], extractors: [e]}
          g: {logistic: [m, t]}
          o: {optimize: a}
        steps:
          c: {command: [python3, c.py, "{in.x}", "{out.y}"], inputs: {x: data.train}, outputs: [y]}
        annotations:
          n: {endpoint: "http://localhost/v1", model: m, template: "{answer}", scale: [1, 5], prices: {prompt: 1}}
          k: {endpoint: "http://localhost/v1", model: m, template: "{prompt}", categories: [x, y]}
        extractors:
          e: {backbone: org/e}
          f: {backbone: org/f, features: [embedding]}
        explore: {}
        ablations:
          q: {hypothesis: Is it?, of: m, vary: {lora.rank: [4, 8]}}
        submission: {from: o}
        """

    private static let model = [
        "backbone": "org/other", "quantization": "nf4", "lora.rank": "3", "lora.alpha": "3", "lora.dropout": "0.3",
        "lora.targets": "[q_proj]", "lora.rslora": "true", "lora.dora": "true", "precision": "fp32",
        "remote-code": "true", "pooling": "mean", "head-input": "lm-logits", "template": "\"{prompt} {answer}\"",
        "chat": "on", "split-special-tokens": "true", "lengths.prompt": "3", "lengths.answer": "3",
        "lengths.keep": "tail", "lengths.quantile": "0.9", "seeds": "[2]",
        "fit": "[folds, full]", "pseudo-labels": "{from: t}", "training.epochs": "7", "training.steps": "7",
        "training.batch": "7", "training.learning-rate": "0.7", "training.head-learning-rate": "0.7",
        "training.schedule": "linear", "training.warmup": "0.7", "training.weight-decay": "0.7",
        "training.clip": "0.7", "training.optimizer": "paged-adamw-8bit", "training.label-smoothing": "0.1",
        "training.class-weights": "balanced", "training.validation": "0.1", "training.order": "groups",
        "training.share-prompt": "off", "training.deterministic": "true", "training.layer-decay": "0.9",
        "training.ema": "0.99", "training.adversarial": "{method: fgm, epsilon: 1}", "training.focal": "2",
        "training.head-dropout": "0.1", "training.neftune": "5", "training.mask-tokens": "0.1",
    ]
    private static let tops = [
        "recipe": "other", "about": "A word.", "data.train": "other.csv", "data.test": "other.csv",
        "data.columns.id": "other", "data.columns.prompt": "other", "data.columns.answer": "other",
        "data.columns.label": "other", "data.columns.group": "other", "data.columns.weight": "other",
        "data.labels": "[x, y]", "data.target": "ordinal", "data.template": "\"{answer}\"",
        "folds.kind": "group-k-fold", "folds.count": "3",
        "folds.seed": "7", "submission.from": "a", "submission.path": "other.csv", "submission.sample": "s.csv",
        "submission.leaderboard": "0.5",
        "rounds.count": "1",
    ]
    private static let scratch = [
        "architecture": "llama", "hidden": "64", "layers": "2", "heads": "2", "intermediate": "64", "vocabulary": "999",
        "context": "2048",
    ]
    private static let settings = [
        "rounds": "7", "learning-rate": "0.7", "leaves": "7", "min-rows": "7", "feature-share": "0.5",
        "row-share": "0.5", "l2": "7", "bins": "7", "early-stopping": "7",
    ]
    private static let annotation = [
        "endpoint": "http://other/v1", "model": "other", "template": "\"Rate {answer}\"", "scale": "[1, 7]",
        "key-variable": "OTHER", "concurrency": "2", "rate": "60", "retries": "2", "timeout": "7",
        "temperature": "0.7", "max-tokens": "7", "prices.prompt": "7", "prices.completion": "7",
    ]
    private static let extractor = [
        "backbone": "org/other", "features": "[likelihood]", "pooling": "last", "components": "7",
        "template": "\"{answer}\"", "split-special-tokens": "true", "lengths.prompt": "3", "lengths.answer": "3",
        "lengths.keep": "tail", "quantization": "nf4", "precision": "fp32", "remote-code": "true",
    ]
    private static let ablation = [
        "hypothesis": "\"Was it?\"", "of": "s", "vary": "{lora.rank: [4, 9]}", "smallest-effect": "0.1",
        "conclusion": "\"Yes.\"", "tags": "[one]", "baseline": "lora.rank=4", "with": "{training.epochs: 9}",
        "except": "[{lora.rank: 4}]", "zip": "{lora.alpha: [1, 2]}",
        "together": "{one: {lora.alpha: 1}, two: {lora.alpha: 2}}",
    ]

    /// The change of each path, the last of its list; what stands before it makes it possible.
    static var all: [String: [String]] {
        var all: [String: [String]] = [:]
        for (path, value) in tops { all[path] = ["\(path)=\(value)"] }
        all["folds.repeats"] = ["models.b={predictions: {oof: oof.csv, labels: cross-fitted}}", "folds.repeats=2"]
        // Without what takes every row, or one table.
        let plain = [
            "steps={}", "models={m: {backbone: org/m}, t: {tfidf: {}}}", "stack={a: {average: [m, t]}}",
            "submission.from=a",
        ]
        all["data.validation"] = plain + ["folds={kind: validation}", "data.validation=v.csv", "data.validation=w.csv"]
        all["data.more"] = plain + ["data.more=[{file: e.csv}]"]
        let alone = plain + ["stack={}", "submission.from=m", "models.m.fit={folds: [0]}"]
        all["models.*.fit.folds"] = alone + ["models.m.fit.folds=[1]"]
        all["models.*.fit.full"] = alone + ["models.m.fit.full=true"]
        all["data.columns.texts"] = [
            "data.columns={id: id, texts: {prompt: p, answer: a}, label: l, group: g}",
            "data.columns.texts={prompt: other, answer: a}",
        ]
        all["data.columns.extra"] = ["data.columns.extra=[age]"]
        all["folds.column"] = ["folds={kind: column, column: part, count: 2}", "folds.column=other"]
        all["rounds.count"] = ["rounds={count: 1, from: t}", "rounds.count=2"]
        all["rounds.from"] = ["rounds={count: 1, from: t}", "rounds.from=o"]
        for (key, value) in ["labels": "soft", "min-confidence": "0.5", "weight": "0.5"] {
            all["rounds.\(key)"] = ["rounds={count: 1, from: t}", "rounds.\(key)=\(value)"]
            all["models.*.pseudo-labels.\(key)"] = [
                "models.m.pseudo-labels={from: t}", "models.m.pseudo-labels.\(key)=\(value)",
            ]
        }
        all["models.*.pseudo-labels.from"] = ["models.m.pseudo-labels={from: t}", "models.m.pseudo-labels.from=s"]
        for (key, value) in model { all["models.*.\(key)"] = ["models.m.\(key)=\(value)"] }
        all["models.*.quantization"] = ["models.m.quantization=nf4"]
        all["models.*.training.keep"] = ["models.m.training.validation=0.1", "models.m.training.keep=best"]
        all["models.*.training.early-stopping"] = [
            "models.m.training.validation=0.1", "models.m.training.early-stopping=2",
        ]
        for (key, value) in ["method": "awp", "epsilon": "0.7", "start": "0.7"] {
            all["models.*.training.adversarial.\(key)"] = [
                "models.m.training.adversarial={method: fgm, epsilon: 1}",
                "models.m.training.adversarial.\(key)=\(value)",
            ]
        }
        all["models.*.training.dropout-samples"] = [
            "models.m.training.head-dropout=0.1", "models.m.training.dropout-samples=5",
        ]
        all["models.*.training.mask-with"] = [
            "models.m.training.mask-tokens=0.1", "models.m.training.mask-with=mask",
        ]
        all["models.*.training.reinitialize-layers"] = [
            "models.s.lora=off", "models.s.training.reinitialize-layers=2",
        ]
        all["models.*.label-words"] = ["models.m.label-words=[one, two, three]"]
        for (key, value) in ["texts": "[answer, prompt]", "labels": "[y, x, z]", "at": "training"] {
            all["models.*.swap.\(key)"] = ["models.m.swap={texts: [prompt, answer]}", "models.m.swap.\(key)=\(value)"]
        }
        all["models.*.training.loss"] = ["data.target=ordinal", "models.m.training.loss=mse"]
        all["models.*.lora.init"] = ["models.m.lora.init=pissa"]
        for (key, value) in scratch {
            all["models.*.backbone.scratch.\(key)"] = ["models.s.backbone.scratch.\(key)=\(value)"]
        }
        for (key, value) in ["analyzer": "char", "ngrams": "[1, 3]", "min-count": "3", "regularization": "3"] {
            all["models.*.tfidf.\(key)"] = ["models.t.tfidf.\(key)=\(value)"]
        }
        for (key, value) in ["oof": "other.csv", "test": "other.csv", "folds": "other.csv", "labels": "unused"] {
            all["models.*.predictions.\(key)"] = ["models.b.predictions.\(key)=\(value)"]
        }
        let command = "[python3, q.py, \"{seed}\", \"{settings.n}\", \"{in.train}\", \"{in.valid}\", \"{out.oof}\"]"
        for (key, value) in [
            "command": command, "settings": "{n: 2}", "files": "[m.py]", "labels": "unused",
            "resources.cores": "2", "resources.memory": "100", "resources.gpus": "1", "resources.gpu-memory": "100",
            "resources.time": "60",
        ] { all["models.*.program.\(key)"] = ["models.p.program.\(key)=\(value)"] }
        for (key, value) in ["average": "[m, s]", "mean": "geometric", "weights": "[2, 1]"] {
            all["stack.*.\(key)"] = ["stack.a.\(key)=\(value)"]
        }
        for (key, value) in ["optimize": "m", "fitted-on": "m", "method": "assignment"] {
            all["stack.*.\(key)"] = ["stack.o.\(key)=\(value)"]
        }
        for (key, value) in ["lightgbm": "[m]", "features": "[casing]", "seeds": "[7]", "test": "refit"] {
            all["stack.*.\(key)"] = ["stack.l.\(key)=\(value)"]
        }
        all["stack.*.logistic"] = ["stack.g.logistic=[m]"]
        let columns = "{id: id, prompt: p, answer: a, label: l, group: g}"
        all["stack.*.ridge"] = [
            "data={train: train.csv, test: test.csv, target: number, columns: \(columns)}", "folds.kind=group-k-fold",
            "stack={g: {ridge: [m, t]}}", "submission.from=g", "stack.g.ridge=[m]",
        ]
        for (key, value) in settings { all["stack.*.settings.\(key)"] = ["stack.l.settings.\(key)=\(value)"] }
        all["stack.*.settings.regularization"] = ["stack.g.settings.regularization=7"]
        all["steps.*.command"] = ["steps.c.command=[python3, d.py, \"{in.x}\", \"{out.y}\"]"]
        all["steps.*.inputs"] = ["steps.c.inputs={x: data.test}"]
        all["steps.*.labels"] = ["steps.c.labels=unused"]
        all["stack.*.annotations"] = ["stack.l.annotations=[k]"]
        for (key, value) in annotation { all["annotations.*.\(key)"] = ["annotations.n.\(key)=\(value)"] }
        all["annotations.*.per"] = ["annotations.n.template=\"{prompt}\"", "annotations.n.per=group"]
        all["annotations.*.categories"] = ["stack.l.annotations=[k]", "annotations.k.categories=[x, z]"]
        all["stack.*.extractors"] = ["stack.l.extractors=[f]"]
        for (key, value) in extractor { all["extractors.*.\(key)"] = ["extractors.e.\(key)=\(value)"] }
        all["explore.clusters"] = ["explore.clusters=7"]
        all["explore.near"] = ["explore.near=0.7"]
        all["explore.extractor"] = ["explore.extractor=f"]
        for (key, value) in ["cores": "2", "memory": "100", "gpus": "1", "gpu-memory": "100", "time": "60"] {
            all["steps.*.resources.\(key)"] = ["steps.c.resources.\(key)=\(value)"]
        }
        for (key, value) in ablation { all["ablations.*.\(key)"] = ["ablations.q.\(key)=\(value)"] }
        return all
    }
}
