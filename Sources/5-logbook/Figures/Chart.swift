// A chart as a value: rows, axes, and layers of marks. Knows no renderer.

package import Digests

/// What a row says in one field.
package enum Value: Hashable, Sendable {
    case number(Double)
    case text(String)
    case absent

    package init(_ number: Double?) { self = number.map { .number($0) } ?? .absent }

    var number: Double? {
        if case .number(let value) = self, value.isFinite { value } else { nil }
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }

    package var json: JSON {
        switch self {
        case .number(let value): .number(value)
        case .text(let value): .string(value)
        case .absent: .null
        }
    }
}

/// One datum: named values, and what its mark means exactly, in words.
package struct Row: Equatable, Sendable {
    package let values: [String: Value]
    package let title: String

    package init(_ values: [String: Value], title: String = "") { (self.values, self.title) = (values, title) }
}

/// Marks for rows.
package struct Layer: Sendable {
    package let mark: Mark
    /// The field that each channel shows.
    package let channels: [Channel: String]
    /// Rows of the layer's own; nil where they are the chart's.
    package let rows: [Row]?
    /// Whether it lies above all layers before it, and not only above those of the same result.
    package let isOver: Bool

    package init(_ mark: Mark, _ channels: [Channel: String], rows: [Row]? = nil, isOver: Bool = false) {
        (self.mark, self.channels, self.rows, self.isOver) = (mark, channels, rows, isOver)
    }

    func value(_ channel: Channel, _ row: Row) -> Value { channels[channel].flatMap { row.values[$0] } ?? .absent }
}

package struct Chart: Sendable {
    /// What it shows, for those who do not see it.
    package let label: String
    package let x: Scale
    package let y: Scale
    package let colours: Colours
    package let rows: [Row]
    package let layers: [Layer]

    package init(_ label: String, x: Scale, y: Scale, colours: Colours = .none, rows: [Row], layers: [Layer]) {
        (self.label, self.x, self.y, self.colours, self.rows, self.layers) = (label, x, y, colours, rows, layers)
    }

    /// A layer's rows.
    func rows(of layer: Layer) -> [Row] { layer.rows ?? rows }

    /// What all layers show in channels, in the order of layers and rows.
    func values(_ channels: Channel...) -> [Value] {
        layers.flatMap { layer in
            rows(of: layer).flatMap { row in channels.map { layer.value($0, row) }.filter { $0 != .absent } }
        }
    }
}
