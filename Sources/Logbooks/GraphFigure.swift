// A plan as SVG: boxes in layers, from the data above to the submission below, and lines between them. Knows names only.

struct GraphFigure {
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
        var canvas = FigureCanvas()
        for (index, node) in nodes.enumerated() {
            for other in node.dependencies {
                canvas.line(
                    "edge", places[other].x + Self.wide / 2, places[other].y + Self.high,
                    places[index].x + Self.wide / 2,
                    places[index].y)
            }
        }
        for (index, node) in nodes.enumerated() {
            let (x, y) = places[index]
            canvas.begin(result: node.name)
            canvas.box("box", x, y, Self.wide, Self.high, title: node.title)
            canvas.label(node.name, x + 8, y + 16, kind: "name", room: Self.wide - 14)
            canvas.label(node.what, x + 8, y + 33, room: Self.wide - 14)
            canvas.end()
        }
        let height = Double(rows.count) * (Self.high + Self.rise) - Self.rise + 10
        return canvas.svg(height: height, label: "steps and what they are made of; folds and seeds are one box")
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
