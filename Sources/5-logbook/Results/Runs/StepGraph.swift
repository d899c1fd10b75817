// The plan as a drawing needs it: steps of one kind that differ in fold, seed, variant or table only are one node, and what
// follows from other dependencies is left out. Knows no records.

internal import Plans

package struct StepGraph: Sendable {
    package struct Node: Sendable {
        /// What it belongs to: `tiny`, `ablations/rank`.
        package let name: String
        /// The name of the steps' kind.
        package let kind: String
        package var count: Int
        /// One below the deepest node it depends on.
        package var layer: Int
        package var dependencies: Set<Int>
    }

    package let nodes: [Node]

    /// The most boxes that a drawing has room for.
    package static let mostNodes = 60

    init(of plan: Plan) {
        var nodes: [Node] = []
        var places: [String: Int] = [:]
        var nodeOfStep: [Int] = []
        for step in plan.steps {
            let name = Self.name(of: step.address)
            let key = "\(name)\n\(step.kind.rawValue)"
            let node = places[key] ?? nodes.count
            if node == nodes.count {
                places[key] = node
                nodes.append(Node(name: name, kind: step.kind.rawValue, count: 0, layer: 0, dependencies: []))
            }
            nodes[node].count += 1
            for dependency in step.dependencies.map({ nodeOfStep[$0] }) where dependency != node {
                nodes[node].dependencies.insert(dependency)
                nodes[node].layer = max(nodes[node].layer, nodes[dependency].layer + 1)
            }
            nodeOfStep.append(node)
        }
        // More boxes are drawn by nobody, and what their lines imply would take the square of their number to find.
        guard nodes.count <= Self.mostNodes else {
            self.nodes = nodes
            return
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
        self.nodes = Self.reduced(nodes)
    }

    /// Without the dependencies that others imply, and those that merging has turned around.
    private static func reduced(_ nodes: [Node]) -> [Node] {
        var nodes = nodes
        for node in nodes.indices {
            let below = nodes[node].layer
            nodes[node].dependencies = nodes[node].dependencies.filter { nodes[$0].layer < below }
        }
        var above = [Set<Int>](repeating: [], count: nodes.count)
        for node in nodes.indices.sorted(by: { (nodes[$0].layer, $0) < (nodes[$1].layer, $1) }) {
            let own = nodes[node].dependencies
            let implied = own.reduce(into: Set<Int>()) { $0.formUnion(above[$1]) }
            above[node] = own.union(implied)
            nodes[node].dependencies = own.subtracting(implied)
        }
        return nodes
    }

    /// An address without its last part, seeds, folds and variants.
    private static func name(of address: String) -> String {
        var parts = AddressParts.of(address)
        let last = parts.count > 1 ? parts.removeLast() : parts[0]
        parts.removeAll { $0.hasPrefix("seed-") || $0.hasPrefix("fold-") || $0 == "full" }
        if parts.first == "ablations" { parts = Array(parts.prefix(2)) }
        if parts.first == "data" { parts = ["data"] }
        return parts.isEmpty ? String(last) : parts.joined(separator: "/")
    }
}

/// The parts of addresses, of which a logbook takes tens of thousands apart.
enum AddressParts {
    /// `a`, `b` and `c` of `a/b/c`. By bytes, many times faster than by characters; no part of a character is a slash.
    static func of(_ address: String) -> [Substring] {
        address.utf8.split(separator: UInt8(ascii: "/")).map(Substring.init)
    }
}
