// Numbers both ways: axes at the bottom and at the left, or none where only nearness counts. Names find free places.

struct PlaneLayout: Layout {
    private(set) var frame = Canvas()
    let top: Double
    let bottom: Double
    let height: Double
    private let across: Axis
    private let up: Axis
    private let left: Double
    private var taken: [Box] = []

    init?(_ chart: Chart) {
        let (xs, ys) = (chart.values(.x, .x2).compactMap(\.number), chart.values(.y, .y2).compactMap(\.number))
        let ends = chart.legend.isEmpty ? nil : frame.legend(chart.legend, from: 16)
        guard case .quantity(let acrossTitle, let form) = chart.x, case .quantity(let upTitle, let upForm) = chart.y
        else {
            top = (ends ?? 0) + 4
            (bottom, left, height) = (top + 300, 8, top + 308)
            guard let x = Axis(xs, from: 8, to: Canvas.width - 8), let y = Axis(ys, from: bottom, to: top) else {
                return nil
            }
            (across, up) = (x, y)
            return
        }
        top = ends.map { $0 + 28 } ?? 34
        bottom = top + (upForm == .unit ? 300 : 220)
        height = bottom + 44
        guard !xs.isEmpty, let y = Self.axis(ys, upForm, from: bottom, to: top) else { return nil }
        left = max(46, y.labelWidth + 14)
        guard let x = Self.axis(xs, form, from: left, to: Canvas.width - 20) else { return nil }
        (across, up) = (x, y)
        frame.horizontal(x, from: top, to: bottom, label: acrossTitle)
        frame.vertical(y, from: left, to: Canvas.width - 20, label: upTitle)
        // Names keep off the points.
        for layer in chart.layers where layer.mark == .spot {
            for row in chart.rows(of: layer) {
                guard let x = self.x(layer.value(.x, row)), let y = self.y(layer.value(.y, row)) else { continue }
                taken.append(Box(left: x - 5, right: x + 5, top: y - 5, bottom: y + 5))
            }
        }
    }

    private static func axis(_ values: [Double], _ form: Scale.Form, from start: Double, to end: Double) -> Axis? {
        switch form {
        case .logarithmic: Axis(logarithmic: values, from: start, to: end)
        case .unit: Axis([0, 1], from: start, to: end)
        case .whole: Axis(values, from: start, to: end, whole: true)
        case .linear: Axis(values, from: start, to: end)
        }
    }

    func x(_ value: Value) -> Double? { value.number.map(across.position) }
    func y(_ value: Value) -> Double? { value.number.map(up.position) }

    /// What a name may take beside its point.
    private static let longest = Canvas.letter * 24

    /// Right of the point or left of it, on its height, above or below: the first that is free. A name without a free place is in
    /// its point's title only.
    mutating func place(_ text: String, _ mark: Mark, x: Double?, y: Double?) -> Placement? {
        guard let x, let y else { return nil }
        let size = min(Canvas.letter * Double(text.count), Self.longest)
        for lower in [0.0, -13, 13] {
            let (above, below) = (y + lower - 7, y + lower + 7.5)
            for (box, anchor) in [
                (Box(left: x + 5, right: x + 9 + size, top: above, bottom: below), Canvas.Anchor.start),
                (Box(left: x - 9 - size, right: x - 5, top: above, bottom: below), .end),
            ]
            where box.left > left && box.right < Canvas.width && above > top - 12 && below < bottom + 2
                && !taken.contains(where: box.meets)
            {
                taken.append(box)
                return Placement(
                    x: anchor == .start ? box.left + 4 : box.right - 4, y: below - 3, anchor: anchor,
                    room: Self.longest, kind: "name")
            }
        }
        return nil
    }

    private struct Box {
        let left: Double
        let right: Double
        let top: Double
        let bottom: Double

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }
}
