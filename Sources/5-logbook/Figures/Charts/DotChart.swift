// Values beside each other: a row for each name, a dot for each value, a bar at their mean.

internal import Words

package enum DotChart {
    package struct Row: Sendable {
        let name: String
        let dots: [(part: String, value: Double)]
        let mean: Double

        package init(name: String, dots: [(part: String, value: Double)], mean: Double) {
            (self.name, self.dots, self.mean) = (name, dots, mean)
        }
    }

    /// - Parameter joins: whether the dots of equal parts are joined from row to row.
    package static func chart(_ rows: [Row], across: String, joins: Bool = false) -> Chart {
        let dots = rows.flatMap { row in
            row.dots.map { dot in
                Figures.Row(
                    ["name": .text(row.name), "part": .text(dot.part), "value": .number(dot.value)],
                    title: "\(dot.part): \(Format.score(dot.value))")
            }
        }
        let means = rows.map { Figures.Row(["name": .text($0.name), "mean": .number($0.mean)]) }
        let pair = Layer(.pair, [.x: "value", .y: "name", .line: "part"])
        return Chart(
            "\(across) by result", x: .quantity(across), y: .names, rows: dots,
            layers: (joins ? [pair] : []) + [
                Layer(.dot, [.x: "value", .y: "name", .result: "name"]),
                Layer(.mean, [.x: "mean", .y: "name", .result: "name"], rows: means),
            ])
    }
}
