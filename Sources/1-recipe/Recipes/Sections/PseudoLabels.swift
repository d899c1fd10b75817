// Test rows that are trained on with labels which a teacher gave them, for one model or in rounds for all.

internal import Diagnostics
internal import Digests
internal import Nodes

package struct PseudoLabels: Sendable, Hashable {
    /// hard: the likeliest label, or each label of several that is likelier than not; soft: the probabilities themselves.
    package enum Labels: String, CaseIterable, Sendable { case hard, soft }
    package var from = ""
    package var labels = Labels.hard
    package var minimumConfidence = 0.0
    package var weight = 1.0

    package static let declaration = Declaration(
        "Train on test rows, too, with the labels that another model or stack entry gives them; off by default. The test is folded as the training rows are: the model of a fold learns from the test rows of the other folds, labelled by teachers that never saw this fold's labels, and predicts only the test rows of its own.",
        initial: { PseudoLabels() },
        keys: [
            Key("from", \.from, .text(), required: true, "The model or stack entry that labels the test rows.")
        ] + Self.keys(\.labels, \.minimumConfidence, \.weight))

    /// The settings that `pseudo-labels` and `rounds` share.
    static func keys<Root>(
        _ labels: any WritableKeyPath<Root, Labels> & Sendable,
        _ confidence: any WritableKeyPath<Root, Double> & Sendable,
        _ weight: any WritableKeyPath<Root, Double> & Sendable
    ) -> [Key<Root>] {
        [
            Key(
                "labels", labels, .choice,
                "hard: the likeliest label, or each label of several that is likelier than not; soft: the probabilities themselves. Numbers are what the teacher says."
            ),
            Key(
                "min-confidence", confidence, .number(0...1),
                "Test rows whose likeliest label has a lower probability are left out; of several labels, rows of which one is neither so nor not with this probability."
            ),
            Key(
                "weight", weight, .number(0...1e6, aboveMinimum: true),
                "How much a pseudo-labelled row counts beside a training row."),
        ]
    }
}

/// `off`, or the settings.
package enum PseudoLabelling: Sendable, Hashable {
    case off
    case on(PseudoLabels)

    package var settings: PseudoLabels? { if case .on(let settings) = self { settings } else { nil } }

    static let shape = ValueShape<PseudoLabelling>(
        schema: ["anyOf": [["const": "off"], PseudoLabels.declaration.shape.schema]]
    ) { node, reading in
        if node.entries != nil { return PseudoLabels.declaration.shape.decode(node, &reading).map { .on($0) } }
        if node.scalar?.text == "off" { return .off }
        reading.wrongType(node, wanted: "a mapping such as {from: final}, or the word off")
        return nil
    } encode: { labelling in
        switch labelling {
        case .off: "off"
        case .on(let settings): PseudoLabels.declaration.shape.encode(settings)
        }
    }
}

/// The whole recipe again, each time with pseudo-labels from the round before.
package struct Rounds: Sendable {
    package var count = 1
    /// The teacher as the recipe names it.
    var from: String?
    /// The teacher is here in any case: ``RecipeLoader`` puts what the submission is made from, where the recipe names none.
    package var pseudoLabels = PseudoLabels()

    /// The settings, or their count alone.
    static let shape = ValueShape<Rounds>(
        schema: ["anyOf": [ValueShape<Int>.integer(counts).schema, declaration.shape.schema]],
        decode: { node, reading in
            guard node.scalar != nil else { return declaration.shape.decode(node, &reading) }
            return ValueShape<Int>.integer(counts).decode(node, &reading).map { Rounds(count: $0) }
        }, encode: declaration.shape.encode)

    private static let counts = 0...20

    static let declaration = Declaration(
        "Pseudo-label rounds: all models and stack entries again, each round with labels for the test rows from the round before. The submission is the last round's. `rounds: 2` is short for {count: 2}.",
        initial: { Rounds() },
        keys: [
            Key(
                "count", \.count, .integer(counts), required: true, "How many rounds follow the first pass; 0 for none."
            ),
            Key(
                "from", optional: \.from, .text(),
                "The model or stack entry that labels the test rows; if it is not given, what the submission is made from."
            ),
        ]
            + PseudoLabels.keys(
                \.pseudoLabels.labels, \.pseudoLabels.minimumConfidence, \.pseudoLabels.weight))
}
