// Points with names as SVG: what results cost against what they score. Knows numbers and names, not what they mean.

internal import Digests
internal import Words

struct ScatterFigure: Drawing {
    struct Point {
        let name: String
        let x: Double
        let y: Double
    }

    let points: [Point]
    let across: String
    let up: String
    var isLogarithmic = true
    /// What the horizontal value is in a point's title.
    var unit = " s"
    var digits = 1

    /// The SVG element; empty for fewer than two points. The horizontal axis is logarithmic unless it is told otherwise.
    var svg: String {
        let (right, top, bottom) = (FigureCanvas.width - 24, 34.0, 254.0)
        guard points.count > 1, let y = Axis(points.map(\.y), from: bottom, to: top) else { return "" }
        let left = max(46, y.labelWidth + 14)
        let axis =
            isLogarithmic
            ? Axis(logarithmic: points.map(\.x), from: left, to: right) : Axis(points.map(\.x), from: left, to: right)
        guard let x = axis else { return "" }
        var canvas = FigureCanvas()
        canvas.horizontal(x, from: top, to: bottom, label: across)
        canvas.vertical(y, from: left, to: right, label: up)
        let places = points.map { (x: x.position($0.x), y: y.position($0.y)) }
        var taken = places.map { Box(left: $0.x - 5, right: $0.x + 5, top: $0.y - 5, bottom: $0.y + 5) }
        let names = FigureCanvas.labels(points.map(\.name), room: FigureCanvas.letter * Double(Self.longest))
        for ((point, name), place) in zip(zip(points, names), places) {
            canvas.begin(result: point.name)
            canvas.dot(
                "dot", place.x, place.y, radius: 5,
                title: "\(point.name): \(Format.decimal(point.y, 4)), \(Format.decimal(point.x, digits))\(unit)")
            // A name without a free place beside its point is in the point's title only.
            let size = FigureCanvas.letter * Double(name.count)
            let spots = [0.0, -13, 13].flatMap {
                [(Box(right: place, size, $0), "start"), (Box(left: place, size, $0), "end")]
            }
            let free = spots.first { box, _ in
                box.left > left && box.right < FigureCanvas.width && box.top > top - 12 && box.bottom < bottom + 2
                    && !taken.contains(where: box.meets)
            }
            if let (box, anchor) = free {
                taken.append(box)
                canvas.label(
                    point.name, anchor == "start" ? box.left + 4 : box.right - 4, box.bottom - 3, anchor: anchor,
                    kind: "name", shown: name)
            }
            canvas.end()
        }
        return canvas.svg(height: bottom + 44, label: "\(up) against \(across)")
    }

    private static let longest = 24

    fileprivate struct Box {
        let left: Double
        let right: Double
        let top: Double
        let bottom: Double

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }
}

extension ScatterFigure.Box {
    /// Room for a name right or left of a point, from its edge on, `lower` units below it.
    fileprivate init(right place: (x: Double, y: Double), _ size: Double, _ lower: Double) {
        self.init(left: place.x + 5, right: place.x + 9 + size, top: place.y + lower - 7, bottom: place.y + lower + 7.5)
    }

    fileprivate init(left place: (x: Double, y: Double), _ size: Double, _ lower: Double) {
        self.init(left: place.x - 9 - size, right: place.x - 5, top: place.y + lower - 7, bottom: place.y + lower + 7.5)
    }
}

extension ScatterFigure {
    var specification: [String: JSON] {
        let place = [
            "x": VegaLite.quantity("x", across, isLogarithmic: isLogarithmic && points.allSatisfy { $0.x > 0 }),
            "y": VegaLite.quantity("y", up),
        ]
        return [
            "data": VegaLite.data(points.map { VegaLite.point($0.x, $0.y).merging(["name": .string($0.name)]) { $1 } }),
            "layer": [
                VegaLite.layer(
                    ["type": "circle", "size": 80, "color": "#0072b2", "tooltip": ["content": "data"]], place),
                VegaLite.layer(
                    ["type": "text", "align": "left", "dx": 8],
                    place.merging(["text": VegaLite.nominal("name")]) { $1 }),
            ],
        ]
    }
}
