// The text around prompt and answer. Lengths never cut these pieces.

internal import Diagnostics
package import Digests
internal import Nodes

extension FindingRule {
    static let badTemplate = FindingRule(
        "bad-template", .keys, "A template does not hold {answer} once and {prompt} at most once.",
        "Braces stand for the columns; a brace that is text is written twice.")
}

/// A text with places for the columns.
package struct Template: Hashable, Sendable {
    package enum Piece: Hashable, Sendable {
        case text(String)
        case prompt
        case answer
    }
    package let pieces: [Piece]
    package init(pieces: [Piece]) { self.pieces = pieces }

    /// As the worker has it: `[{"text": "..."}, {"column": "prompt"}, ...]`.
    package var json: JSON {
        .array(
            pieces.map { piece in
                switch piece {
                case .text(let text): ["text": .string(text)]
                case .prompt: ["column": "prompt"]
                case .answer: ["column": "answer"]
                }
            })
    }

    package var usesPrompt: Bool { pieces.contains(.prompt) }

    static let shape = ValueShape<Template>(schema: ["type": "string", "pattern": "\\{answer\\}"]) { node, reading in
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
        .string($0.source)
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
                guard rest.popFirst() == "}", name == "prompt" || name == "answer" else {
                    let shown = name.count > 40 ? name.prefix(39) + "…" : name
                    return .failure(
                        Problem(
                            message: "there is no place {\(shown)} to fill",
                            help:
                                "use {prompt} and {answer}, and write {{ for a brace; of a row with more texts than these two, join them into one column first"
                        ))
                }
                guard seen.insert(String(name)).inserted else { return .failure(counted) }
                pieces = flushed() + [name == "prompt" ? .prompt : .answer]
                literal = ""
            } else if character == "}" {
                return .failure(Problem(message: "this template has a } without its {", help: "write }} for a brace"))
            } else {
                literal.append(character)
            }
        }
        guard seen.contains("answer") else { return .failure(counted) }
        return .success(Template(pieces: flushed()))
    }

    private static let counted = Problem(
        message: "a template holds {answer} once and {prompt} at most once",
        help: "write \"Question: {prompt}; Answer: {answer}\"")

    /// The template as a recipe writes it.
    package var source: String {
        func escaped(_ text: String) -> String {
            text.map { $0 == "{" ? "{{" : $0 == "}" ? "}}" : String($0) }.joined()
        }
        return pieces.map { piece in
            switch piece {
            case .text(let text): escaped(text)
            case .prompt: "{prompt}"
            case .answer: "{answer}"
            }
        }.joined()
    }
}
