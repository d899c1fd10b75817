// Figures as Vega-Lite specifications, version 5: the same numbers as in the drawing, for whoever wants another one. Knows the
// grammar's words, and no figure.

internal import Digests

/// What can be drawn, and told to other tools.
protocol Drawing {
    /// The SVG element; empty where there is nothing to draw.
    var svg: String { get }
    /// Data, marks and encodings of the same figure, without its title.
    var specification: [String: JSON] { get }
}

enum VegaLite {
    /// A whole document: what a figure specifies, with a title and the caption as its description.
    static func document(_ drawing: any Drawing, title: String, caption: String) -> JSON {
        let head: [String: JSON] = [
            "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "title": .string(title),
            "description": .string(caption), "width": 420,
        ]
        return .object(head.merging(drawing.specification) { $1 })
    }

    static func data(_ rows: some Sequence<[String: JSON]>) -> JSON { ["values": .array(rows.map { .object($0) })] }

    /// A mark with its encoding. `data` only where it is not that of the whole.
    static func layer(_ mark: JSON, _ encoding: [String: JSON], data: JSON? = nil) -> JSON {
        var layer: [String: JSON] = ["mark": mark, "encoding": .object(encoding)]
        layer["data"] = data
        return .object(layer)
    }

    /// A quantity on an axis that does not begin at 0 unless `domain` says so.
    static func quantity(
        _ field: String, _ title: String?, domain: ClosedRange<Double>? = nil, isLogarithmic: Bool = false
    ) -> JSON {
        var scale: [String: JSON] = isLogarithmic ? ["type": "log"] : ["zero": false]
        if let domain { scale["domain"] = [.number(domain.lowerBound), .number(domain.upperBound)] }
        return [
            "field": .string(field), "type": "quantitative", "title": JSON(title), "scale": .object(scale),
        ]
    }

    /// Names in the order of the data.
    static func names(_ field: String, _ title: String? = nil) -> JSON {
        ["field": .string(field), "type": "nominal", "title": JSON(title), "sort": .null]
    }

    static func field(_ name: String) -> JSON { ["field": .string(name)] }
    static func nominal(_ name: String) -> JSON { ["field": .string(name), "type": "nominal"] }

    /// The field's names as colours that the colour-blind can tell apart: Okabe and Ito's, as on the page.
    static func colours(_ field: String, _ title: String? = nil) -> JSON {
        [
            "field": .string(field), "type": "nominal", "title": JSON(title), "sort": .null,
            "scale": ["range": .array(palette.map { .string($0) })],
        ]
    }

    private static let palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#56b4e9", "#e69f00"]

    /// Verdicts in the page's colours; what is neither is grey.
    static func verdicts(_ field: String) -> JSON {
        [
            "field": .string(field), "type": "nominal", "title": "verdict",
            "scale": [
                "domain": ["helps", "hurts", "equivalent", "leaning", "unresolved"],
                "range": ["#007a55", "#b84300", "#0072b2", "#666666", "#999999"],
            ],
        ]
    }

    static func point(_ x: Double, _ y: Double) -> [String: JSON] { ["x": .number(x), "y": .number(y)] }
}
