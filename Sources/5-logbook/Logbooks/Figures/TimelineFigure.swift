// What ran when, as SVG: a lane for each part of the recipe, a bar for each step. Knows kinds as colours only.

internal import Digests

struct TimelineFigure: Drawing {
    struct Bar {
        let title: String
        let start: Double
        let seconds: Double
        /// Which colour it has.
        let series: Int
    }

    struct Lane {
        let name: String
        let bars: [Bar]
        /// At the lane's right end.
        let remark: String
    }

    let lanes: [Lane]
    /// The names of the colours.
    let legend: [String]

    private static let pitch = 38.0

    /// The SVG element; empty where nothing ran.
    var svg: String {
        let ends = lanes.flatMap { $0.bars.map { $0.start + $0.seconds } }
        guard let last = ends.max(), last > 0 else { return "" }
        let scale = last > 7_200 ? (3_600.0, "hours") : last > 240 ? (60.0, "minutes") : (1.0, "seconds")
        var canvas = FigureCanvas()
        let top = canvas.legend(legend, from: 16) + 4
        let bottom = top + Double(lanes.count) * Self.pitch + 4
        guard let axis = Axis([0, last / scale.0], from: 8, to: FigureCanvas.width - 12) else { return "" }
        canvas.horizontal(axis, from: top, to: bottom, label: "\(scale.1) since the run began")
        let names = FigureCanvas.labels(lanes.map(\.name), room: 250)
        for (index, lane) in lanes.enumerated() {
            let y = top + Double(index) * Self.pitch
            canvas.label(lane.name, 8, y + 14, kind: "name", shown: names[index])
            if !lane.remark.isEmpty { canvas.label(lane.remark, FigureCanvas.width - 8, y + 14, anchor: "end") }
            for bar in lane.bars {
                let start = axis.position(bar.start / scale.0)
                canvas.bar(
                    FigureCanvas.series(bar.series), start, y + 20,
                    max(1.5, axis.position((bar.start + bar.seconds) / scale.0) - start), 12, title: bar.title)
            }
        }
        return canvas.svg(height: bottom + 44, label: "steps of the last run in time")
    }
}

extension TimelineFigure {
    var specification: [String: JSON] {
        let bars = lanes.flatMap { lane in
            lane.bars.map { bar -> [String: JSON] in
                [
                    "lane": .string(lane.name), "step": .string(bar.title), "start": .number(bar.start),
                    "end": .number(bar.start + bar.seconds), "kind": .string(legend[bar.series]),
                ]
            }
        }
        return [
            "data": VegaLite.data(bars), "mark": ["type": "bar", "tooltip": ["content": "data"]],
            "encoding": [
                "x": VegaLite.quantity("start", "seconds since the run began"), "x2": VegaLite.field("end"),
                "y": VegaLite.names("lane"), "color": VegaLite.colours("kind"),
            ],
        ]
    }
}
