// One edit of a small recipe for each code.

enum DiagnosticExamples {
    struct Edit {
        var old = ""
        var new = ""
        var overrides: [String] = []
    }

    static let recipe = """
        recipe: example
        data:
          train: data/train.csv
          test: data/test.csv
          columns: {id: id, prompt: question, answer: response, label: label, group: question}
          labels: [human, machine]
          constraint: one-of-each
        folds: {kind: stratified-group-k-fold, count: 5}
        models:
          large: {backbone: org/large, lora: {rank: 8}, seeds: [1, 2, 3]}
          small: {like: large, backbone: org/small, seeds: [1]}
        stack:
          blend: {average: [large, small]}
          final: {optimize: blend}
        ablations:
          rank:
            hypothesis: Is LoRA rank 16 better than 8?
            of: large
            vary: {lora.rank: [8, 16]}
        submission: {from: final}

        """

    static let all: [String: Edit] = [
        "malformed-yaml": edit("labels: [human, machine]", "labels: [human, machine"),
        "duplicate-key": edit("seeds: [1]}", "seeds: [1], seeds: [2]}"),
        "complex-key": edit("{average: [large, small]}", "{[average]: [large, small]}"),
        "several-documents": edit("submission: {from: final}", "---\nsubmission: {from: final}"),
        "empty-document": Edit(old: recipe, new: "# later\n"),
        "unknown-tag": edit("seeds: [1]}", "seeds: !Ref [1]}"),
        "bad-tag": edit("count: 5}", "count: !!int five}"),
        "bad-merge": edit("{like: large, backbone", "{<<: large, backbone"),
        "unknown-alias": edit("seeds: [1]}", "seeds: *seeds}"),
        "alias-cycle": edit("labels: [human, machine]", "labels: &labels [human, *labels]"),
        "ambiguous-scalar": edit("labels: [human, machine]", "labels: [yes, no]"),
        "unknown-key": edit("lora: {rank: 8}", "lora: {rnak: 8}"),
        "missing-key": edit("folds: {kind: stratified-group-k-fold, count: 5}", "folds: {count: 5}"),
        "wrong-type": edit("count: 5", "count: five"),
        "unknown-value": edit("stratified-group-k-fold", "stratified-k-folds"),
        "bad-value": edit("backbone: org/large", "backbone: large"), "out-of-range": edit("count: 5", "count: 1"),
        "repeated-value": edit("seeds: [1, 2, 3]", "seeds: [1, 2, 2]"), "bad-name": edit("  blend: {", "  data: {"),
        "bad-template": edit("  constraint: one-of-each", "  constraint: one-of-each\n  template: \"Q: {question}\""),
        "bad-override": Edit(old: "recipe", new: "recipe", overrides: ["models.large.lora.rank"]),
        "conflicting-keys": edit("{optimize: blend}", "{optimize: blend, features: [length]}"),
        "dangling-name": edit("{optimize: blend}", "{optimize: belnd}"),
        "duplicate-name": edit("  blend: {", "  large: {"),
        "like-cycle": edit("large: {backbone", "large: {like: small, backbone"),
        "cycle": edit("lora: {rank: 8}", "lora: {rank: 8}, pseudo-labels: {from: final}"),
        "missing-file": edit("data/train.csv", "data/trian.csv"),
        "overwrites-input": edit("submission: {from: final}", "submission: {from: final, path: data/train.csv}"),
        "not-a-file": edit("train: data/train.csv", "train: data/parts.csv"),
        "sample-mismatch": edit("{from: final}", "{from: final, sample: data/sample.csv}"),
        "too-many-steps": Edit(
            old: "count: 5}", new: "count: 100}\nrounds: 20",
            overrides: ["models.large.seeds=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]"]),
        "missing-include": edit("recipe: example", "recipe: example\ninclude: [shared/models.yaml]"),
        "include-conflict": edit("recipe: example", "recipe: example\ninclude: [shared/folds.yaml]"),
        "include-cycle": edit("recipe: example", "recipe: example\ninclude: [self.yaml]"),
        "groups-split": edit("stratified-group-k-fold", "stratified-k-fold"),
        "no-out-of-fold": edit("seeds: [1]}", "seeds: [1], fit: [full]}\n  whole: {like: small}"),
        "optimized-twice": edit("{optimize: blend}", "{optimize: blend}\n  again: {optimize: final}"),
        "missing-constraint": edit("  constraint: one-of-each\n", ""),
        "full-fit-with-pseudo-labels": edit(
            "seeds: [1]}", "seeds: [1]}\n  taught: {like: small, fit: [folds, full], pseudo-labels: {from: final}}"),
        "no-embedding": edit(
            "stack:\n",
            "extractors:\n  reader: {backbone: org/large, features: [likelihood]}\nexplore: {extractor: reader}\nstack:\n"
        ),
        "no-teacher": edit(
            "seeds: [1]}",
            "seeds: [1]}\n  whole: {like: small, fit: [full]}\n  taught: {like: small, pseudo-labels: {from: whole}}"),
        "ensemble-size": edit("{optimize: blend}", "{optimize: blend, fitted-on: large}"),
        "scratch-conflict": edit(
            "backbone: org/large", "quantization: nf4, backbone: {scratch: {architecture: llama}}"),
        "lengths-above-context": edit(
            "backbone: org/large", "backbone: {scratch: {architecture: llama, context: 512}}"),
        "unused-model": edit("seeds: [1]}", "seeds: [1]}\n  whole: {like: small, fit: [full]}"),
        "unused-input": edit(
            "submission:",
            "steps:\n  count: {command: [wc, \"{out.words}\"], inputs: {train: data.train}, outputs: [words]}\nsubmission:"
        ),
        "unused-output": edit("submission:", "steps:\n  count: {command: [wc, -w], outputs: [words]}\nsubmission:"),
        "uneven-zip": edit("vary: {lora.rank: [8, 16]}", "zip: {lora.rank: [8, 16], lora.alpha: [16, 32, 64]}"),
        "confounded": edit("vary: {lora.rank: [8, 16]}", "zip: {lora.rank: [8, 16], training.epochs: [3, 4]}"),
    ]

    private static func edit(_ old: String, _ new: String) -> Edit { Edit(old: old, new: new) }
}
