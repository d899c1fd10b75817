// Where the marks of a chart are on its drawing, and what stands around them. Knows no mark's shape.

internal import Words

protocol Layout {
    /// Axes, legend and headings.
    var frame: Canvas { get }
    /// Where the drawing ends.
    var height: Double { get }
    /// From where to where a line across the whole goes.
    var top: Double { get }
    var bottom: Double { get }

    /// The middle of the place that a value has; nil where it has none.
    func x(_ value: Value) -> Double?
    func y(_ value: Value) -> Double?
    /// The name that stands at a result's row.
    func heading(_ name: String) -> Canvas?
    /// The size of a cell.
    var side: Double { get }
    /// Where a text goes, and how much room it has; nil where it has no place.
    mutating func place(_ text: String, _ mark: Mark, x: Double?, y: Double?) -> Placement?
}

struct Placement {
    let x: Double
    let y: Double
    let anchor: Canvas.Anchor
    let room: Double
    var kind = ""
}

extension Layout {
    var side: Double { 0 }
    func heading(_ name: String) -> Canvas? { nil }
}

extension Chart {
    /// The layout for the chart's axes; nil where there is nothing to draw.
    var layout: (any Layout)? {
        switch (x, y) {
        case (.names, .names): MatrixLayout(self)
        case (.quantity(let title, _), .names): RowLayout(self, across: title)
        case (.drawn, _), (_, .drawn): DrawnLayout(self)
        default: PlaneLayout(self)
        }
    }

    var legend: [String] { if case .series(let names) = colours { names } else { [] } }
}
