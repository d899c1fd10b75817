// What all figures share: marks as SVG text, in one unit and one rounding. Knows no colours; those are the page's style.

internal import Words

/// An SVG drawing, 420 units wide: as many as a phone shows without shrinking its 13-unit letters under 10 pixels.
struct FigureCanvas {
    static let width = 420.0
    /// What a letter takes, about, rather more than less.
    static let letter = 7.2
    private var marks = ""

    mutating func line(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) {
        marks +=
            "<line class=\"\(kind)\" x1=\"\(Self.text(x1))\" y1=\"\(Self.text(y1))\" x2=\"\(Self.text(x2))\" y2=\"\(Self.text(y2))\"/>"
    }

    mutating func path(_ kind: String, _ points: [(x: Double, y: Double)], title: String) {
        guard let first = points.first else { return }
        var route = "M\(Self.text(first.x)) \(Self.text(first.y))"
        for point in points.dropFirst() { route += "L\(Self.text(point.x)) \(Self.text(point.y))" }
        marks += "<path class=\"\(kind)\" d=\"\(route)\">\(Self.title(title))</path>"
    }

    mutating func dot(_ kind: String, _ x: Double, _ y: Double, radius: Double = 4, title: String) {
        marks +=
            "<circle class=\"\(kind)\" cx=\"\(Self.text(x))\" cy=\"\(Self.text(y))\" r=\"\(Self.text(radius))\">\(Self.title(title))</circle>"
    }

    mutating func cell(
        _ kind: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, strength: Double, title: String
    ) {
        marks +=
            "<rect class=\"\(kind)\" x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" width=\"\(Self.text(width))\" height=\"\(Self.text(height))\" fill-opacity=\"\(Format.decimal(strength, 2))\">\(Self.title(title))</rect>"
    }

    mutating func bar(_ series: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, title: String) {
        rectangle("bar \(series)", x, y, width, height, title: title)
    }

    mutating func box(_ kind: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, title: String) {
        rectangle(kind, x, y, width, height, more: " rx=\"4\"", title: title)
    }

    private mutating func rectangle(
        _ kind: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double, more: String = "", title: String
    ) {
        marks +=
            "<rect class=\"\(kind)\" x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" width=\"\(Self.text(width))\" "
            + "height=\"\(Self.text(height))\"\(more)>\(Self.title(title))</rect>"
    }

    /// - Parameters:
    ///   - shown: what is written in place of the text, as ``labels(_:room:)`` has it; the text is then the title.
    ///   - room: how many units the text may take, where nothing is said to be shown.
    mutating func label(
        _ text: String, _ x: Double, _ y: Double, anchor: String = "start", kind: String? = nil, shown: String? = nil,
        room: Double = 400
    ) {
        let shown = shown ?? Self.labels([text], room: room)[0]
        let style = kind.map { " class=\"\($0)\"" } ?? ""
        let whole = shown != text ? Self.title(text) : ""
        marks +=
            "<text\(style) x=\"\(Self.text(x))\" y=\"\(Self.text(y))\" text-anchor=\"\(anchor)\">\(MarkupText.escaped(shown))\(whole)</text>"
    }

    /// Names as they are written where each has so many units: no two different ones alike.
    static func labels(_ names: [String], room: Double = 400) -> [String] {
        ShortName.labels(names, most: max(2, Int(room / letter)))
    }

    /// Begins what belongs to one result: the page lights it up together with the result's row.
    mutating func begin(result name: String) { marks += "<g data-name=\"\(MarkupText.escaped(name))\">" }
    mutating func end() { marks += "</g>" }

    /// Marks, numbers and the name of a horizontal axis.
    mutating func horizontal(_ axis: Axis, from top: Double, to bottom: Double, label: String) {
        for tick in axis.ticks {
            line("axis", axis.position(tick), top, axis.position(tick), bottom)
            self.label(axis.text(tick), axis.position(tick), bottom + 17, anchor: "middle")
        }
        self.label(label, (axis.start + axis.end) / 2, bottom + 37, anchor: "middle")
    }

    /// The same for a vertical one; its name stands above it, where a phone has room.
    mutating func vertical(_ axis: Axis, from left: Double, to right: Double, label: String) {
        for tick in axis.ticks {
            line("axis", left, axis.position(tick), right, axis.position(tick))
            self.label(axis.text(tick), left - 7, axis.position(tick) + 4.5, anchor: "end")
        }
        self.label(label, 4, min(axis.start, axis.end) - 12)
    }

    /// A mark and a name for each series, from `top` on: two in a row where they have room. Returns where they end.
    mutating func legend(_ names: [String], from top: Double) -> Double {
        let half = 172.0
        let columns = names.allSatisfy { Double($0.count) * Self.letter <= half } ? 2 : 1
        let shown = Self.labels(names, room: columns == 2 ? half : 382)
        for (index, name) in names.enumerated() {
            let (x, y) = (index % columns == 0 ? 4.0 : 214.0, top + Double(index / columns) * 20)
            line("curve \(Self.series(index))", x, y - 4, x + 22, y - 4)
            label(name, x + 28, y, shown: shown[index])
        }
        return top + Double((names.count + columns - 1) / columns) * 20
    }

    /// Seven colours that the colour-blind can tell apart; then the same with dashes.
    static func series(_ index: Int) -> String { "s\(index % 7)" + (index < 7 ? "" : " dashed") }

    func svg(height: Double, label: String) -> String {
        "<svg viewBox=\"0 0 \(Int(Self.width)) \(Self.text(height))\" width=\"\(Int(Self.width))\" role=\"img\" aria-label=\"\(MarkupText.escaped(label))\">\(marks)</svg>"
    }

    private static func title(_ text: String) -> String {
        text.isEmpty ? "" : "<title>\(MarkupText.escaped(text))</title>"
    }
    private static func text(_ value: Double) -> String { Format.decimal(value, 1) }
}
