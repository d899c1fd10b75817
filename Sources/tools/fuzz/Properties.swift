// What must hold of whatever was read, however hostile. Knows neither how inputs are made nor what YAML they are.

import Diagnostics
import Nodes

enum Properties {
    /// What does not hold, in words; empty where all does.
    static func violations(_ reading: ParsedText) -> [String] {
        var wrong: [String] = []
        if reading.root == nil, reading.findings.isEmpty { wrong.append("refused without a finding") }
        let limit = Limit()
        if reading.findings.count > limit.findings + 1 { wrong.append("more findings than the limit") }
        for finding in reading.findings {
            if let span = finding.span { check(span, "finding \(finding.code)", &wrong) }
            for note in finding.notes { if let span = note.span { check(span, "note of \(finding.code)", &wrong) } }
        }
        let rendered = FindingText(color: false).render(Array(reading.findings.prefix(3)))
        if rendered.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }) {
            wrong.append("a control character reaches the terminal")
        }
        if let root = reading.root {
            var nodes = 0
            walk(root, depth: 0, nodes: &nodes, &wrong)
            if nodes > limit.nodes { wrong.append("\(nodes) nodes") }
        }
        return wrong
    }

    private static func walk(_ node: Node, depth: Int, nodes: inout Int, _ wrong: inout [String]) {
        nodes += 1
        if depth > Limit().depth { wrong.append("deeper than the limit") }
        check(node.span, "value", &wrong)
        switch node.content {
        case .scalar(let scalar): check(scalar, &wrong)
        case .sequence(let elements):
            for element in elements { walk(element, depth: depth + 1, nodes: &nodes, &wrong) }
        case .mapping(let entries):
            if Set(entries.map(\.key)).count != entries.count { wrong.append("a key stands twice") }
            for entry in entries {
                check(entry.keySpan, "key", &wrong)
                walk(entry.value, depth: depth + 1, nodes: &nodes, &wrong)
            }
        }
    }

    private static func check(_ scalar: Node.Scalar, _ wrong: inout [String]) {
        let isAmbiguous = scalar.ambiguity != nil
        if !scalar.isPlain, scalar.resolved != .text { wrong.append("a quoted scalar is no text") }
        if isAmbiguous != !scalar.spellings.isEmpty { wrong.append("ambiguous without a way to write it") }
        for spelling in scalar.spellings.dropFirst() {
            let other = Node.Scalar(text: spelling, isPlain: true)
            if other.ambiguity != nil || other.resolved == .text { wrong.append("\(spelling) is no way to write it") }
        }
    }

    /// A place must lie in the text, or right behind it.
    private static func check(_ span: Span, _ what: String, _ wrong: inout [String]) {
        let lines = span.file.lines
        for place in [span.start, span.end] {
            let isThere =
                (1...lines.count).contains(place.line) && place.column >= 1
                && place.column <= lines[place.line - 1].unicodeScalars.count + 1
            if !isThere, place != Position(line: lines.count + 1, column: 1) {
                wrong.append("\(what) at \(place.line):\(place.column), which is nowhere")
            }
        }
    }
}
