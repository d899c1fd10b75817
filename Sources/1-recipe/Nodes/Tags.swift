// Tags: the seven of the core schema are honoured, all others are findings.

internal import Diagnostics
internal import Words

extension FindingRule {
    static let unknownTag = FindingRule(
        "unknown-tag", .text, "A tag outside YAML's core schema, or of another kind of value.",
        "Tags of other programs, such as `!include`, mean nothing here.")
    static let badTag = FindingRule(
        "bad-tag", .text, "A core tag that its text does not fit.",
        "A tag is never needed: the key decides the type of its value.")
}

private let core = "tag:yaml.org,2002:"

extension Composer {
    /// The scalar that an event with this text and tag stands for.
    mutating func scalar(
        _ text: String, isPlain: Bool, tag: String?, isKey: Bool, at span: Span
    ) throws(Finding) -> Node.Scalar {
        guard let tag else { return Node.Scalar(text: text, isPlain: isPlain) }
        if tag == "!" { return Node.Scalar(text: text, isPlain: false, tag: .str) }
        if tag == core + "merge", isKey, text == "<<" { return Node.Scalar(text: text, isPlain: true) }
        guard tag.hasPrefix(core), let known = Node.Scalar.CoreTag(rawValue: String(tag.dropFirst(core.count))) else {
            try refuse(tag, at: span)
            return Node.Scalar(text: text, isPlain: isPlain)
        }
        guard Node.Scalar.isSpelling(text, of: known) else {
            try report(
                Finding(
                    .badTag, "tag !!\(known.rawValue) does not fit \"\(text.shown)\"", at: span,
                    help: "remove the tag; the key decides the type of its value"))
            return Node.Scalar(text: text, isPlain: false)
        }
        return Node.Scalar(text: text, isPlain: known != .str, tag: known)
    }

    /// Checks the tag of a collection of `kind`: `seq` or `map`.
    mutating func check(_ tag: String?, of kind: String, at span: Span) throws(Finding) {
        guard let tag, tag != "!", tag != core + kind else { return }
        try refuse(tag, at: span)
    }

    private mutating func refuse(_ tag: String, at span: Span) throws(Finding) {
        let name = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag
        try report(
            Finding(
                .unknownTag, "tag \(name.shown) means nothing here", at: span,
                help: "remove the tag; the key decides the type of its value"))
    }
}
