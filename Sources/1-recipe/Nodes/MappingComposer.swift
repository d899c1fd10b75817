// Mappings: keys that are text and stand once, and merge keys. Knows nothing of what a key means.

internal import Diagnostics
internal import Words

extension FindingRule {
    static let duplicateKey = FindingRule(
        "duplicate-key", .text, "A key stands twice in one mapping; most readers would silently take the last.",
        "Keep one of the two. To change what `<<` brings along, write the key beside it once.")
    static let complexKey = FindingRule(
        "complex-key", .text, "A key is a list or a mapping.",
        "A key of a recipe is a word; braces or brackets in its place are often a missing quote.")
    static let badMerge = FindingRule(
        "bad-merge", .text, "`<<` takes a mapping, or a list of mappings.",
        "It copies the keys of a mapping that has an anchor: `<<: *base`.")
}

extension Composer {
    mutating func mapping(from start: Span, depth: Int) throws(Finding) -> (node: Node, levels: Int) {
        var entries: [Node.Entry] = []
        var places: [String: Span] = [:]
        var merged: [Node.Entry] = []
        var mergeKey: Span?
        var levels = 1
        while let (key, keySpan) = try node(depth: depth + 1, isKey: true) {
            guard let value = try node(depth: depth + 1)?.built else { break }
            levels = max(levels, key.levels + 1, value.levels + 1)
            guard let scalar = key.node.scalar else {
                try report(Finding(.complexKey, "a key must be text, and this is \(key.node.noun)", at: keySpan))
                continue
            }
            let isMerge = scalar.isPlain && scalar.text == "<<"
            if let first = isMerge ? mergeKey : places[scalar.text] {
                try report(duplicate(scalar.text, at: keySpan, first: first, isMerge: isMerge))
            } else if isMerge {
                mergeKey = keySpan
                merged = try self.merged(value.node, at: keySpan)
            } else {
                places[scalar.text] = keySpan
                entries.append(Node.Entry(key: scalar.text, keySpan: keySpan, value: value.node))
            }
        }
        for entry in merged where places[entry.key] == nil {
            places[entry.key] = entry.keySpan
            entries.append(entry)
        }
        return (Node(.mapping(entries), at: start), levels)
    }

    private func duplicate(_ key: String, at span: Span, first: Span, isMerge: Bool) -> Finding {
        Finding(
            .duplicateKey, "key \"\(key.shown)\" stands twice in this mapping", at: span,
            notes: [.init("first defined here", at: first)],
            help: isMerge
                ? "name all mappings in one list: `<<: [*one, *two]`; the first one wins"
                : "remove one of the two; the later one would silently win elsewhere")
    }

    /// `<<: *base` or `<<: [*one, *two]`: the entries not written here are taken from there, the first named winning.
    private mutating func merged(_ value: Node, at span: Span) throws(Finding) -> [Node.Entry] {
        var merged: [Node.Entry] = []
        for source in value.elements ?? [value] {
            guard let entries = source.entries else {
                try report(
                    Finding(
                        .badMerge, "`<<` takes a mapping or a list of them, and this is \(source.noun)", at: span))
                break
            }
            merged += entries
        }
        return merged
    }
}
