// Elements of SVG as text, in one unit and one rounding. Knows no colours; those are the page's style, by class.

internal import Words

/// Marks on a drawing, 420 units wide: as many as a phone shows without shrinking its 13-unit letters under 10 pixels.
struct Canvas {
    static let width = 420.0
    /// What a letter takes, about, rather more than less.
    static let letter = 7.2
    private(set) var elements = ""

    mutating func line(_ kind: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, title: String = "") {
        let ends = [("x1", x1), ("y1", y1), ("x2", x2), ("y2", y2)]
        append("line", kind, ends.map { ($0, Self.text($1)) }, title)
    }

    mutating func path(_ kind: String, _ points: [(x: Double, y: Double)], title: String) {
        guard !points.isEmpty else { return }
        let route = points.map { "\(Self.text($0.x)) \(Self.text($0.y))" }.joined(separator: "L")
        append("path", kind, [("d", "M\(route)")], title)
    }

    mutating func dot(_ kind: String, _ x: Double, _ y: Double, radius: Double, title: String) {
        append("circle", kind, [("cx", x), ("cy", y), ("r", radius)].map { ($0, Self.text($1)) }, title)
    }

    mutating func rectangle(
        _ kind: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double,
        _ more: [(String, String)] = [], title: String
    ) {
        let sides = [("x", x), ("y", y), ("width", width), ("height", height)]
        append("rect", kind, sides.map { ($0, Self.text($1)) } + more, title)
    }

    enum Anchor: String { case start, middle, end }

    /// - Parameters:
    ///   - shown: what is written in place of the text, as ``labels(_:room:)`` has it; the text is then the title.
    ///   - room: how many units the text may take, where nothing is said to be shown.
    mutating func label(
        _ text: String, _ x: Double, _ y: Double, _ anchor: Anchor = .start, kind: String = "", shown: String? = nil,
        room: Double = 400
    ) {
        let shown = shown ?? Self.labels([text], room: room)[0]
        let places = [("x", Self.text(x)), ("y", Self.text(y)), ("text-anchor", anchor.rawValue)]
        append("text", kind, places, shown != text ? text : "", content: shown)
    }

    /// Names as they are written where each has so many units: no two different ones alike.
    static func labels(_ names: [String], room: Double = 400) -> [String] {
        Abbreviation.distinct(names, most: max(2, Int(room / letter)))
    }

    /// What belongs to one result, which a page lights up together.
    mutating func add(_ other: Canvas, result name: String) {
        elements += "<g data-name=\"\(MarkupText.escaped(name))\">\(other.elements)</g>"
    }

    mutating func add(_ other: Canvas) { elements += other.elements }

    /// Marks, numbers and the name of a horizontal axis.
    mutating func horizontal(_ axis: Axis, from top: Double, to bottom: Double, label: String) {
        for tick in axis.ticks {
            line("axis", axis.position(tick), top, axis.position(tick), bottom)
            self.label(axis.text(tick), axis.position(tick), bottom + 17, .middle)
        }
        self.label(label, (axis.start + axis.end) / 2, bottom + 37, .middle)
    }

    /// The same for a vertical one; its name stands above it, where a phone has room.
    mutating func vertical(_ axis: Axis, from left: Double, to right: Double, label: String) {
        for tick in axis.ticks {
            line("axis", left, axis.position(tick), right, axis.position(tick))
            self.label(axis.text(tick), left - 7, axis.position(tick) + 4.5, .end)
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

    /// Seven colours; then the same with dashes.
    static func series(_ index: Int) -> String { "s\(index % 7)" + (index < 7 ? "" : " dashed") }

    func svg(height: Double, label: String) -> String {
        "<svg viewBox=\"0 0 \(Int(Self.width)) \(Self.text(height))\" width=\"\(Int(Self.width))\" role=\"img\" aria-label=\"\(MarkupText.escaped(label))\">\(elements)</svg>"
    }

    static func element(_ name: String, _ text: String) -> String {
        text.isEmpty ? "" : "<\(name)>\(MarkupText.escaped(text))</\(name)>"
    }

    /// The one place where an element is written; attributes are numbers and words of our own.
    private mutating func append(
        _ name: String, _ kind: String, _ attributes: [(String, String)], _ title: String, content: String = ""
    ) {
        let named = (kind.isEmpty ? [] : [("class", kind)]) + attributes
        let inside = MarkupText.escaped(content) + Self.element("title", title)
        elements += "<\(name)\(named.map { " \($0)=\"\($1)\"" }.joined())"
        elements += inside.isEmpty ? "/>" : ">\(inside)</\(name)>"
    }

    private static func text(_ value: Double) -> String { Format.decimal(value, 1) }
}
