// Points with names as SVG: what results cost against what they score. Knows numbers and names, not what they mean.

struct ScatterFigure {
    struct Point {
        let name: String
        let x: Double
        let y: Double
    }

    let points: [Point]
    let across: String
    let up: String

    /// The SVG element; empty for fewer than two points. The horizontal axis is logarithmic.
    var svg: String {
        let (left, right, top, bottom) = (46.0, FigureCanvas.width - 24, 34.0, 254.0)
        guard points.count > 1, let x = Axis(logarithmic: points.map(\.x), from: left, to: right),
            let y = Axis(points.map(\.y), from: bottom, to: top)
        else { return "" }
        var canvas = FigureCanvas()
        canvas.horizontal(x, from: top, to: bottom, label: across)
        canvas.vertical(y, from: left, to: right, label: up)
        // Names that would lie on one another move down, in order of height.
        var taken: [Double] = []
        for point in points.sorted(by: { ($0.y, $0.name) > ($1.y, $1.name) }) {
            let (px, py) = (x.position(point.x), y.position(point.y))
            var place = py + 4.5
            if let last = taken.last, place < last + 15 { place = last + 15 }
            taken.append(place)
            let isRight = px < (left + right) / 2
            canvas.begin(result: point.name)
            canvas.dot(
                "dot", px, py, radius: 5,
                title: "\(point.name): \(Format.decimal(point.y, 4)), \(Format.decimal(point.x, 1)) s")
            canvas.label(
                point.name, isRight ? px + 10 : px - 10, place, anchor: isRight ? "start" : "end", kind: "name",
                room: isRight ? right - px : px - left)
            canvas.end()
        }
        return canvas.svg(height: max(bottom, taken.last ?? 0) + 44, label: "\(up) against \(across)")
    }
}
