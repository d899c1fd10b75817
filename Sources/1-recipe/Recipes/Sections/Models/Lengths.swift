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
    /// The share of the texts of the training table that is read whole, where that lowers a budget.
    package var quantile: Double?
    /// Whether no text is cut.
    package private(set) var areWhole = false

    /// What `lengths` says under names that no text can have.
    static let reserved = [
        "keep": "which part of a text is kept", "quantile": "what share of the texts is read whole",
    ]
    /// The budget of such a text where the recipe gives none.
    static let usual = 512
    private static let most = 1_048_576

    package static let declaration = declared([
        Key(
            "quantile", optional: \.quantile, .number(0...1, aboveMinimum: true),
            "Share of the training table's texts that are read whole, such as 0.95: each budget is the length that so many do not exceed, and at most what is said above."
        )
    ])

    private static func declared(_ more: [Key<Lengths>]) -> Declaration<Lengths> {
        Declaration(
            "How many tokens of each text a model reads; the template is never cut.", initial: { Lengths() },
            keys: [
                Key("prompt", \.prompt, .integer(0...most), "Tokens of the prompt.", unit: "tokens"),
                Key("answer", \.answer, .integer(1...most), "Tokens of the answer.", unit: "tokens"),
                Key(
                    "keep", \.keep, Keeping.shape,
                    "Which part of a text that is too long is kept; middle drops both ends. A mapping says it for each text: {why: tail}."
                ),
            ] + more,
            others: Others(
                \.others, .integer(0...most),
                "Tokens of the text of this name, of those in data.columns.texts; \(usual) where nothing is said."))
    }

    /// A budget for each text, or `all`: no text is cut.
    package static let shape = whole(or: declaration.shape)
    /// The same where no table is trained on, of whose texts a quantile could be taken.
    static let fixedShape = whole(or: declared([]).shape)

    private static func whole(or budgets: ValueShape<Lengths>) -> ValueShape<Lengths> {
        ValueShape(schema: ["anyOf": [["const": "all"], budgets.schema]]) { node, reading in
            if node.entries != nil { return budgets.decode(node, &reading) }
            guard node.scalar?.text == "all" else {
                reading.wrongType(node, wanted: "a mapping such as {prompt: 256, answer: 768}, or the word all")
                return nil
            }
            var lengths = Lengths()
            (lengths.prompt, lengths.answer, lengths.areWhole) = (most, most, true)
            return lengths
        } encode: {
            $0.areWhole ? "all" : budgets.encode($0)
        } parameter: {
            budgets.parameter($0)
        }
    }

    /// The budget of a text.
    package subscript(name: String) -> Int {
        switch name {
        case "prompt": prompt
        case "answer": answer
        default: others[name] ?? (areWhole ? Self.most : Self.usual)
        }
    }

    /// The length that a share of texts does not exceed.
    package static func length(at quantile: Double, of lengths: [Int]) -> Int {
        let place = (quantile * Double(lengths.count) - 1e-9).rounded(.up)
        return max(1, lengths.sorted()[max(0, Int(place) - 1)])
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
