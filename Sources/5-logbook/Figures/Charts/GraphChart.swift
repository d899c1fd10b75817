// What is made of what: boxes in layers, from the beginning above to the end below, and lines between them.

package enum GraphChart {
    package struct Node: Sendable {
        let name: String
        let what: String
        let layer: Int
        let dependencies: [Int]

        package init(name: String, what: String, layer: Int, dependencies: [Int]) {
            (self.name, self.what, self.layer, self.dependencies) = (name, what, layer, dependencies)
        }
    }

    private static let inRow = 3
    private static let (wide, high, gap, rise) = (132.0, 40.0, 8.0, 22.0)
    /// What a text in a box may take.
    static let room = wide - 14

    /// Nil for fewer than two nodes.
    package static func chart(_ nodes: [Node], _ label: String) -> Chart? {
        guard nodes.count > 1 else { return nil }
        let places = places(of: nodes)
        let boxes = zip(nodes, places).map { node, place in
            Row(
                [
                    "x": .number(place.x), "y": .number(place.y), "right": .number(place.x + wide),
                    "bottom": .number(place.y + high), "name": .text(node.name), "what": .text(node.what),
                    "left": .number(place.x + 8), "upper": .number(place.y + 16), "lower": .number(place.y + 33),
                ], title: "\(node.name): \(node.what)")
        }
        let edges = zip(nodes, places).flatMap { node, place in
            node.dependencies.map { other in
                Row([
                    "x": .number(places[other].x + wide / 2), "y": .number(places[other].y + high),
                    "right": .number(place.x + wide / 2), "bottom": .number(place.y),
                ])
            }
        }
        let corners: [Channel: String] = [.x: "x", .y: "y", .x2: "right", .y2: "bottom"]
        return Chart(
            label, x: .drawn, y: .drawn, rows: boxes,
            layers: [
                Layer(.edge, corners, rows: edges), Layer(.box, corners.merging([.result: "name"]) { $1 }),
                Layer(.name, [.x: "left", .y: "upper", .text: "name", .result: "name"]),
                Layer(.remark, [.x: "left", .y: "lower", .text: "what", .result: "name"]),
            ])
    }

    /// The upper left corner of each node's box.
    private static func places(of nodes: [Node]) -> [(x: Double, y: Double)] {
        var places = [(x: Double, y: Double)](repeating: (0, 0), count: nodes.count)
        for (index, row) in rows(of: nodes).enumerated() {
            let width = Double(row.count) * (wide + gap) - gap
            for (column, node) in row.enumerated() {
                places[node] = (
                    (Canvas.width - width) / 2 + Double(column) * (wide + gap), 4 + Double(index) * (high + rise)
                )
            }
        }
        return places
    }

    /// The nodes of each layer, broken where a row is full; each below what it depends on, as near as there is room.
    private static func rows(of nodes: [Node]) -> [[Int]] {
        var middle = [Double](repeating: 0.5, count: nodes.count)
        var rows: [[Int]] = []
        for layer in 0...(nodes.map(\.layer).max() ?? 0) {
            var own = nodes.indices.filter { nodes[$0].layer == layer }
            let wanted = Dictionary(
                uniqueKeysWithValues: own.map { node in
                    let above = nodes[node].dependencies.map { middle[$0] }
                    return (node, above.isEmpty ? 0.5 : above.reduce(0, +) / Double(above.count))
                })
            own.sort { (wanted[$0]!, $0) < (wanted[$1]!, $1) }
            for start in stride(from: 0, to: own.count, by: inRow) {
                let row = Array(own[start..<min(start + inRow, own.count)])
                for (column, node) in row.enumerated() { middle[node] = (Double(column) + 0.5) / Double(row.count) }
                rows.append(row)
            }
        }
        return rows
    }
}
