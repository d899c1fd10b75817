// A forest plot: a difference with its interval on each row, beside zero. Knows kinds of differences as names with colours.

internal import Words

package enum ForestChart {
    package struct Row: Sendable {
        let name: String
        package let difference: Double
        let interval: ClosedRange<Double>
        /// Which of the chart's colours it has.
        let kind: String
        /// What is written at its end.
        let word: String

        package init(name: String, difference: Double, interval: ClosedRange<Double>, kind: String, word: String) {
            (self.name, self.difference, self.interval, self.kind, self.word) = (name, difference, interval, kind, word)
        }
    }

    /// - Parameters:
    ///   - sides: what a difference below zero means, and one above.
    ///   - kinds: the names that the page's style has colours for, and those colours for other tools.
    package static func chart(
        _ rows: [Row], _ label: String, across: String, sides: (before: String, after: String),
        kinds: KeyValuePairs<String, String>
    ) -> Chart? {
        guard !rows.isEmpty else { return nil }
        let (zero, nothing) = ("zero", Value.number(0))
        let own: [Channel: String] = [.y: "name", .colour: "verdict", .result: "name"]
        return Chart(
            label, x: .quantity(across), y: .names, colours: .named(kinds.map(\.key), kinds.map(\.value)),
            rows: rows.map { row in
                Figures.Row(
                    [
                        "name": .text(row.name), "difference": .number(row.difference),
                        "lower": .number(row.interval.lowerBound), "upper": .number(row.interval.upperBound),
                        "verdict": .text(row.kind), "word": .text(row.word),
                    ],
                    title:
                        "\(row.name): \(Format.difference(row.difference)) \(Format.interval(row.interval)), \(row.word)"
                )
            },
            layers: [
                Layer(.zero, [.x: zero], rows: [Figures.Row([zero: nothing])]),
                Layer(
                    .before, [.x: zero, .text: "side"],
                    rows: [Figures.Row([zero: nothing, "side": .text(sides.before)])]),
                Layer(
                    .after, [.x: zero, .text: "side"], rows: [Figures.Row([zero: nothing, "side": .text(sides.after)])]),
                Layer(.remark, [.y: "name", .text: "word", .result: "name"]),
                Layer(.interval, own.merging([.x: "lower", .x2: "upper"]) { $1 }),
                Layer(.estimate, own.merging([.x: "difference"]) { $1 }),
            ])
    }
}
