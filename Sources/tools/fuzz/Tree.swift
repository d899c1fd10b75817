// A value of a recipe that can be changed anywhere, and its text. Knows nothing of what it means.

import Nodes
import Words

indirect enum Tree {
    /// As it is written, quotes included.
    case scalar(String)
    case list([Tree])
    case mapping([(key: String, value: Tree)])

    init(_ node: Node) {
        switch node.content {
        case .scalar(let scalar): self = .scalar(scalar.isPlain ? scalar.text : YAMLText.quoted(scalar.text))
        case .sequence(let elements): self = .list(elements.map(Tree.init))
        case .mapping(let entries): self = .mapping(entries.map { ($0.key, Tree($0.value)) })
        }
    }

    /// One key on each line at the top, flow style below.
    var document: String {
        guard case .mapping(let entries) = self else { return flow }
        return entries.map { "\(Self.key($0.key)): \($0.value.flow)\n" }.joined()
    }

    private var flow: String {
        switch self {
        case .scalar(let text): text
        case .list(let elements): "[" + elements.map(\.flow).joined(separator: ", ") + "]"
        case .mapping(let entries):
            "{" + entries.map { "\(Self.key($0.key)): \($0.value.flow)" }.joined(separator: ", ") + "}"
        }
    }

    private static func key(_ text: String) -> String {
        text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) } && !text.isEmpty
            ? text : YAMLText.quoted(text)
    }

    subscript(key: String) -> Tree? {
        get {
            guard case .mapping(let entries) = self else { return nil }
            return entries.first { $0.key == key }?.value
        }
        set {
            guard case .mapping(var entries) = self else { return }
            let index = entries.firstIndex { $0.key == key }
            if let newValue {
                if let index { entries[index].value = newValue } else { entries.append((key, newValue)) }
            } else if let index {
                entries.remove(at: index)
            }
            self = .mapping(entries)
        }
    }

    var keys: [String] { if case .mapping(let entries) = self { entries.map(\.key) } else { [] } }

    /// The path of every value in it: keys, and numbers for elements.
    var paths: [[String]] {
        var found: [[String]] = [[]]
        switch self {
        case .scalar: break
        case .list(let elements):
            for (index, element) in elements.enumerated() { found += element.paths.map { ["\(index)"] + $0 } }
        case .mapping(let entries):
            for entry in entries { found += entry.value.paths.map { [entry.key] + $0 } }
        }
        return found
    }

    func value(at path: [String]) -> Tree? {
        guard let first = path.first else { return self }
        let rest = Array(path.dropFirst())
        switch self {
        case .scalar: return nil
        case .list(let elements):
            guard let index = Int(first), elements.indices.contains(index) else { return nil }
            return elements[index].value(at: rest)
        case .mapping: return self[first]?.value(at: rest)
        }
    }

    /// Puts a value at a path that is there, or takes away what is; the last key may be new.
    mutating func set(_ value: Tree?, at path: [String]) {
        guard let first = path.first else {
            if let value { self = value }
            return
        }
        let rest = Array(path.dropFirst())
        switch self {
        case .scalar: return
        case .list(var elements):
            guard let index = Int(first), elements.indices.contains(index) else { return }
            if rest.isEmpty, value == nil {
                elements.remove(at: index)
            } else {
                elements[index].set(value, at: rest)
            }
            self = .list(elements)
        case .mapping:
            if rest.isEmpty {
                self[first] = value
            } else if var child = self[first] {
                child.set(value, at: rest)
                self[first] = child
            }
        }
    }
}
