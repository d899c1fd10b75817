// One entry of `models`: what is fitted, how, and how often.

internal import Diagnostics
package import Digests
internal import Nodes

/// TF-IDF features and a multinomial logistic regression: the cheap baseline.
package struct TFIDF: Sendable, Hashable {
    package enum Analyzer: String, CaseIterable, Sendable {
        case word, char
        case charWithinWords = "char-wb"
    }
    package var analyzer = Analyzer.word
    package var ngrams = [1, 2]
    package var minimumCount = 1
    package var regularization = 1.0

    package static let declaration = Declaration(
        "TF-IDF features and a multinomial logistic regression (scikit-learn).", initial: { TFIDF() },
        keys: [
            Key("analyzer", \.analyzer, .choice, "What n-grams are made of; char-wb stays within words."),
            Key("ngrams", \.ngrams, .range, "Shortest and longest n-gram, such as [1, 2]."),
            Key(
                "min-count", \.minimumCount, .integer(1...1_000_000), "Rows an n-gram must stand in to count.",
                unit: "rows"),
            Key(
                "regularization", \.regularization, .number(0...1e9, aboveMinimum: true),
                "Inverse strength of the L2 penalty (C)."),
        ])
}

/// What a model is trained on: every fold's complement, or all rows.
package enum Fit: String, CaseIterable, Sendable { case folds, full }

package struct Model: Sendable {
    package var like: String?
    package var backbone: Backbone?
    package var tfidf: TFIDF?
    package var quantization = Quantization.none
    package var adaptation = Adaptation.lora(LoRA())
    package var precision = Precision.auto
    package var remoteCode = false
    package var pooling = Pooling.last
    package var headInput = HeadInput.hiddenState
    package var template: Template?
    package var chat = Chat.none
    package var splitsSpecialTokens = false
    package var lengths = Lengths()
    package var training = Training()
    package var seeds = [1]
    package var fit = [Fit.folds]
    package var pseudoLabels = PseudoLabelling.off

    package static let declaration = Declaration(
        "A model: a backbone to fine-tune, or a baseline.", initial: { Model() }, oneOf: ["backbone", "tfidf"],
        elsewhere: "like",
        keys: [
            Key(
                "like", optional: \.like, .text(),
                "Another model whose settings this one takes, except those written here."),
            Key(
                "backbone", optional: \.backbone, Backbone.shape,
                "A hub id (org/name or org/name@revision), a folder, or {scratch: {...}}."),
            Key("tfidf", optional: \.tfidf, TFIDF.declaration.shape, TFIDF.declaration.about),
            Key("quantization", \.quantization, .choice, "How the frozen weights are held."),
            Key("lora", \.adaptation, Adaptation.shape, "LoRA adapters; off trains every weight."),
            Key(
                "precision", \.precision, .choice,
                "The type of the arithmetic; auto: bf16 on a GPU, fp32 on a CPU. Trained weights are fp32 in any case."),
            Key("remote-code", \.remoteCode, .boolean, "Whether Python code that comes with the backbone may run."),
            Key(
                "pooling", \.pooling, .choice,
                "Which hidden state the head reads: the last token's, the mean, the first token's (cls), or a learned mean."
            ),
            Key(
                "head-input", \.headInput, .choice,
                "What the head reads at that place: the hidden state, or the logits of the language model's head."),
            Key(
                "template", optional: \.template, Template.shape,
                "The text this model reads, where it is another than data.template."),
            Key("chat", \.chat, Chat.shape, Chat.about),
            Key("split-special-tokens", \.splitsSpecialTokens, .boolean, Self.splitting),
            Key("lengths", \.lengths, Lengths.declaration.shape, Lengths.declaration.about),
            Key("training", \.training, Training.declaration.shape, Training.declaration.about),
            Key("seeds", \.seeds, .list(of: .seed), "One model is fine-tuned for each seed; predictions are averaged."),
            Key("fit", \.fit, .list(of: .choice), "folds: a model without each fold in turn; full: one on all rows."),
            Key("pseudo-labels", \.pseudoLabels, PseudoLabelling.shape, PseudoLabels.declaration.about),
        ])

    /// What the key `split-special-tokens` means.
    static let splitting =
        "Whether control tokens that a text spells out, such as </s>, are read as text; false: as the tokenizer's own marks, of which `tokenize` warns."

    /// Every setting with its value, as the declarations encode it; always an object.
    package var resolved: JSON { Self.declaration.shape.encode(self) }

    /// The keys that mean something to a tfidf model.
    static let baselineKeys = ["like", "tfidf", "fit", "template", "pseudo-labels"]

    /// The seeds that make a difference: logistic regression has none.
    package var effectiveSeeds: [Int?] { tfidf == nil ? seeds : [nil] }
}

extension ValueShape where Value == [Int] {
    /// `[shortest, longest]`.
    static var range: Self {
        let list = ValueShape<[Int]>.list(of: .integer(1...20), minimum: 2, unique: false)
        return ValueShape(
            schema: [
                "type": "array", "items": ["type": "integer", "minimum": 1, "maximum": 20], "minItems": 2,
                "maxItems": 2,
            ],
            decode: { node, reading in
                guard let values = list.decode(node, &reading) else { return nil }
                guard values.count == 2 else {
                    reading.wrongType(node, wanted: "[shortest, longest], such as [1, 2],")
                    return nil
                }
                guard values[0] <= values[1] else {
                    reading.report(
                        Finding(
                            .outOfRange, "the shorter length stands first, and \(values[0]) is above \(values[1])",
                            at: node.span, help: "write [\(values[1]), \(values[0])]"))
                    return nil
                }
                return values
            }, encode: list.encode)
    }
}
