// The keys of one config file, each with its path and place. Knows no tool and no meaning.

internal import Diagnostics
internal import Nodes

/// A key of a config with its value, which is no mapping unless an empty one.
struct ConfigKey: Sendable {
    /// `training.lora_r`; an element of a list of mappings has its number: `datasets[0].path`.
    let path: String
    let value: Node
    let span: Span
    /// Not in the file: what the tool does where the file says nothing.
    let isDefault: Bool

    /// The path without numbers, as tables name it: `datasets[].path`.
    var general: String {
        var text = ""
        var isInside = false
        for character in path {
            if character == "]" { isInside = false }
            if !isInside { text.append(character) }
            if character == "[" { isInside = true }
        }
        return text
    }

    /// The value on one line, as the file has it, shortened where it is long.
    var shown: String {
        let text = Self.flow(value)
        return text.count > 60 ? text.prefix(59) + "…" : text
    }

    private static func flow(_ node: Node) -> String {
        switch node.content {
        case .scalar(let scalar):
            let isOneLine = !scalar.text.contains(where: \.isNewline)
            return scalar.isPlain && isOneLine ? scalar.text : Literal.text(scalar.text).yaml
        case .sequence(let elements): return "[" + elements.map(flow).joined(separator: ", ") + "]"
        case .mapping(let entries):
            return "{" + entries.map { "\($0.key): \(flow($0.value))" }.joined(separator: ", ") + "}"
        }
    }
}

extension ConfigKey {
    /// The keys of a tree, in the order of the text.
    static func all(in node: Node, isDefault: Bool = false) -> [ConfigKey] {
        var keys: [ConfigKey] = []
        func walk(_ node: Node, _ path: String, _ span: Span) {
            if let entries = node.entries, !entries.isEmpty {
                for entry in entries {
                    walk(entry.value, path.isEmpty ? entry.key : "\(path).\(entry.key)", entry.keySpan)
                }
            } else if let elements = node.elements, elements.contains(where: { $0.entries?.isEmpty == false }) {
                for (index, element) in elements.enumerated() { walk(element, "\(path)[\(index)]", element.span) }
            } else {
                keys.append(ConfigKey(path: path, value: node, span: span, isDefault: isDefault))
            }
        }
        walk(node, "", node.span)
        return keys
    }
}

/// A config file whose text is YAML and whose root is a mapping.
struct ConfigFile: Sendable {
    let file: SourceFile
    let root: Node
    let keys: [ConfigKey]

    /// Errors: the text is not YAML, or is none that a config can be.
    init(_ file: SourceFile) throws(Findings) {
        let document = try Document(parsing: file)
        guard !document.findings.hasErrors else { throw Findings(document.findings) }
        self.file = file
        root = document.root
        keys = document.root.entries == nil ? [] : ConfigKey.all(in: document.root)
    }
}
