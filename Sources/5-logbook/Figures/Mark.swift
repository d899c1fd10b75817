// What a layer draws, and the channels through which marks show fields.

/// A kind of mark: a shape, and what the page's style calls it.
package enum Mark: String, CaseIterable, Sendable {
    /// Points: one of several values, one among series, an estimate that is hollow or full by its colour, one with a name.
    case dot, point, estimate, spot
    /// A short line across: a mean of what lies around it.
    case mean
    /// Lines through all rows that share a value of the channel `line`: what belongs together, a curve, one of many, their mean.
    case pair, curve, thin, average
    /// Straight lines: with ends, at a value, between two places.
    case interval, zero, edge
    /// Rectangles: from one value to another, one of a square, around texts.
    case bar, cell, box
    /// Texts: a name beside its mark, in a box or in a cell; a remark at the end of a row; words on both sides of a line.
    case name, remark, before, after

    enum Shape { case point, tick, line, rule, rectangle, text }

    var shape: Shape {
        switch self {
        case .dot, .point, .estimate, .spot: .point
        case .mean: .tick
        case .pair, .curve, .thin, .average: .line
        case .interval, .zero, .edge: .rule
        case .bar, .cell, .box: .rectangle
        case .name, .remark, .before, .after: .text
        }
    }
}

/// A way in which a mark shows a field.
package enum Channel: String, Sendable {
    case x, y
    /// The other end of an interval, a bar, a box or an edge.
    case x2, y2
    case colour
    /// Which line a row is a point of.
    case line
    /// Which result a mark belongs to: a page lights up what has the same.
    case result
    /// What is written.
    case text
}
