// A figure as SVG: one line of dots per result. Knows numbers and names, not what they mean.

/// Dots on one horizontal axis, a row for each name.
struct DotFigure {
    struct Row {
        let name: String
        /// A value and the name of what it belongs to; equal names are joined from row to row, if `joins` is set.
        let dots: [(name: String, value: Double)]
        /// Where the bar stands.
        let mean: Double?
    }

    let rows: [Row]
    let label: String
    let joins: Bool

    private static let width = 720.0
    private static let left = 150.0
    private static let right = 24.0
    private static let pitch = 30.0

    /// The SVG element; empty where there is nothing to draw. Colours come from the page's style.
    var svg: String {
        let values = rows.flatMap { $0.dots.map(\.value) + [$0.mean].compactMap { $0 } }
        guard let least = values.min(), let most = values.max() else { return "" }
        let margin = max((most - least) * 0.06, 1e-3)
        let ticks = Self.ticks(from: least - margin, to: most + margin)
        let (low, high) = (min(least - margin, ticks.first!), max(most + margin, ticks.last!))
        func x(_ value: Double) -> String {
            Self.text(Self.left + (value - low) / (high - low) * (Self.width - Self.left - Self.right))
        }
        func y(_ row: Int) -> String { Self.text(16 + (Double(row) + 0.5) * Self.pitch) }
        let bottom = 16 + Double(rows.count) * Self.pitch
        let height = bottom + 44
        var text =
            "<svg viewBox=\"0 0 \(Self.text(Self.width)) \(Self.text(height))\" width=\"\(Int(Self.width))\" role=\"img\" aria-label=\"\(Markup.escaped(label)) by result\">"
        for tick in ticks {
            text += "<line class=\"axis\" x1=\"\(x(tick))\" x2=\"\(x(tick))\" y1=\"10\" y2=\"\(Self.text(bottom))\"/>"
            text +=
                "<text x=\"\(x(tick))\" y=\"\(Self.text(bottom + 16))\" text-anchor=\"middle\">\(Format.decimal(tick, 2))</text>"
        }
        text +=
            "<text x=\"\(Self.text((Self.left + Self.width) / 2))\" y=\"\(Self.text(height - 8))\" text-anchor=\"middle\">\(Markup.escaped(label))</text>"
        if joins {
            for (row, next) in zip(rows.indices, rows.indices.dropFirst()) {
                for dot in rows[row].dots {
                    guard let other = rows[next].dots.first(where: { $0.name == dot.name }) else { continue }
                    text +=
                        "<line class=\"pair\" x1=\"\(x(dot.value))\" y1=\"\(y(row))\" x2=\"\(x(other.value))\" y2=\"\(y(next))\"/>"
                }
            }
        }
        for (index, row) in rows.enumerated() {
            text +=
                "<text x=\"\(Self.text(Self.left - 12))\" y=\"\(y(index))\" dy=\"4\" text-anchor=\"end\">\(Markup.escaped(row.name))</text>"
            for dot in row.dots {
                text +=
                    "<circle class=\"dot\" cx=\"\(x(dot.value))\" cy=\"\(y(index))\" r=\"4\"><title>\(Markup.escaped(dot.name)): \(Format.decimal(dot.value, 4))</title></circle>"
            }
            if let mean = row.mean {
                let center = 16 + (Double(index) + 0.5) * Self.pitch
                text +=
                    "<line class=\"mean\" x1=\"\(x(mean))\" x2=\"\(x(mean))\" y1=\"\(Self.text(center - 10))\" y2=\"\(Self.text(center + 10))\"/>"
            }
        }
        return text + "</svg>"
    }

    /// Four to eight round values.
    private static func ticks(from low: Double, to high: Double) -> [Double] {
        let span = max(high - low, 1e-9)
        var step = 1e-6
        for candidate in [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100, 1e6]
        where span / step > 8 { step = candidate }
        let first = (low / step).rounded(.down)
        return (0...Int(((high - low) / step).rounded(.up)) + 1).map { (first + Double($0)) * step }.filter {
            $0 <= high + step
        }
    }

    private static func text(_ value: Double) -> String { Format.decimal(value, 1) }
}

enum Markup {
    /// Text as it may stand in HTML, in an attribute, or in SVG.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
