// A text with places for the texts of a row. Lengths never cut what stands around them. Does not know which texts there are.

internal import Diagnostics
package import Digests
internal import Nodes

extension FindingRule {
    static let badTemplate = FindingRule(
        "bad-template", .keys,
        "A template has no place for a text, one text twice, or a place for a text that there is not.",
        "Braces stand for the texts of data.columns; a brace that is text is written twice.")
}

/// A text with places for texts.
package struct Template: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        /// The place of a text, by its name.
        case place(String)
        /// Where the second text of a pair begins, as encoders of sentence pairs read two texts.
        case second
    }
    package let pieces: [Piece]
    package init(pieces: [Piece]) { self.pieces = pieces }

    /// As the worker has it: `[{"text": "..."}, {"column": "prompt"}, ...]`.
    package var json: JSON {
        .array(
            pieces.map { piece in
                switch piece {
                case .text(let text): ["text": .string(text)]
                case .place(let name): ["column": .string(name)]
                case .second: ["pair": "second"]
                }
            })
    }

    /// The texts that have a place, in the order of their places.
    package var texts: [String] { pieces.compactMap { if case .place(let name) = $0 { name } else { nil } } }

    /// Whether these texts begin alike: all as the first, all after a space, or all after something else.
    package func begins(_ names: [String]) -> Bool {
        var beginnings: Set<[Bool]> = []
        for (index, piece) in pieces.enumerated() {
            guard case .place(let name) = piece, names.contains(name) else { continue }
            let before = index == 0 ? .second : pieces[index - 1]
            if case .text(let text) = before {
                beginnings.insert([false, text.hasSuffix(" ")])
            } else {
                beginnings.insert([before == .second, false])
            }
        }
        return beginnings.count < 2
    }

    /// Whether it is two texts, which a tokenizer parts by its own tokens and token types.
    package var isPair: Bool { pieces.contains(.second) }

    private static let text: JSON = ["type": "string", "pattern": "\\{[^{}]+\\}"]

    static let shape = ValueShape<Template>(
        schema: ["anyOf": [text, ["type": "array", "items": text, "minItems": 2, "maxItems": 2]]]
    ) { node, reading in
        if node.elements != nil { return pair(node, &reading) }
        guard
            let text = ScalarReading.text(
                node, wanted: "a template such as \"Question: {prompt}; Answer: {answer}\"", reading: &reading)
        else { return nil }
        switch Template.parse(text) {
        case .success(let template): return template
        case .failure(let problem):
            reading.report(Finding(.badTemplate, problem.message, at: node.span, help: problem.help))
            return nil
        }
    } encode: {
        $0.isPair ? .array($0.sources.map { .string($0) }) : .string($0.sources[0])
    }

    private static func pair(_ node: Node, _ reading: inout Reading) -> Template? {
        guard let elements = node.elements, elements.count == 2 else {
            reading.wrongType(node, wanted: "a template, or a pair of two such as [\"{prompt}\", \"{answer}\"],")
            return nil
        }
        let parts = elements.compactMap { shape.decode($0, &reading) }
        guard parts.count == 2, !parts.contains(where: \.isPair) else { return nil }
        if let name = parts[1].texts.first(where: parts[0].texts.contains) {
            reading.report(Finding(.badTemplate, twice(name).message, at: elements[1].span, help: twice(name).help))
            return nil
        }
        return Template(pieces: parts[0].pieces + [.second] + parts[1].pieces)
    }

    struct Problem: Error {
        let message: String
        let help: String
    }

    /// `{{` and `}}` stand for the braces themselves.
    static func parse(_ text: String) -> Result<Template, Problem> {
        var pieces: [Piece] = []
        var literal = ""
        var rest = Substring(text)
        var seen: Set<String> = []
        func flushed() -> [Piece] { literal.isEmpty ? pieces : pieces + [.text(literal)] }
        while let character = rest.popFirst() {
            if character == "{" || character == "}", rest.first == character {
                rest.removeFirst()
                literal.append(character)
            } else if character == "{" {
                let name = rest.prefix { $0 != "}" && $0 != "{" }
                rest = rest.dropFirst(name.count)
                guard rest.popFirst() == "}", Name.isValid(String(name)) else {
                    let shown = name.count > 40 ? name.prefix(39) + "…" : name
                    return .failure(
                        Problem(
                            message: "there is no place {\(shown)} to fill",
                            help:
                                "use {prompt} and {answer}, or the names of data.columns.texts, and write {{ for a brace"
                        ))
                }
                guard seen.insert(String(name)).inserted else {
                    return .failure(twice(String(name)))
                }
                pieces = flushed() + [.place(String(name))]
                literal = ""
            } else if character == "}" {
                return .failure(Problem(message: "this template has a } without its {", help: "write }} for a brace"))
            } else {
                literal.append(character)
            }
        }
        guard !seen.isEmpty else {
            return .failure(
                Problem(
                    message: "this template has no place for a text, so every row would be the same",
                    help: "write the name of a text in braces, such as \"Question: {prompt}; Answer: {answer}\""))
        }
        return .success(Template(pieces: flushed()))
    }

    private static func twice(_ name: String) -> Problem {
        Problem(message: "the text {\(name)} has two places in this template", help: "keep one of them")
    }

    /// The template as a recipe writes it: one text, or the two of a pair.
    package var sources: [String] {
        func escaped(_ text: String) -> String {
            text.map { $0 == "{" ? "{{" : $0 == "}" ? "}}" : String($0) }.joined()
        }
        return pieces.split(separator: .second, omittingEmptySubsequences: false).map { part in
            part.map { piece in
                switch piece {
                case .text(let text): escaped(text)
                case .place(let name): "{\(name)}"
                case .second: ""
                }
            }.joined()
        }
    }
}
