// One entry of `ablations`: a question, and the settings varied to answer it.

package import Nodes

package struct Ablation: Sendable {
    package var hypothesis = ""
    package var of = ""
    package var vary: [Node.Entry] = []
    package var with: [Node.Entry] = []
    package var smallestEffect: Double?

    static let declaration = Declaration(
        "A question about a model, answered by varying its settings.", initial: { Ablation() },
        keys: [
            Key("hypothesis", \.hypothesis, .text(), required: true, "The question, as a sentence."),
            Key("of", \.of, .text(), required: true, "The model that is varied."),
            Key(
                "vary", \.vary, .mapping(of: "lists"), required: true,
                "Settings, such as lora.rank, and the values of each; several make a grid."),
            Key("with", \.with, .mapping(of: "values"), "Settings of every variant, such as fewer epochs."),
            Key(
                "smallest-effect", optional: \.smallestEffect, .number(0...1e6, aboveMinimum: true),
                "The smallest difference in log loss that would matter."),
        ])
}

/// One arm of an ablation: a model with some settings of its own.
package struct Variant: Sendable {
    /// `lora.rank=8`, or several such parts apart by commas.
    package let name: String
    /// The varied settings and their values, as written.
    package let settings: [(path: String, value: String)]
    package let model: Model
    /// The resolved tree of the model, for places and origins.
    package let tree: Node
}
