// Points on a plane as SVG, in colours by what they belong to. Axes have no units: only nearness means something.

internal import Digests

struct MapFigure: Drawing {
    let series: [(name: String, points: [(title: String, x: Double, y: Double)])]
    let label: String

    /// More points are not drawn: every so-many-th is.
    private static let most = 1_500

    /// The SVG element; empty where there is nothing to draw.
    var svg: String {
        let points = series.flatMap(\.points)
        let step = max(1, (points.count + Self.most - 1) / Self.most)
        var canvas = FigureCanvas()
        let top = canvas.legend(series.map(\.name), from: 16) + 4
        let bottom = top + 300
        guard points.count > 1, let x = Axis(points.map(\.x), from: 8, to: FigureCanvas.width - 8),
            let y = Axis(points.map(\.y), from: bottom, to: top)
        else { return "" }
        for (index, one) in series.enumerated() {
            canvas.begin(result: one.name)
            for place in stride(from: 0, to: one.points.count, by: step) {
                let point = one.points[place]
                canvas.dot(
                    "point \(FigureCanvas.series(index))", x.position(point.x), y.position(point.y), radius: 3,
                    title: point.title)
            }
            canvas.end()
        }
        return canvas.svg(height: bottom + 8, label: label)
    }
}

extension MapFigure {
    var specification: [String: JSON] {
        let rows = series.flatMap { one in
            one.points.map {
                VegaLite.point($0.x, $0.y).merging(["text": .string($0.title), "cluster": .string(one.name)]) { $1 }
            }
        }
        func place(_ field: String) -> JSON {
            ["field": .string(field), "type": "quantitative", "axis": .null, "scale": ["zero": false]]
        }
        return [
            "data": VegaLite.data(rows), "height": 300,
            "mark": ["type": "circle", "tooltip": ["content": "data"]],
            "encoding": ["x": place("x"), "y": place("y"), "color": VegaLite.colours("cluster")],
        ]
    }
}
