// The model kind `backbone`: a backbone with a classification head, fine-tuned for each seed and fold.

internal import Digests

package struct FineTune: Sendable, ModelSection {
    var like: String?
    package var backbone = Backbone.folder(".")
    package var quantization = Quantization.none
    package var adaptation = Adaptation.lora(LoRA())
    package var precision = Precision.auto
    package var remoteCode = false
    package var pooling = Pooling.last
    package var headInput = HeadInput.hiddenState
    package var labelWords: [String]?
    package var template: Template?
    package var chat = Chat.none
    package var splitsSpecialTokens: Bool?
    package var swap: Swap?
    package var lengths = Lengths()
    package var training = Training()
    package var seeds = [1]
    package var fit: ModelFit = [.folds]
    package var pseudoLabels = PseudoLabelling.off

    package var effectiveSeeds: [Int?] { seeds }

    package static let declaration = Declaration(
        "A backbone to fine-tune.", initial: { FineTune() },
        keys: [
            Model.like(\.like),
            Key(
                "backbone", \.backbone, Backbone.shape,
                "A hub id (org/name or org/name@revision), a folder, or {scratch: {...}}."),
            Key("quantization", \.quantization, .choice, "How the frozen weights are held."),
            Key("lora", \.adaptation, Adaptation.shape, "LoRA adapters; off trains every weight."),
            Key(
                "precision", \.precision, .choice,
                "The type of the arithmetic; auto: bf16 on a GPU, fp16 on one that only emulates it (compute capability below 8.0), fp32 on a CPU. Trained weights are fp32 in any case."
            ),
            Key("remote-code", \.remoteCode, .boolean, "Whether Python code that comes with the backbone may run."),
            Key(
                "pooling", \.pooling, .choice,
                "Which hidden state the head reads: the last token's, the mean, the first token's (cls), or a learned mean."
            ),
            Key(
                "head-input", \.headInput, .choice,
                "What the head reads at that place: the hidden state, or the logits of the language model's head."),
            Key(
                "label-words", optional: \.labelWords, .list(of: .text(), minimum: 2),
                "Words, one token each and one for each of data.labels, whose rows of the language model's head the head begins as: an untrained model answers with the likeliest of them."
            ),
            Model.template(\.template),
            Key("chat", \.chat, Chat.shape, Chat.about),
            Key("split-special-tokens", optional: \.splitsSpecialTokens, .boolean, splitting),
            Key("swap", optional: \.swap, Swap.declaration.shape, Swap.declaration.about),
            Key("lengths", \.lengths, Lengths.shape, Lengths.declaration.about),
            Key("training", \.training, Training.declaration.shape, Training.declaration.about),
            Model.seeds(\.seeds),
            Model.fit(\.fit), Model.pseudoLabels(\.pseudoLabels),
        ])

    package var words: String {
        var words = seeds.count == 1 ? "" : "\(seeds.count) seeds, "
        switch adaptation {
        case .lora(let lora): words += "LoRA rank \(lora.rank)"
        case .full: words += "full fine-tune"
        case .headOnly: words += "head only"
        }
        if quantization != .none { words += ", \(quantization.rawValue)" }
        switch backbone {
        case .hub(let repository, _): words += " on \(repository)"
        case .folder(let path): words += " on \(path)"
        case .scratch(let scratch): words += " on a random \(scratch.architecture.rawValue)"
        }
        return words
    }

    /// What the key `split-special-tokens` means.
    static let splitting =
        "Whether control tokens that a text spells out, such as </s>, are read as text; false: as the tokenizer's own marks, of which `tokenize` warns. By default true, but false where the texts are prompt and answer, as it always was."
}
