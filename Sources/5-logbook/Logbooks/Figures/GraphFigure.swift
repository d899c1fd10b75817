// A plan as SVG: boxes in layers, from the data above to the submission below, and lines between them. Knows names only.

internal import Digests

struct GraphFigure: Drawing {
    struct Node {
        let name: String
        let what: String
        let layer: Int
        let dependencies: [Int]
        let title: String
    }

    let nodes: [Node]

    private static let inRow = 3
    private static let (wide, high, gap, rise) = (132.0, 40.0, 8.0, 22.0)

    /// The SVG element; empty where there is nothing to draw.
    var svg: String {
        guard nodes.count > 1 else { return "" }
        let (places, rows) = (places, rows)
        var canvas = FigureCanvas()
        for (index, node) in nodes.enumerated() {
            for other in node.dependencies {
                canvas.line(
                    "edge", places[other].x + Self.wide / 2, places[other].y + Self.high,
                    places[index].x + Self.wide / 2,
                    places[index].y)
            }
        }
        let names = FigureCanvas.labels(nodes.map(\.name), room: Self.wide - 14)
        for (index, node) in nodes.enumerated() {
            let (x, y) = places[index]
            canvas.begin(result: node.name)
            canvas.box("box", x, y, Self.wide, Self.high, title: node.title)
            canvas.label(node.name, x + 8, y + 16, kind: "name", shown: names[index])
            canvas.label(node.what, x + 8, y + 33, room: Self.wide - 14)
            canvas.end()
        }
        let height = Double(rows.count) * (Self.high + Self.rise) - Self.rise + 10
        return canvas.svg(height: height, label: "steps and what they are made of; folds and seeds are one box")
    }

    /// The upper left corner of each node's box.
    private var places: [(x: Double, y: Double)] {
        let rows = rows
        var places = [(x: Double, y: Double)](repeating: (0, 0), count: nodes.count)
        for (index, row) in rows.enumerated() {
            let width = Double(row.count) * (Self.wide + Self.gap) - Self.gap
            for (column, node) in row.enumerated() {
                places[node] = (
                    (FigureCanvas.width - width) / 2 + Double(column) * (Self.wide + Self.gap),
                    4 + Double(index) * (Self.high + Self.rise)
                )
            }
        }
        return places
    }

    /// The nodes of each layer, broken where a row is full; each below what it depends on, as near as there is room.
    private var rows: [[Int]] {
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
            for start in stride(from: 0, to: own.count, by: Self.inRow) {
                let row = Array(own[start..<min(start + Self.inRow, own.count)])
                for (column, node) in row.enumerated() { middle[node] = (Double(column) + 0.5) / Double(row.count) }
                rows.append(row)
            }
        }
        return rows
    }
}

extension GraphFigure {
    var specification: [String: JSON] {
        let places = places
        let boxes = zip(nodes, places).map { node, place in
            VegaLite.point(place.x, place.y).merging([
                "right": .number(place.x + Self.wide), "bottom": .number(place.y + Self.high),
                "middle": .number(place.x + Self.wide / 2), "height": .number(place.y + Self.high / 2),
                "text": [.string(node.name), .string(node.what)],
            ]) { $1 }
        }
        let edges = zip(nodes, places).flatMap { node, place in
            node.dependencies.map { other in
                VegaLite.point(places[other].x + Self.wide / 2, places[other].y + Self.high).merging([
                    "right": .number(place.x + Self.wide / 2), "bottom": .number(place.y),
                ]) { $1 }
            }
        }
        func across(_ field: String) -> JSON {
            ["field": .string(field), "type": "quantitative", "axis": .null, "scale": ["zero": false]]
        }
        func down(_ field: String) -> JSON {
            [
                "field": .string(field), "type": "quantitative", "axis": .null,
                "scale": ["zero": false, "reverse": true],
            ]
        }
        let box = ["x": across("x"), "x2": VegaLite.field("right"), "y": down("y"), "y2": VegaLite.field("bottom")]
        return [
            "data": VegaLite.data(boxes), "height": .number((places.map(\.y).max() ?? 0) + Self.high),
            "config": ["view": ["stroke": .null]],
            "layer": [
                VegaLite.layer(["type": "rule", "color": "#cccccc"], box, data: VegaLite.data(edges)),
                VegaLite.layer(["type": "rect", "fill": "#f4f5f7", "stroke": "#cccccc"], box),
                VegaLite.layer(
                    ["type": "text", "baseline": "middle", "dy": -6],
                    ["x": across("middle"), "y": down("height"), "text": VegaLite.nominal("text")]),
            ],
        ]
    }
}
