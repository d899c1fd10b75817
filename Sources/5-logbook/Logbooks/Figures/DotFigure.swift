// A figure as SVG: one line of dots per result. Knows numbers and names, not what they mean.

internal import Digests
internal import Words

/// Dots on one horizontal axis, a row for each name, the name above its row.
struct DotFigure: Drawing {
    struct Row {
        let name: String
        /// A value and the name of what it belongs to; equal names are joined from row to row, if `joins` is set.
        let dots: [(name: String, value: Double)]
        /// Where the bar stands.
        let mean: Double?
    }

    let rows: [Row]
    let label: String
    let joins: Bool

    private static let pitch = 40.0

    /// The SVG element; empty where there is nothing to draw.
    var svg: String {
        let values = rows.flatMap { $0.dots.map(\.value) + [$0.mean].compactMap { $0 } }
        guard let axis = Axis(values, from: 22, to: FigureCanvas.width - 22) else { return "" }
        func y(_ row: Int) -> Double { 28 + Double(row) * Self.pitch }
        let bottom = 8 + Double(rows.count) * Self.pitch
        var canvas = FigureCanvas()
        canvas.horizontal(axis, from: 4, to: bottom, label: label)
        if joins {
            for (row, next) in zip(rows.indices, rows.indices.dropFirst()) {
                for dot in rows[row].dots {
                    guard let other = rows[next].dots.first(where: { $0.name == dot.name }) else { continue }
                    canvas.line("pair", axis.position(dot.value), y(row), axis.position(other.value), y(next))
                }
            }
        }
        let names = FigureCanvas.labels(rows.map(\.name))
        for (index, row) in rows.enumerated() {
            canvas.begin(result: row.name)
            canvas.label(row.name, 8, y(index) - 12, kind: "name", shown: names[index])
            for dot in row.dots {
                canvas.dot(
                    "dot", axis.position(dot.value), y(index), title: "\(dot.name): \(Format.decimal(dot.value, 4))")
            }
            if let mean = row.mean {
                canvas.line("mean", axis.position(mean), y(index) - 9, axis.position(mean), y(index) + 9)
            }
            canvas.end()
        }
        return canvas.svg(height: bottom + 44, label: "\(label) by result")
    }
}

extension DotFigure {
    var specification: [String: JSON] {
        let dots = rows.flatMap { row in
            row.dots.map { dot -> [String: JSON] in
                ["name": .string(row.name), "part": .string(dot.name), "value": .number(dot.value)]
            }
        }
        let means = rows.compactMap { row in
            row.mean.map { mean -> [String: JSON] in ["name": .string(row.name), "mean": .number(mean)] }
        }
        let place = ["x": VegaLite.quantity("value", label), "y": VegaLite.names("name")]
        let lines = VegaLite.layer(
            ["type": "line", "strokeWidth": 1, "opacity": 0.4],
            place.merging(["detail": VegaLite.nominal("part"), "order": VegaLite.nominal("name")]) { $1 })
        return [
            "data": VegaLite.data(dots),
            "layer": .array(
                (joins ? [lines] : []) + [
                    VegaLite.layer(
                        [
                            "type": "circle", "size": 50, "opacity": 0.7, "color": "#0072b2",
                            "tooltip": ["content": "data"],
                        ],
                        place),
                    VegaLite.layer(
                        ["type": "tick", "thickness": 2, "color": "black"],
                        ["x": VegaLite.quantity("mean", label), "y": VegaLite.names("name")], data: VegaLite.data(means)
                    ),
                ]),
        ]
    }
}
