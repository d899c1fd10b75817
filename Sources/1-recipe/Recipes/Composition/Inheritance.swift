// `like`: a model takes another's settings. Works on trees, so that every value keeps its place.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let danglingName = FindingRule(
        "dangling-name", .names, "Nothing has the name that is used here.",
        "Entries of the stack see models, steps and the entries above them.")
    static let likeCycle = FindingRule(
        "like-cycle", .names, "A model takes its settings, through others, from itself.",
        "One of the models in the circle must stand without `like`.")
}

struct Inheritance {
    /// The `models` mapping of `root` with every `like` followed. Dangling names and cycles are reported.
    static func resolve(_ root: Node, _ reading: inout Reading) -> Node {
        guard let models = root["models"], let entries = models.entries else { return root }
        let all = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        var resolved: [String: Node] = [:]
        var result: [Node.Entry] = []
        for entry in entries {
            let value = model(entry.key, among: all, path: [], resolved: &resolved, &reading)
            result.append(Node.Entry(key: entry.key, keySpan: entry.keySpan, value: value ?? entry.value))
        }
        let merged = Node(.mapping(result), at: models.span, origin: models.origin)
        return root.setting(merged, at: ["models"], keySpan: models.span)
    }

    /// The tree of one model; nil where `name` leads back to itself.
    private static func model(
        _ name: String, among entries: [String: Node], path: [String], resolved: inout [String: Node],
        _ reading: inout Reading
    ) -> Node? {
        if let done = resolved[name] { return done }
        guard let own = entries[name] else { return nil }
        guard let like = own["like"], let base = like.scalar?.text else {
            resolved[name] = own
            return own
        }
        guard base != name, !path.contains(base) else {
            reading.report(
                Finding(
                    .likeCycle,
                    "model \"\(name)\" is like itself: \((path + [name, base]).joined(separator: " -> "))",
                    at: like.span))
            resolved[name] = own
            return own
        }
        guard entries[base] != nil else {
            Dangling.report(
                base, noun: "model", among: entries.keys.filter { $0 != name }.sorted(), at: like.span, &reading)
            resolved[name] = own
            return own
        }
        guard path.count < 64 else {
            reading.report(
                Finding(
                    .tooDeep, "model \"\(name)\" is like another that is like another, more than 64 deep",
                    at: like.span, help: "be like the model that says the most"))
            resolved[name] = own
            return own
        }
        let parent = model(base, among: entries, path: path + [name], resolved: &resolved, &reading)
        let merged = parent.map { strip($0).marked("like: \(base)").overlaid(by: own) } ?? own
        resolved[name] = merged
        return merged
    }

    /// A model does not inherit another's own `like`.
    private static func strip(_ node: Node) -> Node {
        guard let entries = node.entries else { return node }
        return Node(.mapping(entries.filter { $0.key != "like" }), at: node.span, origin: node.origin)
    }
}

enum Dangling {
    /// "There is no model "openhermse"; did you mean ...".
    ///
    /// - Parameter names: asked for only where the finding is wanted.
    static func report(
        _ name: String, noun: String, among names: @autoclosure () -> [String], at span: Span, _ reading: inout Reading
    ) {
        guard reading.takesErrors else { return }
        let names = names()
        let nearest = reading.nearest(to: name, among: names)
        let help =
            nearest.map { "did you mean \"\($0)\"?" }
            ?? (names.isEmpty
                ? "none is defined"
                : "there are \(names.prefix(20).joined(separator: ", "))\(names.count > 20 ? " and others" : "")")
        reading.report(
            Finding(
                .danglingName, "there is no \(noun) \"\(name)\"", at: span, help: help,
                fix: nearest.flatMap { .respelling(name, at: span, as: $0) }))
    }
}
