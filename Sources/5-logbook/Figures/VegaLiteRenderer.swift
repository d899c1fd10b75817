// A chart as a Vega-Lite specification, version 5. Knows the grammar's words.

internal import Digests

struct VegaLiteRenderer {
    private let chart: Chart

    init(_ chart: Chart) { self.chart = chart }

    /// A whole document: data, marks and encodings, with a title and the caption as its description.
    func document(title: String, caption: String) -> JSON {
        var members: [String: JSON] = [
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": .string(title),
            "description": .string(caption), "width": 420, "data": data(chart.rows),
            "layer": .array(chart.layers.map(layer)),
        ]
        if chart.x == .hidden { members["height"] = 300 }
        if chart.x == .drawn {
            let bottom = chart.values(.y, .y2).compactMap(\.number).max() ?? 0
            members["height"] = .number(bottom)
            members["config"] = ["view": ["stroke": .null]]
        }
        return .object(members)
    }

    private func data(_ rows: [Row]) -> JSON {
        ["values": .array(rows.map { .object($0.values.mapValues(\.json)) })]
    }

    private func layer(_ layer: Layer) -> JSON {
        var encoding: [String: JSON] = [:]
        if let field = layer.channels[.x] { encoding["x"] = position(field, chart.x) }
        if let field = layer.channels[.y] { encoding["y"] = position(field, chart.y, isUp: true) }
        if let field = layer.channels[.x2] { encoding["x2"] = ["field": .string(field)] }
        if let field = layer.channels[.y2] { encoding["y2"] = ["field": .string(field)] }
        if let field = layer.channels[.colour] { encoding["color"] = colour(field, isText: layer.mark.shape == .text) }
        if let field = layer.channels[.text] { encoding["text"] = text(field) }
        if let field = layer.channels[.line] { encoding["detail"] = Self.nominal(field) }
        switch layer.mark {
        case .pair: encoding["order"] = layer.channels[.y].map(Self.nominal)
        case .remark where chart.y == .names: encoding["x"] = ["value": "width"]
        case .before, .after: encoding["y"] = ["value": -8]
        default: break
        }
        var members: [String: JSON] = ["mark": mark(layer.mark), "encoding": .object(encoding)]
        members["data"] = layer.rows.map(data)
        return .object(members)
    }

    private func position(_ field: String, _ scale: Scale, isUp: Bool = false) -> JSON {
        switch scale {
        case .names: return ["field": .string(field), "type": "nominal", "title": .null, "sort": .null]
        case .quantity(let title, let form):
            let scale: JSON =
                switch form {
                case .logarithmic: ["type": "log"]
                case .unit: ["zero": false, "domain": [0, 1]]
                case .linear, .whole: ["zero": false]
                }
            return ["field": .string(field), "type": "quantitative", "title": .string(title), "scale": scale]
        case .hidden, .drawn:
            var members: [String: JSON] = ["zero": false]
            // Drawings count downwards, charts upwards.
            if scale == .drawn, isUp { members["reverse"] = true }
            return ["field": .string(field), "type": "quantitative", "axis": .null, "scale": .object(members)]
        }
    }

    private func colour(_ field: String, isText: Bool) -> JSON {
        switch chart.colours {
        case .none: return Self.nominal(field)
        case .series(let names):
            return [
                "field": .string(field), "type": "nominal", "title": .null, "sort": .null,
                "scale": [
                    "domain": .array(Set(names).count == names.count ? names.map { .string($0) } : unique(names)),
                    "range": .array(Self.palette.map { .string($0) }),
                ],
            ]
        case .named(let names, let colours):
            return [
                "field": .string(field), "type": "nominal", "title": .string(field),
                "scale": [
                    "domain": .array(names.map { .string($0) }), "range": .array(colours.map { .string($0) }),
                ],
            ]
        case .signed(let most, _):
            // Text is white where its cell is dark.
            let test = "abs(datum[\(JSON.string(field).text())]) > \(0.55 * most)"
            return isText
                ? ["condition": ["test": .string(test), "value": "white"], "value": "black"]
                : [
                    "field": .string(field), "type": "quantitative", "title": .string(chart.label),
                    "scale": ["scheme": "redblue", "domain": [.number(-most), .number(most)]],
                ]
        }
    }

    private func unique(_ names: [String]) -> [JSON] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.map { .string($0) }
    }

    private func text(_ field: String) -> JSON {
        guard case .signed(_, let digits) = chart.colours else { return Self.nominal(field) }
        return ["field": .string(field), "type": "quantitative", "format": .string(".\(digits)f")]
    }

    private static func nominal(_ field: String) -> JSON { ["field": .string(field), "type": "nominal"] }

    /// Okabe and Ito's colours, as on the page.
    private static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#56b4e9", "#e69f00"]

    private func mark(_ mark: Mark) -> JSON {
        let isDrawn = chart.x == .drawn
        let tooltip: JSON = ["content": "data"]
        return switch mark {
        case .dot: ["type": "circle", "size": 50, "opacity": 0.7, "color": "#0072b2", "tooltip": tooltip]
        case .spot: ["type": "circle", "size": 80, "color": "#0072b2", "tooltip": tooltip]
        case .point: ["type": "circle", "tooltip": tooltip]
        case .estimate: ["type": "point", "filled": true, "size": 70, "tooltip": tooltip]
        case .mean: ["type": "tick", "thickness": 2, "color": "black"]
        case .pair: ["type": "line", "strokeWidth": 1, "opacity": 0.4]
        case .curve: ["type": "line", "strokeWidth": 1.7]
        case .thin: ["type": "line", "strokeWidth": 1, "opacity": 0.3]
        case .average: ["type": "line", "strokeWidth": 2.4]
        case .interval: ["type": "rule", "strokeWidth": 2]
        case .zero: ["type": "rule", "strokeDash": [4, 4], "color": "#666666"]
        case .edge: ["type": "rule", "color": "#cccccc"]
        case .bar: ["type": "bar", "tooltip": tooltip]
        case .cell: ["type": "rect", "tooltip": tooltip]
        case .box: ["type": "rect", "fill": "#f4f5f7", "stroke": "#cccccc"]
        case .name where chart.x == .names: ["type": "text"]
        case .name: ["type": "text", "align": "left", "dx": isDrawn ? 0 : 8]
        case .remark: ["type": "text", "align": isDrawn ? "left" : "right", "dy": isDrawn ? 0 : -11]
        case .before: ["type": "text", "align": "right", "dx": -6]
        case .after: ["type": "text", "align": "left", "dx": 6]
        }
    }
}
