// Points on a plane where only nearness means something, in colours by what they belong to.

package enum MapChart {
    package struct Series: Sendable {
        let name: String
        let points: [(title: String, x: Double, y: Double)]

        package init(name: String, points: [(title: String, x: Double, y: Double)]) {
            (self.name, self.points) = (name, points)
        }
    }

    /// Nil for fewer than two points.
    package static func chart(_ series: [Series], _ label: String) -> Chart? {
        let rows = series.flatMap { one in
            one.points.map { point in
                Row(
                    [
                        "x": .number(point.x), "y": .number(point.y), "text": .text(point.title),
                        "cluster": .text(one.name),
                    ], title: point.title)
            }
        }
        guard rows.count > 1 else { return nil }
        return Chart(
            label, x: .hidden, y: .hidden, colours: .series(series.map(\.name)), rows: rows,
            layers: [Layer(.point, [.x: "x", .y: "y", .colour: "cluster", .result: "cluster"])])
    }
}
