// How many tokens of each text a model reads, and which part of a longer one. Does not know which texts there are.

internal import Digests
internal import Nodes

package struct Lengths: Sendable, Hashable {
    package enum Keep: String, CaseIterable, Sendable { case head, tail, middle }

    package var prompt = 256
    package var answer = 768
    /// Of texts with other names.
    package var others: [String: Int] = [:]
    package var keep = Keeping()

    /// The budget of such a text where the recipe gives none.
    static let usual = 512
    private static let most = 1_048_576

    package static let declaration = Declaration(
        "How many tokens of each text a model reads; the template is never cut.", initial: { Lengths() },
        keys: [
            Key("prompt", \.prompt, .integer(0...most), "Tokens of the prompt.", unit: "tokens"),
            Key("answer", \.answer, .integer(1...most), "Tokens of the answer.", unit: "tokens"),
            Key(
                "keep", \.keep, Keeping.shape,
                "Which part of a text that is too long is kept; middle drops both ends. A mapping says it for each text: {why: tail}."
            ),
        ],
        others: Others(
            \.others, .integer(0...most),
            "Tokens of the text of this name, of those in data.columns.texts; \(usual) where nothing is said."))

    /// The budget of a text.
    package subscript(name: String) -> Int {
        switch name {
        case "prompt": prompt
        case "answer": answer
        default: others[name] ?? Self.usual
        }
    }

    /// With a budget for each of these texts, and nothing of any other: what nobody reads changes no key.
    package func of(_ texts: [String]) -> Lengths {
        var lengths = self
        lengths.others = Dictionary(
            texts.filter { $0 != "prompt" && $0 != "answer" }.map { ($0, self[$0]) }, uniquingKeysWith: { $1 })
        lengths.keep.own = keep.own.filter { texts.contains($0.key) && $0.value != keep.all }
        return lengths
    }

    /// The names that it speaks of, beside those of the short form.
    var named: [String] { Array(Set(others.keys).union(keep.own.keys)).sorted() }
}

/// Which part of a text is kept: of all alike, or of some in a way of their own.
package struct Keeping: Sendable, Hashable {
    package var all = Lengths.Keep.head
    package var own: [String: Lengths.Keep] = [:]

    private static let choice = ValueShape<Lengths.Keep>.choice
    private static let each = ValueShape<[Named<Lengths.Keep>]>.named(choice, noun: "text")

    static let shape = ValueShape<Keeping>(schema: ["anyOf": [choice.schema, each.schema]]) { node, reading in
        guard node.entries != nil else { return choice.decode(node, &reading).map { Keeping(all: $0) } }
        return each.decode(node, &reading).map { entries in
            Keeping(own: Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
        }
    } encode: { keeping in
        guard !keeping.own.isEmpty else { return choice.encode(keeping.all) }
        return .object(keeping.own.mapValues(choice.encode))
    }
}
