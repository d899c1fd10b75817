// Names both ways: a cell for each pair. Where names are too long for a column, columns bear the numbers of rows.

struct MatrixLayout: Layout {
    private(set) var frame = Canvas()
    let (top, side): (Double, Double)
    private let left: Double
    private let places: [String: Int]

    init?(_ chart: Chart) {
        var names: [String] = []
        var places: [String: Int] = [:]
        for name in chart.values(.x).compactMap(\.text) where places[name] == nil {
            places[name] = names.count
            names.append(name)
        }
        guard names.count > 1 else { return nil }
        let longest = Double(names.map(\.count).max() ?? 0) * Canvas.letter
        func side(_ left: Double) -> Double { min(56, (Canvas.width - left - 6) / Double(names.count)) }
        // Short names stand above the columns, too.
        let isShort = longest < side(longest + 16) - 4
        left = isShort ? longest + 16 : min(190, longest + 5 * Canvas.letter)
        (top, self.side, self.places) = (26, side(left), places)
        for (row, name) in names.enumerated() {
            let middle = (Double(row) + 0.5) * self.side
            // Where columns bear numbers, so do the names of rows: they are apart however short.
            frame.label(isShort ? name : "\(row + 1)", left + middle, 16, .middle)
            frame.label(isShort ? name : "\(row + 1) \(name)", left - 8, top + middle + 4.5, .end, room: left - 8)
        }
    }

    var bottom: Double { top + Double(places.count) * side }
    var height: Double { bottom + 6 }

    func x(_ value: Value) -> Double? { middle(value).map { left + $0 } }
    func y(_ value: Value) -> Double? { middle(value).map { top + $0 } }

    private func middle(_ value: Value) -> Double? {
        value.text.flatMap { places[$0] }.map { (Double($0) + 0.5) * side }
    }

    func place(_ text: String, _ mark: Mark, x: Double?, y: Double?) -> Placement? {
        guard let x, let y, side >= 30 else { return nil }
        return Placement(x: x, y: y + 4.5, anchor: .middle, room: side, kind: "value")
    }
}
