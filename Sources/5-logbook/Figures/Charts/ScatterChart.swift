// Points with names: one number against another.

internal import Words

package enum ScatterChart {
    package struct Point: Sendable {
        let name: String
        let x: Double
        let y: Double

        package init(name: String, x: Double, y: Double) { (self.name, self.x, self.y) = (name, x, y) }
    }

    /// Nil for fewer than two points. A logarithmic axis is linear where a value is not positive.
    /// - Parameter describe: the horizontal value in words.
    package static func chart(
        _ points: [Point], across: String, up: String, isLogarithmic: Bool, describe: (Double) -> String
    ) -> Chart? {
        guard points.count > 1 else { return nil }
        let channels: [Channel: String] = [.x: "x", .y: "y", .result: "name"]
        return Chart(
            "\(up) against \(across)",
            x: .quantity(across, isLogarithmic && points.allSatisfy { $0.x > 0 } ? .logarithmic : .linear),
            y: .quantity(up),
            rows: points.map { point in
                Row(
                    ["name": .text(point.name), "x": .number(point.x), "y": .number(point.y)],
                    title: "\(point.name): \(Format.score(point.y)), \(describe(point.x))")
            },
            layers: [Layer(.spot, channels), Layer(.name, channels.merging([.text: "name"]) { $1 })])
    }
}
