// Who uses whose predictions: models, stack entries and custom steps by name. Knows nothing of steps of a plan.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let cycle = FindingRule(
        "cycle", .names, "Something is made, through others, from its own predictions.",
        "Pseudo-labels for a model come from another model; `rounds` repeat the whole recipe with the labels of the round before."
    )
}

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

    /// The longest way from a name to the last that it is made from. A person reads no longer one, and steps are made along it.
    private static let deepest = 500

    /// A cycle is reported once, at its first name in the file; so is the first way that is too long.
    func reportCycles(_ reading: inout Reading) {
        var depths: [String: Int] = [:]
        var isTooDeep = false
        // By hand and not by recursion: a recipe may have a hundred thousand names in a row.
        for entry in order where depths[entry.name] == nil {
            var path: [(name: String, next: Int)] = [(entry.name, 0)]
            var places = [entry.name: 0]
            while let top = path.last {
                let own = sources[top.name] ?? []
                guard top.next < own.count else {
                    let depth = 1 + (own.compactMap { depths[$0] }.max() ?? 0)
                    depths[top.name] = depth
                    places[top.name] = nil
                    path.removeLast()
                    if depth > Self.deepest, !isTooDeep {
                        isTooDeep = true
                        reading.report(
                            Finding(
                                .tooDeep,
                                "\"\(top.name)\" is made of predictions of predictions, more than \(Self.deepest) deep",
                                at: order.first { $0.name == top.name }?.place ?? entry.place,
                                help: "make it of what stands at the beginning of that chain"))
                    }
                    continue
                }
                path[path.count - 1].next += 1
                let source = own[top.next]
                if let start = places[source] {
                    report(cycle: path[start...], to: source, at: entry.place, &reading)
                } else if depths[source] == nil {
                    places[source] = path.count
                    path.append((source, 0))
                }
            }
        }
    }

    private func report(
        cycle: ArraySlice<(name: String, next: Int)>, to source: String, at place: Span, _ reading: inout Reading
    ) {
        guard reading.takesErrors else { return }
        var names = cycle.map(\.name) + [source]
        if names.count > 12 { names = names.prefix(6) + ["..."] + names.suffix(5) }
        reading.report(
            Finding(
                .cycle, "\"\(names[0])\" is made from itself: \(names.joined(separator: " <- "))", at: place,
                help:
                    "give the model that learns from pseudo-labels a name of its own (`like:` takes the settings), or use `rounds`"
            ))
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
