// A row for each name, which stands above its marks: numbers across, under one axis.

struct RowLayout: Layout {
    private static let pitch = 40.0

    private(set) var frame = Canvas()
    let top: Double
    let bottom: Double
    private let axis: Axis
    private let rows: [String: Int]
    private let shown: [String]

    init?(_ chart: Chart, across title: String) {
        var names: [String] = []
        var rows: [String: Int] = [:]
        for name in chart.values(.y).compactMap(\.text) where rows[name] == nil {
            rows[name] = names.count
            names.append(name)
        }
        guard !names.isEmpty,
            let axis = Axis(chart.values(.x, .x2).compactMap(\.number), from: 22, to: Canvas.width - 22)
        else { return nil }
        let marks = Set(chart.layers.map(\.mark))
        let ends = chart.legend.isEmpty ? nil : frame.legend(chart.legend, from: 16)
        // Words beside a line stand above the first row.
        top = ends ?? (marks.contains(.before) || marks.contains(.after) ? 22 : 4)
        bottom = top + 4 + Double(names.count) * Self.pitch
        (self.axis, self.rows) = (axis, rows)
        shown = Canvas.labels(names, room: marks.contains(.remark) ? 270 : 400)
        frame.horizontal(axis, from: top, to: bottom, label: title)
    }

    var height: Double { bottom + 44 }

    func x(_ value: Value) -> Double? { value.number.map(axis.position) }

    func y(_ value: Value) -> Double? {
        value.text.flatMap { rows[$0] }.map { top + 24 + Double($0) * Self.pitch }
    }

    func heading(_ name: String) -> Canvas? {
        guard let row = rows[name], let y = y(.text(name)) else { return nil }
        var canvas = Canvas()
        canvas.label(name, 8, y - 12, kind: "name", shown: shown[row])
        return canvas
    }

    func place(_ text: String, _ mark: Mark, x: Double?, y: Double?) -> Placement? {
        switch mark {
        case .remark: return y.map { Placement(x: Canvas.width - 8, y: $0 - 12, anchor: .end, room: 130) }
        case .before:
            guard let x, x > 70 else { return nil }
            return Placement(x: x - 6, y: top - 8, anchor: .end, room: x - 10)
        case .after:
            guard let x, x < Canvas.width - 70 else { return nil }
            return Placement(x: x + 6, y: top - 8, anchor: .start, room: Canvas.width - x - 10)
        default: return nil
        }
    }
}
