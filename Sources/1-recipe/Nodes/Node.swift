// A located YAML tree. Knows nothing of recipes, and does no I/O.

package import Diagnostics
internal import Words

/// A value in a YAML document, with its place in the text.
package struct Node: Sendable {
    package indirect enum Content: Sendable {
        case scalar(Scalar)
        case sequence([Node])
        case mapping([Entry])
    }

    package struct Scalar: Sendable {
        package let text: String
        /// Written without quotes, so that its text decides its type.
        package let isPlain: Bool
        /// The core tag it carries; nil where its text or its quotes decide alone.
        package let tag: CoreTag?
        package init(text: String, isPlain: Bool, tag: CoreTag? = nil) {
            self.text = text
            self.isPlain = isPlain
            self.tag = tag
        }
    }

    /// A key with its value. Keys are always strings; `keySpan` is the key's place.
    package struct Entry: Sendable {
        package let key: String
        package let keySpan: Span
        package var value: Node
        package init(key: String, keySpan: Span, value: Node) {
            self.key = key
            self.keySpan = keySpan
            self.value = value
        }
    }

    package var content: Content
    package let span: Span
    /// How the value came to stand where it stands, innermost first: `like: openhermes`, `--set`, `ablation rank`.
    package var origin: [String]

    package init(_ content: Content, at span: Span, origin: [String] = []) {
        self.content = content
        self.span = span
        self.origin = origin
    }

    package var entries: [Entry]? { if case .mapping(let entries) = content { entries } else { nil } }
    package var elements: [Node]? { if case .sequence(let elements) = content { elements } else { nil } }
    package var scalar: Scalar? { if case .scalar(let scalar) = content { scalar } else { nil } }

    package subscript(key: String) -> Node? { entries?.first { $0.key == key }?.value }

    /// The entries of the mapping under `key`, by their keys; empty where there is none. For many lookups in a row.
    package func index(_ key: String) -> [String: Node] {
        Dictionary((self[key]?.entries ?? []).map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// What kind of thing stands here, in the words of a person who writes YAML.
    package var noun: String {
        switch content {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .scalar(let scalar):
            if !scalar.isPlain { return "the text \"\(scalar.text.shown)\"" }
            switch scalar.resolved {
            case .null: return "nothing"
            case .boolean: return "the boolean \(scalar.text)"
            case .integer, .number: return "the number \(scalar.text.shown)"
            case .text: return "the text \"\(scalar.text.shown)\""
            }
        }
    }
}
