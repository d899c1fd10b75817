// Curves as SVG: loss curves and reliability diagrams. Knows points and names, not what they mean.

internal import Digests
internal import Words

struct CurveFigure: Drawing {
    struct Series {
        let name: String
        /// One line each, with a title; all in the colour of the series.
        let lines: [(title: String, points: [(x: Double, y: Double)])]
        /// Whether the lines are thin, below a thick one that is their mean.
        var hasMean = false

        /// The mean where all lines have a point, in the places of the first.
        var mean: [(x: Double, y: Double)] {
            guard let first = lines.first, lines.count > 1 else { return [] }
            return (0..<(lines.map(\.points.count).min() ?? 0)).map { index in
                (first.points[index].x, lines.reduce(0) { $0 + $1.points[index].y } / Double(lines.count))
            }
        }
    }

    let series: [Series]
    let across: String
    let up: String
    let label: String
    /// Whether both axes go from 0 to 1 and the diagonal is drawn.
    var isUnitSquare = false
    /// Whether points are marked.
    var hasDots = false
    /// Whether the horizontal axis is logarithmic; its values are then positive.
    var isLogarithmic = false
    /// Whether horizontal values are whole numbers.
    var isWhole = false

    /// The SVG element; empty where there is nothing to draw.
    var svg: String {
        let points = series.flatMap { $0.lines.flatMap(\.points) }
        var canvas = FigureCanvas()
        let top = canvas.legend(series.map(\.name), from: 16) + 28
        let (right, bottom) = (FigureCanvas.width - 16, top + (isUnitSquare ? 300 : 220))
        guard !points.isEmpty, let y = Axis(isUnitSquare ? [0, 1] : points.map(\.y), from: bottom, to: top) else {
            return ""
        }
        let left = max(46, y.labelWidth + 14)
        let axis =
            isLogarithmic
            ? Axis(logarithmic: points.map(\.x), from: left, to: right)
            : Axis(isUnitSquare ? [0, 1] : points.map(\.x), from: left, to: right, whole: isWhole)
        guard let x = axis else { return "" }
        canvas.horizontal(x, from: top, to: bottom, label: across)
        canvas.vertical(y, from: left, to: right, label: up)
        if isUnitSquare { canvas.line("zero", x.position(0), y.position(0), x.position(1), y.position(1)) }
        for (index, one) in series.enumerated() {
            canvas.begin(result: one.name)
            let isThin = one.hasMean && one.lines.count > 1
            for line in one.lines {
                let places = line.points.map { (x: x.position($0.x), y: y.position($0.y)) }
                canvas.path("curve \(isThin ? "thin " : "")\(FigureCanvas.series(index))", places, title: line.title)
                guard hasDots else { continue }
                for (place, point) in zip(places, line.points) {
                    canvas.dot(
                        "point \(FigureCanvas.series(index))", place.x, place.y, radius: 3.5,
                        title: "\(one.name): \(Format.decimal(point.y, 3)) at \(Format.decimal(point.x, 3))")
                }
            }
            canvas.end()
        }
        for (index, one) in series.enumerated() where one.hasMean {
            let places = one.mean.map { (x: x.position($0.x), y: y.position($0.y)) }
            canvas.begin(result: one.name)
            canvas.path("curve mean \(FigureCanvas.series(index))", places, title: "\(one.name), mean")
            canvas.end()
        }
        return canvas.svg(height: bottom + 44, label: label)
    }

    /// A curve of few points: means over equal stretches, placed in their middle.
    static func thinned(_ values: [Double], to count: Int) -> [(x: Double, y: Double)] {
        let parts = min(count, values.count)
        return (0..<parts).map { index in
            let (start, end) = (index * values.count / parts, (index + 1) * values.count / parts)
            return (Double(start + end + 1) / 2, values[start..<end].reduce(0, +) / Double(end - start))
        }
    }
}

extension CurveFigure {
    var specification: [String: JSON] {
        func rows(_ line: String, _ name: String, _ points: [(x: Double, y: Double)]) -> [[String: JSON]] {
            points.map {
                VegaLite.point($0.x, $0.y).merging(["line": .string(line), "series": .string(name)]) { $1 }
            }
        }
        let all = series.flatMap { one in one.lines.flatMap { rows($0.title, one.name, $0.points) } }
        let means = series.filter(\.hasMean).flatMap { rows("\($0.name), mean", $0.name, $0.mean) }
        let unit: ClosedRange<Double>? = isUnitSquare ? 0...1 : nil
        let encoding: [String: JSON] = [
            "x": VegaLite.quantity("x", across, domain: unit, isLogarithmic: isLogarithmic),
            "y": VegaLite.quantity("y", up, domain: unit), "color": VegaLite.colours("series"),
            "detail": VegaLite.nominal("line"),
        ]
        let isThin = !means.isEmpty
        var layers = [
            VegaLite.layer(
                [
                    "type": "line", "point": .bool(hasDots), "strokeWidth": isThin ? 1 : 1.7,
                    "opacity": isThin ? 0.3 : 1,
                ],
                encoding)
        ]
        if isThin {
            layers.append(
                VegaLite.layer(["type": "line", "strokeWidth": 2.4], encoding, data: VegaLite.data(means)))
        }
        if isUnitSquare {
            let ends = VegaLite.data([VegaLite.point(0, 0), VegaLite.point(1, 1)])
            layers.append(
                VegaLite.layer(
                    ["type": "line", "strokeDash": [4, 4], "color": "#666666"],
                    ["x": VegaLite.quantity("x", across), "y": VegaLite.quantity("y", up)], data: ends))
        }
        return ["data": VegaLite.data(all), "layer": .array(layers)]
    }
}
