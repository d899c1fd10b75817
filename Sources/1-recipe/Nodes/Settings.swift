// Setting one value in a tree by its dotted path. Knows nothing of what the path means.

package import Diagnostics

extension Node {
    /// The value at a dotted path such as `lora.rank`; nil where there is none.
    package func value(at path: [String]) -> Node? {
        guard let first = path.first else { return self }
        return self[first]?.value(at: Array(path.dropFirst()))
    }

    /// The tree with `value` at `path`; mappings on the way are made, and what is no mapping gives way to one.
    package func setting(_ value: Node, at path: [String], keySpan: Span) -> Node {
        guard let first = path.first else { return value }
        var entries = entries ?? []
        let rest = Array(path.dropFirst())
        if let index = entries.firstIndex(where: { $0.key == first }) {
            entries[index].value = entries[index].value.setting(value, at: rest, keySpan: keySpan)
        } else {
            let child =
                rest.isEmpty
                ? value
                : Node(.mapping([]), at: value.span, origin: value.origin).setting(value, at: rest, keySpan: keySpan)
            entries.append(Entry(key: first, keySpan: keySpan, value: child))
        }
        // What takes the place of a text or a list stands where the value does.
        return self.entries == nil
            ? Node(.mapping(entries), at: value.span, origin: value.origin)
            : Node(.mapping(entries), at: span, origin: origin)
    }

    /// The tree with `overlay` laid over it: mappings are merged key by key, everything else is replaced.
    package func overlaid(by overlay: Node) -> Node {
        guard let base = self.entries, let over = overlay.entries else { return overlay }
        var entries = base
        for entry in over {
            if let index = entries.firstIndex(where: { $0.key == entry.key }) {
                entries[index] = Entry(
                    key: entry.key, keySpan: entry.keySpan, value: entries[index].value.overlaid(by: entry.value))
            } else {
                entries.append(entry)
            }
        }
        return Node(.mapping(entries), at: overlay.span, origin: overlay.origin)
    }

    /// The tree with every value marked as coming from `origin`.
    package func marked(_ origin: String) -> Node {
        var node = self
        node.origin.append(origin)
        switch content {
        case .scalar: break
        case .sequence(let elements): node.content = .sequence(elements.map { $0.marked(origin) })
        case .mapping(let entries):
            node.content = .mapping(
                entries.map { Entry(key: $0.key, keySpan: $0.keySpan, value: $0.value.marked(origin)) })
        }
        return node
    }
}
