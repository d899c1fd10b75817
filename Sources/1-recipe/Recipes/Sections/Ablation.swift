// One entry of `ablations`: a question, and the settings varied to answer it.

package import Nodes

package struct Ablation: Sendable {
    package var hypothesis = ""
    package var of = ""
    package var vary: [Node.Entry] = []
    package var zip: [Node.Entry] = []
    package var together: [Node.Entry] = []
    package var except: [Node] = []
    package var baseline: String?
    package var with: [Node.Entry] = []
    package var smallestEffect: Double?
    package var conclusion: String?
    package var tags: [String] = []

    static let declaration = Declaration(
        "A question about a model or a stack entry, answered by varying its settings.", initial: { Ablation() },
        keys: [
            Key("hypothesis", \.hypothesis, .text(), required: true, "The question, as a sentence."),
            Key("of", \.of, .text(), required: true, "The model or stack entry that is varied."),
            Key(
                "vary", \.vary, .mapping(of: "lists"),
                "Settings, such as lora.rank, and the values of each; several make a grid."),
            Key(
                "zip", \.zip, .mapping(of: "lists"),
                "Settings that change together: the first value of each list, then the second; crossed with vary."),
            Key(
                "together", \.together, .mapping(of: "mappings"),
                "Named variants, each with several settings; crossed with vary."),
            Key("except", \.except, .mappings, "Combinations to leave out, each a mapping of settings to values."),
            Key(
                "baseline", optional: \.baseline, .text(),
                "The name of the variant the others are compared with; by default the one that is as the model itself, else the first."
            ),
            Key("with", \.with, .mapping(of: "values"), "Settings of every variant, such as fewer epochs."),
            Key(
                "smallest-effect", optional: \.smallestEffect, .number(0...1e6, aboveMinimum: true),
                "The smallest difference in the metric that decides that would matter."),
            Key(
                "conclusion", optional: \.conclusion, .text(), "What the writer makes of it; shown beside the verdict."),
            Key("tags", \.tags, .list(of: .text(), minimum: 0), "Words to find the ablation by."),
        ])
}

/// One arm of an ablation: a model or a stack entry with some settings of its own.
package struct Variant: Sendable {
    package enum Subject: Sendable {
        case model(Model)
        case entry(StackEntry)
    }

    /// `lora.rank=8`, or several such parts apart by commas.
    package let name: String
    /// The varied settings and their values, as written.
    package let settings: [(path: String, value: String)]
    package let subject: Subject
    /// The resolved tree of the subject, for places and origins.
    package let tree: Node
    /// Whether it has the values of the model or entry it is about, defaults too, but for what the ablation fixes by `with`.
    package let isAsModel: Bool
}
