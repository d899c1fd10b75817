// Events to a tree. Refuses what libyaml lets pass: duplicate keys, foreign tags, self-aliases, several documents.

package import Diagnostics
internal import Words

extension FindingRule {
    static let emptyDocument = FindingRule(
        "empty-document", .text, "There is nothing in the file but comments.",
        "`ablate init` writes a recipe to begin with.")
    static let severalDocuments = FindingRule(
        "several-documents", .text, "A file holds one document, and a second begins.",
        "Remove the line `---`, or give each recipe a file of its own.")
    static let unknownAlias = FindingRule(
        "unknown-alias", .text, "An alias has no anchor before it.",
        "An anchor `&name` must stand above every `*name`, in the same file.")
    static let aliasCycle = FindingRule(
        "alias-cycle", .text, "An alias stands inside its own anchor.",
        "Such a value would have no end.")
    package static let tooDeep = FindingRule(
        "too-deep", .text, "Values are nested deeper, or files included deeper, than a recipe may.",
        "No recipe that a person wrote goes so deep; a program that wrote it has lost its way.")
    static let tooManyNodes = FindingRule(
        "too-many-nodes", .text, "There are more values, with aliases expanded, than a recipe may have.",
        "Aliases of aliases multiply. Write out what is meant, or use `like`, which takes over settings without copying them."
    )
    static let tooManyFindings = FindingRule(
        "too-many-findings", .text, "So much is wrong that the rest is not listed.",
        "Mend what is listed first; most of the rest often follows from it.")
}

/// The one document of a text, and what is wrong with it that does not keep it from being read.
package struct Document: Sendable {
    package let root: Node
    /// Duplicate keys, unknown tags and the like. Of a duplicate key the tree has the first.
    package let findings: [Finding]

    /// Reads `file`; or `text` in its stead, which must stand at the same lines and columns.
    ///
    /// Errors: findings, the last of which is why the text cannot be read: it is not YAML, or beyond the limits.
    package init(parsing file: SourceFile, text: String? = nil, limit: Limit = Limit()) throws(Findings) {
        let text = text ?? file.text
        if let finding = limit.refusal(of: text, in: file) { throw Findings([finding]) }
        var composer = Composer(file: file, text: text, limit: limit)
        do {
            root = try composer.document()
        } catch {
            throw Findings(composer.findings + [error])
        }
        findings = composer.findings
    }
}

struct Composer: ~Copyable {
    /// What an anchor names: a collection that is still being read, or a node with its size and levels.
    private enum Anchored {
        case open(serial: Int)
        case node(Built)
    }

    /// A node, the number of nodes in it, and its levels of collections: none for a scalar.
    struct Built {
        let node: Node
        let size: Int
        let levels: Int
    }

    private var stream: EventStream
    let file: SourceFile
    private let limit: Limit
    private var anchors: [String: Anchored] = [:]
    private var nodes = 0
    private(set) var findings: [Finding] = []

    init(file: SourceFile, text: String, limit: Limit) {
        self.file = file
        self.limit = limit
        stream = EventStream(file, text: text)
    }

    mutating func document() throws(Finding) -> Node {
        _ = try stream.next()
        guard case (.documentStart, _) = try stream.next() else {
            throw Finding(.emptyDocument, "there is nothing in this file", at: .top(of: file))
        }
        let root = try node(from: try stream.next(), depth: 0)
        _ = try stream.next()
        let (event, span) = try stream.next()
        if case .documentStart = event {
            throw Finding(.severalDocuments, "a second document starts here; a file holds one", at: span)
        }
        return root.node
    }

    /// The next node; nil where the collection ends instead.
    mutating func node(depth: Int, isKey: Bool = false) throws(Finding) -> (built: Built, span: Span)? {
        let item = try stream.next()
        switch item.event {
        case .sequenceEnd, .mappingEnd: return nil
        default: return (try node(from: item, depth: depth, isKey: isKey), item.span)
        }
    }

    private mutating func node(
        from item: (event: EventStream.Event, span: Span), depth: Int, isKey: Bool = false
    ) throws(Finding) -> Built {
        try count(1, at: item.span)
        switch item.event {
        case .scalar(let text, let isPlain, let anchor, let tag):
            let scalar = try scalar(text, isPlain: isPlain, tag: tag, isKey: isKey, at: item.span)
            let built = Built(node: Node(.scalar(scalar), at: item.span), size: 1, levels: 0)
            if let anchor { anchors[anchor] = .node(built) }
            return built
        case .sequenceStart(let anchor, let tag):
            try check(tag, of: "seq", at: item.span)
            try check(levels: depth + 1, at: item.span)
            return try collection(anchor) { composer throws(Finding) in
                try composer.sequence(from: item.span, depth: depth)
            }
        case .mappingStart(let anchor, let tag):
            try check(tag, of: "map", at: item.span)
            try check(levels: depth + 1, at: item.span)
            return try collection(anchor) { composer throws(Finding) in
                try composer.mapping(from: item.span, depth: depth)
            }
        case .alias(let alias): return try expand(alias, depth: depth, at: item.span)
        default: throw Finding(.malformedYAML, "not YAML: a value was expected", at: item.span)
        }
    }

    /// The anchor names its collection from where that starts, unless a node inside takes the name over.
    private mutating func collection(
        _ anchor: String?, _ body: (inout Self) throws(Finding) -> (node: Node, levels: Int)
    ) throws(Finding) -> Built {
        let before = nodes - 1
        if let anchor { anchors[anchor] = .open(serial: before) }
        let (node, levels) = try body(&self)
        let built = Built(node: node, size: nodes - before, levels: levels)
        if let anchor, case .open(before) = anchors[anchor] { anchors[anchor] = .node(built) }
        return built
    }

    private mutating func sequence(from start: Span, depth: Int) throws(Finding) -> (node: Node, levels: Int) {
        var elements: [Node] = []
        var levels = 1
        while true {
            let item = try stream.next()
            if case .sequenceEnd = item.event {
                return (Node(.sequence(elements), at: Span(file: file, start: start.start, end: item.span.end)), levels)
            }
            let element = try node(from: item, depth: depth + 1)
            elements.append(element.node)
            levels = max(levels, element.levels + 1)
        }
    }

    private mutating func expand(_ alias: String, depth: Int, at span: Span) throws(Finding) -> Built {
        switch anchors[alias] {
        case .open: throw Finding(.aliasCycle, "alias *\(alias.shown) stands inside its own anchor", at: span)
        case nil: throw Finding(.unknownAlias, "there is no anchor &\(alias.shown) before this alias", at: span)
        case .node(let built):
            try count(built.size - 1, at: span)
            try check(levels: depth + built.levels, at: span)
            return built
        }
    }

    mutating func report(_ finding: Finding) throws(Finding) {
        guard findings.count < limit.findings else {
            throw Finding(.tooManyFindings, "more than \(limit.findings) things are wrong here", at: finding.span)
        }
        findings.append(finding)
    }

    private func check(levels: Int, at span: Span) throws(Finding) {
        guard levels > limit.depth else { return }
        throw Finding(.tooDeep, "nested deeper than \(limit.depth) levels", at: span)
    }

    /// Counts nodes before they are built, those behind an alias too.
    mutating func count(_ more: Int, at span: Span) throws(Finding) {
        nodes += more
        guard nodes > limit.nodes else { return }
        throw Finding(.tooManyNodes, "the document grows beyond \(limit.nodes) values here", at: span)
    }
}

extension Span {
    static func top(of file: SourceFile) -> Span {
        let start = Position(line: 1, column: 1)
        return Span(file: file, start: start, end: start)
    }
}
