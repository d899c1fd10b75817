// Names that must exist. Works on the tree alone, so that a name is checked even where a neighbour could not be read.

internal import Diagnostics
internal import Nodes

struct ReferenceChecks {
    private let tree: Node
    private let models: [Node.Entry]
    private let stack: [Node.Entry]

    init(tree: Node) {
        self.tree = tree
        models = tree["models"]?.entries ?? []
        stack = tree["stack"]?.entries ?? []
    }

    func report(_ reading: inout Reading) {
        let modelNames = models.map(\.key)
        // Entries of the stack may use models and the entries above them.
        for (index, entry) in stack.enumerated() {
            let known = modelNames + stack[..<index].map(\.key)
            for item in entry.value["average"]?.elements ?? [] {
                check(item, among: known, noun: "model or earlier stack entry", &reading)
            }
            for key in ["optimize", "fitted-on"] {
                check(entry.value[key], among: known, noun: "model or earlier stack entry", &reading)
            }
        }
        check(tree["submission"]?["from"], among: modelNames + stack.map(\.key), noun: "model or stack entry", &reading)
        for entry in tree["ablations"]?.entries ?? [] {
            check(entry.value["of"], among: modelNames, noun: "model", &reading)
        }
        reportClashes(&reading)
    }

    private func check(_ node: Node?, among names: [String], noun: String, _ reading: inout Reading) {
        guard let node, let name = node.scalar?.text, !names.contains(name) else { return }
        reading.report(Dangling.finding(name, noun: noun, among: names, at: node.span))
    }

    /// Names that are rooms of the address space already.
    private static let reserved = ["data", "folds", "ablations", "submission"]

    private func reportClashes(_ reading: inout Reading) {
        for entry in models + stack where Self.reserved.contains(entry.key) {
            reading.report(
                Finding(
                    "bad-name", "\"\(entry.key)\" is a name of ablate's own", at: entry.keySpan,
                    help: "choose another name"))
        }
        for entry in stack {
            guard let model = models.first(where: { $0.key == entry.key }) else { continue }
            reading.report(
                Finding(
                    "duplicate-name", "\"\(entry.key)\" names a model already", at: entry.keySpan,
                    notes: [.init("the model is defined here", at: model.keySpan)]))
        }
    }
}
