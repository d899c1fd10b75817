// `tokenize`: the tokens of a table's texts, neither cut nor joined, so that a change of lengths tokenizes nothing anew.

internal import Digests
internal import Recipes

package struct TokenizeStep: TypedStep {
    package static let kind = StepKind(
        "tokenize", demand: .parallel, outputs: ["tokens", .sometimes("tokenizer", "where it is made here")],
        "Turns the pieces of each text into tokens; where there is no tokenizer, makes one.")

    package struct Outputs: Sendable {
        package let tokens: Artifact<Content.Tokens>
        package let tokenizer: Artifact<Content.Tokenizer>
    }

    let template: Template
    /// Tokens of the tokenizer that is made of the texts; nil where there is one.
    let vocabulary: Int?
    let chat: Chat
    let splitsSpecialTokens: Bool
    /// Whether what is made tells the id that masks a token.
    let tellsMask: Bool
    let words: [String]?
    /// Two texts that are also told as they are in each other's place, where the template begins them unlike.
    let swapped: [String]?
    let texts: Artifact<Content.Texts>
    let tokenizer: Artifact<Content.Tokenizer>?

    package static let parameters: [Parameter<Self>] = [
        .template(\.template),
        Parameter(
            "vocabulary", nullable: \.vocabulary, .integer(300...262_144),
            "Tokens of a byte-level BPE tokenizer that is made of the texts; null where there is a tokenizer."),
        Parameter(
            "chat",
            schema: [
                "anyOf": [
                    [
                        "type": "object", "properties": ["system": ["type": ["string", "null"]]],
                        "additionalProperties": false,
                    ], ["type": "null"],
                ]
            ],
            "The system prompt of the chat that the text is a message of; null where it stands alone."
        ) { $0.chat.json },
        Parameter(
            "split-special-tokens", \.splitsSpecialTokens, .boolean, asBefore: false,
            "Whether control tokens that a text spells out are read as text."),
        Parameter(
            "mask", \.tellsMask, .boolean, asBefore: false,
            "Whether the id of the tokenizer's mask token is told beside the tokens."),
        Parameter(
            "words", optional: \.words, .list(of: .text()),
            "Words of one token each whose ids are told beside the tokens."),
        Parameter(
            "swapped", optional: \.swapped, .list(of: .text()),
            "Two texts of which the tokens in each other's place are told, too: after a space, a word may be another token."
        ),
    ]

    package static let inputs: [Input<Self>] = [
        Input("texts", \.texts, "What is tokenized."),
        Input("tokenizer", optional: \.tokenizer, "The tokenizer's files, unless it is made here."),
    ]

    package static func outputs(of step: Int) -> Outputs {
        Outputs(tokens: Artifact(step, "tokens"), tokenizer: Artifact(step, "tokenizer"))
    }
}
