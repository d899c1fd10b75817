// A square of numbers as SVG: the correlation of every pair. Knows numbers and names, not what they mean.

internal import Digests
internal import Words

struct HeatFigure: Drawing {
    let names: [String]
    /// Row by row, from -1 to 1; nil where there is none.
    let values: [[Double?]]
    let label: String
    /// The value that is drawn strongest; a larger one no stronger.
    var most = 1.0
    var digits = 2

    /// The SVG element; empty for fewer than two names. Where names are too long for a column, columns bear the numbers of rows.
    var svg: String {
        guard names.count > 1 else { return "" }
        let longest = Double(names.map(\.count).max() ?? 0) * FigureCanvas.letter
        func side(_ left: Double) -> Double { min(56, (FigureCanvas.width - left - 6) / Double(names.count)) }
        // Short names stand above the columns, too.
        let isShort = longest < side(longest + 16) - 4
        let left = isShort ? longest + 16 : min(190, longest + 5 * FigureCanvas.letter)
        let side = side(left)
        var canvas = FigureCanvas()
        // Where columns bear numbers, so do the names of rows: they are apart however short.
        for (row, name) in names.enumerated() {
            let y = 26 + Double(row) * side
            canvas.label(isShort ? name : "\(row + 1)", left + (Double(row) + 0.5) * side, 16, anchor: "middle")
            canvas.label(
                isShort ? name : "\(row + 1) \(name)", left - 8, y + side / 2 + 4.5, anchor: "end", room: left - 8)
            for (column, value) in values[row].enumerated() {
                let x = left + Double(column) * side
                let shown = value.map { ($0 < 0 ? "−" : "") + Format.decimal(abs($0), digits) } ?? "–"
                // At .45 the numbers keep their contrast, on light ground as on dark.
                canvas.cell(
                    (value ?? 0) < 0 ? "cell below" : "cell", x + 1, y + 1, side - 2, side - 2,
                    strength: min(1, abs(value ?? 0) / most) * 0.45, title: "\(name), \(names[column]): \(shown)")
                if side >= 30 { canvas.label(shown, x + side / 2, y + side / 2 + 4.5, anchor: "middle", kind: "value") }
            }
        }
        return canvas.svg(height: 32 + Double(names.count) * side, label: label)
    }

    /// Pearson's correlation; nil where one of the two does not vary or they differ in length.
    static func correlation(_ left: [Double], _ right: [Double]) -> Double? {
        guard left.count == right.count, left.count > 1 else { return nil }
        let means = (
            left.reduce(0, +) / Double(left.count), right.reduce(0, +) / Double(right.count)
        )
        var (product, squareLeft, squareRight) = (0.0, 0.0, 0.0)
        for (a, b) in zip(left, right) {
            product += (a - means.0) * (b - means.1)
            squareLeft += (a - means.0) * (a - means.0)
            squareRight += (b - means.1) * (b - means.1)
        }
        guard squareLeft > 0, squareRight > 0 else { return nil }
        return product / (squareLeft * squareRight).squareRoot()
    }
}

extension HeatFigure {
    var specification: [String: JSON] {
        let cells = zip(names, values).flatMap { name, row in
            zip(names, row).map { other, value -> [String: JSON] in
                ["row": .string(name), "column": .string(other), "value": JSON(value)]
            }
        }
        return [
            "data": VegaLite.data(cells),
            "encoding": ["x": VegaLite.names("column"), "y": VegaLite.names("row")],
            "layer": [
                VegaLite.layer(
                    "rect",
                    [
                        "color": [
                            "field": "value", "type": "quantitative", "title": .string(label),
                            "scale": ["scheme": "redblue", "domain": [.number(-most), .number(most)]],
                        ]
                    ]),
                VegaLite.layer(
                    "text",
                    [
                        "text": ["field": "value", "type": "quantitative", "format": .string(".\(digits)f")],
                        // White where the cell is dark.
                        "color": [
                            "condition": ["test": .string("abs(datum.value) > \(0.55 * most)"), "value": "white"],
                            "value": "black",
                        ],
                    ]),
            ],
        ]
    }
}
