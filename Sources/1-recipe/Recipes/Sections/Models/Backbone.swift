// What a model is fine-tuned from: a hub id, a folder in hub layout, or weights drawn at random.

internal import Diagnostics
internal import Digests
internal import Nodes

/// A random start: an architecture, its sizes, and a tokenizer trained on the data.
package struct Scratch: Sendable, Hashable {
    package enum Architecture: String, CaseIterable, Sendable { case mistral, llama, qwen2 }
    package var architecture = Architecture.mistral
    package var hidden = 128
    package var layers = 4
    package var heads = 4
    package var intermediate = 256
    package var vocabulary = 2_000
    package var context = 1_024

    package static let declaration = Declaration(
        "A decoder with random weights and a tokenizer trained on the training texts.", initial: { Scratch() },
        keys: [
            Key("architecture", \.architecture, .choice, required: true, "The family of the decoder."),
            Key("hidden", \.hidden, .integer(8...16_384), "Width of the hidden states; a multiple of twice the heads."),
            Key("layers", \.layers, .integer(1...256), "Number of layers."),
            Key("heads", \.heads, .integer(1...256), "Number of attention heads."),
            Key("intermediate", \.intermediate, .integer(8...65_536), "Width of the feed-forward layers."),
            Key("vocabulary", \.vocabulary, .integer(300...262_144), "Tokens of the byte-level BPE tokenizer."),
            Key("context", \.context, .integer(16...1_048_576), "Longest sequence, in tokens."),
        ])
}

package enum Backbone: Sendable, Hashable {
    /// The families that ablate is tested with, as `model_type` of a config names them: those of the worker's own table.
    package static let families = [
        "mistral", "llama", "qwen2", "qwen3", "phi", "phi3", "gemma", "gemma2", "gemma3_text", "bert", "roberta",
        "deberta-v2", "modernbert",
    ]

    /// `org/name`, with `revision` after an `@`, or nil for the branch `main`.
    case hub(repository: String, revision: String?)
    /// A folder, from the recipe's folder.
    case folder(String)
    case scratch(Scratch)

    static let shape = ValueShape<Backbone>(
        schema: [
            "anyOf": [
                ["type": "string", "pattern": .string(pattern)],
                [
                    "type": "object", "properties": ["scratch": Scratch.declaration.shape.schema],
                    "required": ["scratch"],
                    "additionalProperties": false,
                ],
            ]
        ],
        decode: decode,
        encode: { backbone in
            switch backbone {
            case .hub(let repository, let revision): .string(revision.map { "\(repository)@\($0)" } ?? repository)
            case .folder(let path): .string(path)
            case .scratch(let scratch): ["scratch": Scratch.declaration.shape.encode(scratch)]
            }
        })

    /// A backbone that has been trained: random weights are of no use where nothing trains them.
    static let trained = ValueShape<Backbone>(
        schema: ["type": "string", "pattern": .string(pattern)],
        decode: { node, reading in
            guard node.entries == nil else {
                reading.report(
                    Finding(
                        .scratchConflict,
                        "random weights have nothing to say of a text that they were not trained on",
                        at: node.span, help: "name a backbone of the hub or a folder"))
                return nil
            }
            return shape.decode(node, &reading)
        }, encode: shape.encode)

    private static let pattern =
        "^(\\.{1,2}(/.*)?|/.*|[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*(@[A-Za-z0-9._/-]+)?)$"

    /// One key, `scratch`, in a mapping of its own.
    private struct Start: Sendable {
        var scratch = Scratch()
        static let declaration = Declaration(
            "Weights drawn at random.", initial: { Start() },
            keys: [Key("scratch", \.scratch, Scratch.declaration.shape, required: true, Scratch.declaration.about)])
    }

    @Sendable private static func decode(_ node: Node, _ reading: inout Reading) -> Backbone? {
        let wanted = "a hub id (org/name), a folder (./path) or {scratch: {...}}"
        if node.entries != nil { return Start.declaration.shape.decode(node, &reading).map { .scratch($0.scratch) } }
        guard let text = ScalarReading.text(node, wanted: wanted, reading: &reading) else { return nil }
        if text.hasPrefix("/") || text == "." || text == ".." || text.hasPrefix("./") || text.hasPrefix("../") {
            return .folder(text)
        }
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let parts = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts.allSatisfy(Name.isValid), halves.count == 1 || isRevision(halves[1]) else {
            reading.report(
                Finding(
                    .badValue, "\(wanted) belongs here, and this is \"\(text)\"", at: node.span,
                    help: "write ./\(text) if it is a folder"))
            return nil
        }
        return .hub(repository: halves[0], revision: halves.count == 2 ? halves[1] : nil)
    }

    private static func isRevision(_ text: String) -> Bool {
        !text.isEmpty && !text.contains("..")
            && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { Name.isValid(String($0)) }
    }
}
