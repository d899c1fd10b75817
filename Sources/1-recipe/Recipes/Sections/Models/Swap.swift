// Rows read a second way, with two of their texts in each other's place: which texts, and what becomes of the labels.

package import Digests

package struct Swap: Sendable, Hashable {
    package enum Occasion: String, CaseIterable, Sendable { case both, training, prediction }
    package var texts: [String] = []
    package var labels: [String]?
    package var at = Occasion.both

    package static let declaration = Declaration(
        "Two texts that may stand in each other's place, such as the answers of a comparison.", initial: { Swap() },
        keys: [
            Key(
                "texts", \.texts, .list(of: .text(), minimum: 2), required: true,
                "The two, such as [answer_a, answer_b]."),
            Key(
                "labels", optional: \.labels, .list(of: .label, minimum: 2),
                "What each of data.labels is then, in their order, such as [b, a, tie] for [a, b, tie]; by default the same."
            ),
            Key(
                "at", \.at, .choice,
                "training: each row of a batch is swapped with a chance of one half; prediction: the mean of the logits of both ways; or both."
            ),
        ])

    /// As the steps of an occasion have it: labels by their numbers. `at` says which steps have it.
    package func parameter(labels all: [String]) -> JSON {
        let numbers = labels?.map { JSON.integer(all.firstIndex(of: $0) ?? 0) }
        return ["texts": .array(texts.map { .string($0) }), "labels": numbers.map { JSON.array($0) } ?? .null]
    }

    /// The schema of ``parameter(labels:)``.
    package static let parameterSchema: JSON = [
        "type": "object", "description": .string(declaration.about),
        "properties": [
            "texts": ["type": "array", "items": ["type": "string"]],
            "labels": ["anyOf": [["type": "array", "items": ["type": "integer"]], ["type": "null"]]],
        ],
        "required": ["texts", "labels"], "additionalProperties": false,
    ]
}
