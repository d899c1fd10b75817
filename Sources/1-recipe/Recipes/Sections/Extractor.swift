// One entry of `extractors`: a language model that reads the texts as it is, and what is taken from it as features.

internal import Digests
internal import Nodes

package struct Extractor: Sendable {
    package enum Feature: String, CaseIterable, Sendable { case likelihood, embedding }

    /// The ways of ``Pooling`` that need no training.
    package enum Vector: String, CaseIterable, Sendable { case mean, last, cls }

    package var backbone = Backbone.folder(".")
    package var features = Feature.allCases
    package var pooling = Vector.mean
    package var components = 32
    package var template: Template?
    package var splitsSpecialTokens: Bool?
    package var lengths = Lengths()
    package var quantization = Quantization.none
    package var precision = Precision.auto
    package var remoteCode = false

    package static let declaration = Declaration(
        "A language model that reads the texts as it is, without being trained; a stack entry reads what it makes of them as features.",
        initial: { Extractor() },
        keys: [
            Key(
                "backbone", \.backbone, Backbone.trained, required: true,
                "The model: a hub id (org/name or org/name@revision), or a folder."),
            Key(
                "features", \.features, .list(of: .choice),
                "likelihood: how the model expects the answer's tokens (mean log-likelihood, perplexity, deviation, entropy, share of first choices); embedding: one vector for the text."
            ),
            Key(
                "pooling", \.pooling, .choice,
                "Which hidden states are the embedding: the mean, the last token's, or the first's (cls)."),
            Key(
                "components", \.components, .integer(0...65_536),
                "Leading directions of the training texts' embeddings that are kept; 0 keeps every dimension."),
            Key(
                "template", optional: \.template, Template.shape,
                "The text that is read, where it is another than data.template; the likelihood is of the answer given what stands before it."
            ),
            Key("split-special-tokens", optional: \.splitsSpecialTokens, .boolean, FineTune.splitting),
            Key("lengths", \.lengths, Lengths.fixedShape, Lengths.declaration.about),
            Key("quantization", \.quantization, .choice, "How the weights are held."),
            Key(
                "precision", \.precision, .choice,
                "The type of the arithmetic; auto: bf16 on a GPU, fp16 on one that only emulates it (compute capability below 8.0), fp32 on a CPU."
            ),
            Key("remote-code", \.remoteCode, .boolean, "Whether Python code that comes with the backbone may run."),
        ])

    /// The model as one that is not trained: what reads its tokens needs no more.
    package var model: FineTune {
        var model = FineTune()
        model.backbone = backbone
        model.template = template
        model.splitsSpecialTokens = splitsSpecialTokens
        model.lengths = lengths
        model.quantization = quantization
        model.precision = precision
        model.remoteCode = remoteCode
        return model
    }
}
