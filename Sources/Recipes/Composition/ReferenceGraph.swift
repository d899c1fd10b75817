// Who uses whose predictions: models, stack entries and custom steps by name. Knows nothing of steps of a plan.

internal import Diagnostics
internal import Nodes

/// The recipe's own graph of names. Dangling names are not in it: they are reported elsewhere.
struct ReferenceGraph {
    /// What each name is made from.
    private(set) var sources: [String: [String]] = [:]
    private let order: [(name: String, place: Span)]

    init(recipe: Recipe, tree: Node) {
        var order: [(String, Span)] = []
        var places: [String: [String: Span]] = [:]
        for section in ["models", "stack", "steps"] {
            let entries = tree[section]?.entries ?? []
            places[section] = Dictionary(entries.map { ($0.key, $0.keySpan) }, uniquingKeysWith: { first, _ in first })
        }
        func place(_ section: String, _ name: String) -> Span { places[section]?[name] ?? tree.span }
        for entry in recipe.models {
            sources[entry.name] = entry.value.pseudoLabels.settings.map { [$0.from] } ?? []
            order.append((entry.name, place("models", entry.name)))
        }
        // A name that two things have is reported elsewhere, and would only look like a cycle here.
        for entry in recipe.stack where sources[entry.name] == nil {
            sources[entry.name] = entry.value.members
            order.append((entry.name, place("stack", entry.name)))
        }
        let steps = Set(recipe.steps.map(\.name))
        for entry in recipe.steps where sources[entry.name] == nil {
            sources[entry.name] = entry.value.inputs.compactMap { CustomInput($0.value, steps: steps)?.owner }
            order.append((entry.name, place("steps", entry.name)))
        }
        self.order = order
    }

    /// A cycle is reported once, at its first name in the file.
    func reportCycles(_ reading: inout Reading) {
        var done: Set<String> = []
        func visit(_ name: String, _ path: [String], _ place: Span) {
            if let start = path.firstIndex(of: name) {
                let cycle = path[start...] + [name]
                reading.report(
                    Finding(
                        "cycle", "\"\(name)\" is made from itself: \(cycle.joined(separator: " <- "))", at: place,
                        help:
                            "give the model that learns from pseudo-labels a name of its own (`like:` takes the settings), or use `rounds`"
                    ))
                return
            }
            guard !done.contains(name) else { return }
            for source in sources[name] ?? [] { visit(source, path + [name], place) }
            done.insert(name)
        }
        for entry in order { visit(entry.name, [], entry.place) }
    }

    /// Every name that these are made from, themselves included.
    func closure(of names: some Sequence<String>) -> Set<String> {
        var found: Set<String> = []
        var waiting = Array(names)
        while let name = waiting.popLast() {
            if found.insert(name).inserted { waiting += sources[name] ?? [] }
        }
        return found
    }
}
