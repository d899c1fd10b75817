// Curves: a colour for each series, a line for each course of it, with their mean or with dots.

internal import Words

package enum CurveChart {
    package struct Series: Sendable {
        let name: String
        package let lines: [(title: String, points: [(x: Double, y: Double)])]

        package init(name: String, lines: [(title: String, points: [(x: Double, y: Double)])]) {
            (self.name, self.lines) = (name, lines)
        }

        /// The mean where all lines have a point, in the places of the first.
        var mean: [(x: Double, y: Double)] {
            guard let first = lines.first, lines.count > 1 else { return [] }
            return (0..<(lines.map(\.points.count).min() ?? 0)).map { index in
                (first.points[index].x, lines.reduce(0) { $0 + $1.points[index].y } / Double(lines.count))
            }
        }
    }

    package enum Style: Sendable { case plain, dots, means }

    /// - Parameters:
    ///   - style: lines alone, with a dot for each point, or thin below their mean.
    ///   - form: how the horizontal axis goes; `unit` holds for both axes, and draws the diagonal.
    package static func chart(
        _ series: [Series], _ label: String, across: String, up: String, style: Style, form: Scale.Form = .linear
    ) -> Chart {
        func rows(_ series: Series, _ line: String, _ points: [(x: Double, y: Double)]) -> [Row] {
            points.map { point in
                Row(
                    [
                        "x": .number(point.x), "y": .number(point.y), "line": .text(line), "series": .text(series.name),
                    ], title: "\(series.name): \(Format.decimal(point.y, 3)) at \(Format.decimal(point.x, 3))")
            }
        }
        let channels: [Channel: String] = [.x: "x", .y: "y", .colour: "series", .line: "line", .result: "series"]
        let means = style == .means ? series.flatMap { rows($0, "\($0.name), mean", $0.mean) } : []
        var layers: [Layer] = []
        if form == .unit {
            let ends: [String: Value] = ["low": .number(0), "high": .number(1)]
            layers.append(Layer(.zero, [.x: "low", .y: "low", .x2: "high", .y2: "high"], rows: [Row(ends)]))
        }
        layers.append(Layer(means.isEmpty ? .curve : .thin, channels))
        if style == .dots {
            layers.append(Layer(.point, [.x: "x", .y: "y", .colour: "series", .result: "series"]))
        }
        if !means.isEmpty { layers.append(Layer(.average, channels, rows: means, isOver: true)) }
        return Chart(
            label, x: .quantity(across, form), y: .quantity(up, form == .unit ? .unit : .linear),
            colours: .series(series.map(\.name)),
            rows: series.flatMap { one in one.lines.flatMap { rows(one, $0.title, $0.points) } }, layers: layers)
    }

    /// A curve of few points: means over equal stretches, placed in their middle.
    package static func thinned(_ values: [Double], to count: Int) -> [(x: Double, y: Double)] {
        let parts = min(count, values.count)
        return (0..<parts).map { index in
            let (start, end) = (index * values.count / parts, (index + 1) * values.count / parts)
            return (Double(start + end + 1) / 2, values[start..<end].reduce(0, +) / Double(end - start))
        }
    }
}
