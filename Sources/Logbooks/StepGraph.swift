// The plan as a drawing needs it: steps that differ in fold, seed or variant only are one node. Knows no records.

package import Plans

package struct StepGraph: Sendable {
    package struct Node: Sendable {
        /// What it belongs to: `tiny`, `ablations/rank`.
        package let name: String
        package let kind: StepKind
        package var count: Int
        /// One below the deepest node it depends on.
        package var layer: Int
        package var dependencies: Set<Int>
    }

    package let nodes: [Node]

    init(of plan: Plan) {
        var nodes: [Node] = []
        var places: [String: Int] = [:]
        var nodeOfStep: [Int] = []
        for step in plan.steps {
            let (name, tail) = Self.place(step.address)
            let key = "\(name)\n\(tail)\n\(step.kind.rawValue)"
            let node = places[key] ?? nodes.count
            if node == nodes.count {
                places[key] = node
                nodes.append(Node(name: name, kind: step.kind, count: 0, layer: 0, dependencies: []))
            }
            nodes[node].count += 1
            for dependency in step.dependencies.map({ nodeOfStep[$0] }) where dependency != node {
                nodes[node].dependencies.insert(dependency)
                nodes[node].layer = max(nodes[node].layer, nodes[dependency].layer + 1)
            }
            nodeOfStep.append(node)
        }
        // A node that several steps make may have gone down after its dependents were placed.
        for _ in 0..<32 {
            var hasMoved = false
            for node in nodes.indices {
                let layer = nodes[node].dependencies.map { nodes[$0].layer + 1 }.max() ?? 0
                if layer > nodes[node].layer { (nodes[node].layer, hasMoved) = (layer, true) }
            }
            if !hasMoved { break }
        }
        self.nodes = nodes
    }

    /// An address without seeds, folds and variants; and its last part, which tells steps of one kind apart.
    private static func place(_ address: String) -> (name: String, tail: String) {
        var parts = address.split(separator: "/").map(String.init)
        let tail = parts.count > 1 ? parts.removeLast() : parts[0]
        parts.removeAll { $0.hasPrefix("seed-") || $0.hasPrefix("fold-") || $0 == "full" }
        if parts.first == "ablations" { parts = Array(parts.prefix(2)) }
        return (parts.isEmpty ? tail : parts.joined(separator: "/"), tail)
    }
}
