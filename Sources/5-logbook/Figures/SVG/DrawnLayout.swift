// Places on the drawing itself, which the rows say.

struct DrawnLayout: Layout {
    let frame = Canvas()
    let (top, bottom): (Double, Double)

    init?(_ chart: Chart) {
        guard let last = chart.values(.y, .y2).compactMap(\.number).max() else { return nil }
        (top, bottom) = (0, last)
    }

    var height: Double { bottom + 6 }

    func x(_ value: Value) -> Double? { value.number }
    func y(_ value: Value) -> Double? { value.number }

    func place(_ text: String, _ mark: Mark, x: Double?, y: Double?) -> Placement? {
        guard let x, let y else { return nil }
        return Placement(x: x, y: y, anchor: .start, room: GraphChart.room, kind: mark == .name ? "name" : "")
    }
}
