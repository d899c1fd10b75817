// Events to a tree. Refuses what libyaml lets pass: duplicate keys, foreign tags, self-aliases, several documents.

package import Diagnostics

/// The one document of a text, and what is wrong with it that does not keep it from being read.
package struct Document: Sendable {
    package let root: Node
    /// Duplicate keys, unknown tags and the like. Of a duplicate key the tree has the first.
    package let findings: [Finding]

    /// Reads `file`; or `text` in its stead, which must stand at the same lines and columns.
    ///
    /// Errors: findings, the last of which is why the text cannot be read: it is not YAML, or beyond the limits.
    package init(parsing file: SourceFile, text: String? = nil, limit: Limit = Limit()) throws(Findings) {
        var composer = Composer(file: file, text: text ?? file.text, limit: limit)
        do {
            root = try composer.document()
        } catch {
            throw Findings(composer.findings + [error])
        }
        findings = composer.findings
    }
}

private struct Composer: ~Copyable {
    private var stream: EventStream
    private let file: SourceFile
    private let size: Int
    private let limit: Limit
    private var anchors: [String: (node: Node, size: Int)] = [:]
    private var open: Set<String> = []
    private var nodes = 0
    var findings: [Finding] = []

    init(file: SourceFile, text: String, limit: Limit) {
        self.file = file
        self.size = text.utf8.count
        self.limit = limit
        stream = EventStream(file, text: text)
    }

    mutating func document() throws(Finding) -> Node {
        let start = Position(line: 1, column: 1)
        let top = Span(file: file, start: start, end: start)
        guard size <= limit.bytes else {
            throw Finding("too-large", "the text is larger than \(limit.bytes >> 20) MiB", at: top)
        }
        _ = try stream.next()
        guard case (.documentStart, _) = try stream.next() else {
            throw Finding("empty-document", "there is nothing in this file", at: top)
        }
        let root = try node(from: try stream.next(), depth: 0)
        _ = try stream.next()
        let (event, span) = try stream.next()
        if case .documentStart = event {
            throw Finding("several-documents", "a second document starts here; a file holds one", at: span)
        }
        return root
    }

    private mutating func node(from item: (event: EventStream.Event, span: Span), depth: Int) throws(Finding) -> Node {
        let before = nodes
        try count(1, at: item.span)
        guard depth <= limit.depth else {
            throw Finding("too-deep", "nested deeper than \(limit.depth) levels", at: item.span)
        }
        let node: Node
        let name: String?
        switch item.event {
        case .scalar(let text, let isPlain, let anchor, let tag):
            check(tag, isOneOf: ["!", "tag:yaml.org,2002:str"], at: item.span)
            node = Node(.scalar(Scalar(text: text, isPlain: isPlain && tag == nil)), at: item.span)
            name = anchor
        case .sequenceStart(let anchor, let tag):
            check(tag, isOneOf: ["!", "tag:yaml.org,2002:seq"], at: item.span)
            name = anchor
            node = try within(anchor) { composer throws(Finding) in
                try composer.sequence(from: item.span, depth: depth)
            }
        case .mappingStart(let anchor, let tag):
            check(tag, isOneOf: ["!", "tag:yaml.org,2002:map"], at: item.span)
            name = anchor
            node = try within(anchor) { composer throws(Finding) in
                try composer.mapping(from: item.span, depth: depth)
            }
        case .alias(let alias): return try expand(alias, at: item.span)
        default: throw Finding("malformed-yaml", "not YAML: a value was expected", at: item.span)
        }
        if let name { anchors[name] = (node, nodes - before) }
        return node
    }

    private typealias Scalar = Node.Scalar

    private mutating func within(
        _ anchor: String?, _ body: (inout Self) throws(Finding) -> Node
    ) throws(Finding) -> Node {
        if let anchor { open.insert(anchor) }
        defer { if let anchor { open.remove(anchor) } }
        return try body(&self)
    }

    private mutating func sequence(from start: Span, depth: Int) throws(Finding) -> Node {
        var elements: [Node] = []
        while true {
            let item = try stream.next()
            if case .sequenceEnd = item.event {
                return Node(.sequence(elements), at: Span(file: file, start: start.start, end: item.span.end))
            }
            elements.append(try node(from: item, depth: depth + 1))
        }
    }

    private mutating func mapping(from start: Span, depth: Int) throws(Finding) -> Node {
        var entries: [Node.Entry] = []
        var places: [String: Span] = [:]
        var merged: [(entries: [Node.Entry], span: Span)] = []
        while true {
            let item = try stream.next()
            if case .mappingEnd = item.event { break }
            let key = try node(from: item, depth: depth + 1)
            let value = try node(from: try stream.next(), depth: depth + 1)
            guard let scalar = key.scalar else {
                findings.append(
                    Finding("complex-key", "a key must be text, and this is \(key.noun)", at: key.span))
                continue
            }
            if scalar.isPlain, scalar.text == "<<" {
                try merge(value, at: key.span, into: &merged)
                continue
            }
            if let first = places[scalar.text] {
                findings.append(
                    Finding(
                        "duplicate-key", "key \"\(scalar.text)\" stands twice in this mapping", at: key.span,
                        notes: [.init("first defined here", at: first)],
                        help: "remove one of the two; the later one would silently win elsewhere"))
                continue
            }
            places[scalar.text] = key.span
            entries.append(Node.Entry(key: scalar.text, keySpan: key.span, value: value))
        }
        for (inherited, _) in merged {
            for entry in inherited where places[entry.key] == nil {
                places[entry.key] = entry.keySpan
                entries.append(entry)
            }
        }
        return Node(.mapping(entries), at: start)
    }

    /// `<<: *base` or `<<: [*one, *two]`: keys not written here are taken from there, the first named winning.
    private mutating func merge(
        _ value: Node, at span: Span, into merged: inout [(entries: [Node.Entry], span: Span)]
    ) throws(Finding) {
        for source in value.elements ?? [value] {
            guard let entries = source.entries else {
                findings.append(
                    Finding("bad-merge", "`<<` takes a mapping or a list of them, and this is \(source.noun)", at: span)
                )
                return
            }
            merged.append((entries, span))
        }
    }

    private mutating func expand(_ alias: String, at span: Span) throws(Finding) -> Node {
        guard !open.contains(alias) else {
            throw Finding("alias-cycle", "alias *\(alias) stands inside its own anchor", at: span)
        }
        guard let (node, size) = anchors[alias] else {
            throw Finding("unknown-alias", "there is no anchor &\(alias) before this alias", at: span)
        }
        try count(size - 1, at: span)
        return node
    }

    private mutating func count(_ more: Int, at span: Span) throws(Finding) {
        nodes += more
        if nodes > limit.nodes {
            throw Finding("too-many-nodes", "the document grows beyond \(limit.nodes) values here", at: span)
        }
    }

    private mutating func check(_ tag: String?, isOneOf known: [String], at span: Span) {
        guard let tag, !known.contains(tag) else { return }
        let shown = tag.replacingTagPrefix
        findings.append(
            Finding(
                "unknown-tag", "tag \(shown) means nothing here", at: span,
                help: "remove the tag; the key decides the type of its value"))
    }
}

extension String {
    fileprivate var replacingTagPrefix: String {
        hasPrefix("tag:yaml.org,2002:") ? "!!" + dropFirst("tag:yaml.org,2002:".count) : self
    }
}
