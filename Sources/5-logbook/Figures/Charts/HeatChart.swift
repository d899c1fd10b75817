// A square of numbers: a value for every pair of names, in strength and in digits.

internal import Words

package enum HeatChart {
    /// Nil for fewer than two names.
    /// - Parameters:
    ///   - values: row by row, on both sides of zero; nil where there is none.
    ///   - most: the value that is drawn strongest; a larger one no stronger.
    package static func chart(
        _ names: [String], _ values: [[Double?]], _ label: String, most: Double = 1, digits: Int = 2
    ) -> Chart? {
        guard names.count > 1 else { return nil }
        let place: [Channel: String] = [.x: "column", .y: "row", .colour: "value"]
        return Chart(
            label, x: .names, y: .names, colours: .signed(most: most, digits: digits),
            rows: zip(names, values).flatMap { name, row in
                zip(names, row).map { other, value in
                    let shown = value.map { ($0 < 0 ? "−" : "") + Format.decimal(abs($0), digits) } ?? "–"
                    return Row(
                        ["row": .text(name), "column": .text(other), "value": Value(value)],
                        title: "\(name), \(other): \(shown)")
                }
            }, layers: [Layer(.cell, place), Layer(.name, place.merging([.text: "value"]) { $1 })])
    }
}
