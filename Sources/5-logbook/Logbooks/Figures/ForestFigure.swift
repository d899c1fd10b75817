// A forest plot as SVG: a difference with its interval on each line, beside zero. Knows verdicts as colours and words only.

internal import Digests
internal import Statistics
internal import Words

struct ForestFigure: Drawing {
    struct Row {
        let name: String
        let difference: Double
        let interval: ClosedRange<Double>
        /// How it is drawn.
        let outcome: Verdict.Outcome
        /// What is written.
        let word: String

        init(
            name: String, difference: Double, interval: ClosedRange<Double>, outcome: Verdict.Outcome,
            word: String? = nil
        ) {
            (self.name, self.difference, self.interval, self.outcome) = (name, difference, interval, outcome)
            self.word = word ?? outcome.rawValue
        }
    }

    let rows: [Row]
    var across = "improvement in log loss (nats per row)"
    var sides = (worse: "← worse", better: "better →")
    var label = "improvement of each variant over its baseline, with interval"

    private static let pitch = 40.0

    /// The SVG element; empty where there is nothing to draw.
    var svg: String {
        let values = rows.flatMap { [$0.difference, $0.interval.lowerBound, $0.interval.upperBound] }
        guard !rows.isEmpty, let axis = Axis(values + [0], from: 22, to: FigureCanvas.width - 22) else { return "" }
        let bottom = 26 + Double(rows.count) * Self.pitch
        var canvas = FigureCanvas()
        canvas.horizontal(axis, from: 22, to: bottom, label: across)
        let zero = axis.position(0)
        canvas.line("zero", zero, 22, zero, bottom)
        if zero > 70 { canvas.label(sides.worse, zero - 6, 14, anchor: "end") }
        if zero < FigureCanvas.width - 70 { canvas.label(sides.better, zero + 6, 14) }
        let names = FigureCanvas.labels(rows.map(\.name), room: 290)
        for (index, row) in rows.enumerated() {
            let y = 48 + Double(index) * Self.pitch
            let numbers =
                "\(Format.signed(row.difference, 4)) \(Format.interval(row.interval)), \(row.word)"
            canvas.begin(result: row.name)
            canvas.label(row.name, 8, y - 11, kind: "name", shown: names[index])
            canvas.label(row.word, FigureCanvas.width - 8, y - 11, anchor: "end")
            let ends = (axis.position(row.interval.lowerBound), axis.position(row.interval.upperBound))
            canvas.line("interval \(row.outcome.rawValue)", ends.0, y, ends.1, y)
            for end in [ends.0, ends.1] { canvas.line("interval \(row.outcome.rawValue)", end, y - 4, end, y + 4) }
            canvas.dot(
                "estimate \(row.outcome.rawValue)", axis.position(row.difference), y, radius: 5,
                title: "\(row.name): \(numbers)"
            )
            canvas.end()
        }
        return canvas.svg(height: bottom + 44, label: label)
    }
}

extension ForestFigure {
    var specification: [String: JSON] {
        [
            "data": VegaLite.data(
                rows.map {
                    [
                        "name": .string($0.name), "difference": .number($0.difference),
                        "lower": .number($0.interval.lowerBound), "upper": .number($0.interval.upperBound),
                        "verdict": .string($0.outcome.rawValue), "word": .string($0.word),
                    ]
                }),
            "layer": [
                VegaLite.layer(
                    ["type": "rule", "strokeDash": [4, 4]], ["x": ["datum": 0, "type": "quantitative"]]),
                VegaLite.layer(
                    ["type": "rule", "strokeWidth": 2],
                    [
                        "x": VegaLite.quantity("lower", across), "x2": VegaLite.field("upper"),
                        "y": VegaLite.names("name"),
                        "color": VegaLite.verdicts("verdict"),
                    ]),
                VegaLite.layer(
                    ["type": "point", "filled": true, "size": 70, "tooltip": ["content": "data"]],
                    [
                        "x": VegaLite.quantity("difference", across), "y": VegaLite.names("name"),
                        "color": VegaLite.verdicts("verdict"),
                    ]),
            ],
        ]
    }
}
