// A chart as SVG. Knows marks and where a layout puts them, and no figure.

internal import Words

struct SVGRenderer {
    private let chart: Chart

    init(_ chart: Chart) { self.chart = chart }

    /// More points of a layer are not drawn: every so-many-th is.
    private static let mostPoints = 1_500

    /// The SVG element; empty where there is nothing to draw. The same text for the same chart.
    var svg: String {
        guard var layout = chart.layout else { return "" }
        var canvas = layout.frame
        for layers in strata {
            var own = Canvas()
            var results: [(name: String, canvas: Canvas)] = []
            var index: [String: Int] = [:]
            for layer in layers {
                for (name, marks) in marks(of: layer, in: &layout) {
                    guard let name else {
                        own.add(marks)
                        continue
                    }
                    if index[name] == nil {
                        index[name] = results.count
                        results.append((name, layout.heading(name) ?? Canvas()))
                    }
                    results[index[name]!].canvas.add(marks)
                }
            }
            canvas.add(own)
            for (name, marks) in results { canvas.add(marks, result: name) }
        }
        return canvas.svg(height: layout.height, label: chart.label)
    }

    /// Layers that are drawn result by result, each stratum above the one before.
    private var strata: [[Layer]] {
        chart.layers.reduce(into: []) { strata, layer in
            if layer.isOver || strata.isEmpty { strata.append([]) }
            strata[strata.count - 1].append(layer)
        }
    }

    /// A layer's marks, each with the result that it belongs to, if any.
    private func marks(of layer: Layer, in layout: inout any Layout) -> [(result: String?, Canvas)] {
        let rows = chart.rows(of: layer)
        guard layer.mark.shape != .line else {
            return lines(rows, layer).map { line in
                let points = line.rows.compactMap { row in
                    layout.x(layer.value(.x, row)).flatMap { x in layout.y(layer.value(.y, row)).map { (x: x, y: $0) } }
                }
                var canvas = Canvas()
                canvas.path(kind(layer, line.rows[0]), points, title: line.name)
                return (layer.value(.result, line.rows[0]).text, canvas)
            }
        }
        let step = layer.mark == .point ? max(1, (rows.count + Self.mostPoints - 1) / Self.mostPoints) : 1
        return stride(from: 0, to: rows.count, by: step).map { place in
            (layer.value(.result, rows[place]).text, mark(layer, rows[place], in: &layout))
        }
    }

    /// The rows of each line, in the order of the rows.
    private func lines(_ rows: [Row], _ layer: Layer) -> [(name: String, rows: [Row])] {
        var lines: [(name: String, rows: [Row])] = []
        var index: [Value: Int] = [:]
        for row in rows {
            let line = layer.value(.line, row)
            if let known = index[line] {
                lines[known].rows.append(row)
            } else {
                index[line] = lines.count
                lines.append((line.text ?? "", [row]))
            }
        }
        return lines
    }

    private func mark(_ layer: Layer, _ row: Row, in layout: inout any Layout) -> Canvas {
        var canvas = Canvas()
        let kind = kind(layer, row)
        let (x, y) = (layout.x(layer.value(.x, row)), layout.y(layer.value(.y, row)))
        let (x2, y2) = (layout.x(layer.value(.x2, row)), layout.y(layer.value(.y2, row)))
        switch (layer.mark.shape, x, y) {
        case (.point, let x?, let y?): canvas.dot(kind, x, y, radius: Self.radius(layer.mark), title: row.title)
        case (.tick, let x?, let y?): canvas.line(kind, x, y - 9, x, y + 9, title: row.title)
        case (.rule, let x?, nil): canvas.line(kind, x, layout.top, x, layout.bottom)
        case (.rule, let x?, let y?):
            canvas.line(kind, x, y, x2 ?? x, y2 ?? y)
            if layer.mark == .interval { for end in [x, x2 ?? x] { canvas.line(kind, end, y - 4, end, y + 4) } }
        case (.rectangle, let x?, let y?):
            switch layer.mark {
            case .cell:
                let (size, strength) = (layout.side - 2, strength(layer.value(.colour, row)))
                canvas.rectangle(
                    kind, x - size / 2, y - size / 2, size, size, [("fill-opacity", Format.decimal(strength, 2))],
                    title: row.title)
            case .box:
                canvas.rectangle(kind, x, y, (x2 ?? x) - x, (y2 ?? y) - y, [("rx", "4")], title: row.title)
            default: canvas.rectangle(kind, x, y - 4, max(1.5, (x2 ?? x) - x), 12, title: row.title)
            }
        case (.text, _, _):
            let text = words(layer.value(.text, row))
            guard !text.isEmpty, let place = layout.place(text, layer.mark, x: x, y: y) else { break }
            canvas.label(text, place.x, place.y, place.anchor, kind: place.kind, room: place.room)
        default: break
        }
        return canvas
    }

    /// What the page's style calls a mark.
    private func kind(_ layer: Layer, _ row: Row) -> String {
        let own =
            switch layer.mark {
            case .thin: "curve thin"
            case .average: "curve mean"
            case .spot: "dot"
            default: layer.mark.rawValue
            }
        switch (chart.colours, layer.value(.colour, row)) {
        case (.series(let names), .text(let name)):
            return "\(own) \(Canvas.series(names.firstIndex(of: name) ?? 0))"
        case (.named(let names, _), .text(let name)): return names.contains(name) ? "\(own) \(name)" : own
        case (.signed, .number(let value)): return value < 0 ? "\(own) below" : own
        default: return own
        }
    }

    /// How opaque a cell is: at .45 the numbers on it keep their contrast, on light ground as on dark.
    private func strength(_ value: Value) -> Double {
        guard case .signed(let most, _) = chart.colours, let number = value.number else { return 0 }
        return min(1, abs(number) / most) * 0.45
    }

    private func words(_ value: Value) -> String {
        switch (value, chart.colours) {
        case (.number(let number), .signed(_, let digits)):
            (number < 0 ? "−" : "") + Format.decimal(abs(number), digits)
        case (.absent, .signed): "–"
        case (.text(let text), _): text
        default: ""
        }
    }

    private static func radius(_ mark: Mark) -> Double {
        switch mark {
        case .estimate, .spot: 5
        case .point: 3.2
        default: 4
        }
    }
}
