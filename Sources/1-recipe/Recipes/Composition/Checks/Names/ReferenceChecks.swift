// Names that must exist. Works on the tree alone, so that a name is checked even where a neighbour could not be read.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let duplicateName = FindingRule(
        "duplicate-name", .names, "Two things of one recipe have the same name.",
        "Models, custom steps and entries of the stack share one space of names, since each may be used in the place of another."
    )
}

/// Names in their order, and whether one is among them at once.
struct Known {
    private(set) var names: [String]
    private var all: Set<String>
    init(_ names: [String]) {
        self.names = names
        all = Set(names)
    }
    func contains(_ name: String) -> Bool { all.contains(name) }
    mutating func append(_ name: String) {
        names.append(name)
        all.insert(name)
    }
}

struct ReferenceChecks {
    private let tree: Node
    private let models: [Node.Entry]
    private let stack: [Node.Entry]
    private let steps: [Node.Entry]

    init(tree: Node) {
        self.tree = tree
        models = tree["models"]?.entries ?? []
        stack = tree["stack"]?.entries ?? []
        steps = tree["steps"]?.entries ?? []
    }

    func report(_ reading: inout Reading) {
        let predicting = Known(models.map(\.key) + stack.map(\.key))
        // Entries of the stack may use models, custom steps and the entries above them.
        var known = Known(models.map(\.key) + steps.map(\.key))
        for entry in stack {
            checkMembers(of: entry.value, among: known, &reading)
            known.append(entry.key)
        }
        for entry in stack { checkFeatures(of: entry.value, &reading) }
        for entry in models { checkTeacher(of: entry.value, among: predicting, &reading) }
        checkTeacher(of: tree, key: "rounds", among: predicting, &reading)
        check(
            tree["submission"]?["from"], among: Known(predicting.names + steps.map(\.key)),
            noun: "model or stack entry", &reading)
        for entry in tree["ablations"]?.entries ?? [] {
            check(entry.value["of"], among: predicting, noun: "model or stack entry", &reading)
        }
        reportClashes(&reading)
    }

    /// Names that only a variant has.
    func report(_ variant: Variant, of subject: String, _ reading: inout Reading) {
        let modelNames = models.map(\.key)
        if let index = stack.firstIndex(where: { $0.key == subject }) {
            checkMembers(
                of: variant.tree, among: Known(modelNames + steps.map(\.key) + stack[..<index].map(\.key)), &reading)
            checkFeatures(of: variant.tree, &reading)
        } else {
            checkTeacher(of: variant.tree, among: Known(modelNames + stack.map(\.key)), &reading)
        }
    }

    private func checkMembers(of entry: Node, among known: Known, _ reading: inout Reading) {
        for key in StackEntry.memberKeys {
            for item in entry[key]?.elements ?? [] {
                check(item, among: known, noun: "model or earlier stack entry", &reading)
            }
        }
        for key in ["optimize", "fitted-on"] {
            check(entry[key], among: known, noun: "model or earlier stack entry", &reading)
        }
    }

    private func checkFeatures(of entry: Node, _ reading: inout Reading) {
        for (key, noun) in [("annotations", "annotation"), ("extractors", "extractor")] {
            guard entry[key] != nil else { continue }
            let known = Known(tree[key]?.entries?.map(\.key) ?? [])
            for item in entry[key]?.elements ?? [] { check(item, among: known, noun: noun, &reading) }
        }
    }

    private func checkTeacher(
        of node: Node, key: String = "pseudo-labels", among known: Known, _ reading: inout Reading
    ) {
        check(node[key]?["from"], among: known, noun: "model or stack entry", &reading)
    }

    private func check(_ node: Node?, among names: Known, noun: String, _ reading: inout Reading) {
        guard let node, let name = node.scalar?.text, !names.contains(name) else { return }
        Dangling.report(name, noun: noun, among: names.names, at: node.span, &reading)
    }

    /// Names that are rooms of the address space already.
    private static let reserved = [
        "data", "folds", "ablations", "submission", "features", "annotations", "extractors",
        "explore",
    ]

    private func reportClashes(_ reading: inout Reading) {
        for entry in models + stack + steps where Self.reserved.contains(entry.key) || Self.isRound(entry.key) {
            reading.report(
                Finding(
                    .badName, "\"\(entry.key)\" is a name of ablate's own", at: entry.keySpan,
                    help: "choose another name"))
        }
        var first = Dictionary(models.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in stack + steps {
            guard let other = first.updateValue(first[entry.key] ?? entry, forKey: entry.key) else { continue }
            reading.report(
                Finding(
                    .duplicateName, "\"\(entry.key)\" names a model or stack entry already", at: entry.keySpan,
                    notes: [.init("first defined here", at: other.keySpan)]))
        }
    }

    /// `round-1` and its like are the rooms of the pseudo-label rounds.
    private static func isRound(_ name: String) -> Bool {
        name.hasPrefix("round-") && name.dropFirst(6).allSatisfy(\.isNumber)
    }
}
