// JSON values to text: the same value always gives the same bytes.

extension JSON {
    /// How a value is laid out as text.
    package enum Layout: Sendable {
        /// No white space at all; one line.
        case compact
        /// Two spaces of indentation, for people.
        case indented
    }

    /// The text of the value, keys sorted by their UTF-8 bytes. Floats are written in the shortest form that reads back to
    /// the same value and always look like floats; what JSON cannot say (NaN, infinities) becomes null.
    package func text(_ layout: Layout = .compact) -> String {
        var output: [UInt8] = []
        write(to: &output, layout: layout, depth: 0)
        return String(decoding: output, as: UTF8.self)
    }

    private func write(to output: inout [UInt8], layout: Layout, depth: Int) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .number(let value): output += (value.isFinite ? value.description : "null").utf8
        case .string(let value): Self.write(value, to: &output)
        case .array(let elements):
            Self.write(elements, "[", "]", to: &output, layout: layout, depth: depth) { element, output in
                element.write(to: &output, layout: layout, depth: depth + 1)
            }
        case .object(let members):
            let sorted = members.sorted { Self.precedes($0.key, $1.key) }
            Self.write(sorted, "{", "}", to: &output, layout: layout, depth: depth) { member, output in
                Self.write(member.key, to: &output)
                output += (layout == .indented ? ": " : ":").utf8
                member.value.write(to: &output, layout: layout, depth: depth + 1)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ open: String, _ close: String, to output: inout [UInt8], layout: Layout, depth: Int,
        each: (Element, inout [UInt8]) -> Void
    ) {
        output += open.utf8
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            if layout == .indented { indent(depth + 1, &output) }
            each(element, &output)
        }
        if layout == .indented, !elements.isEmpty { indent(depth, &output) }
        output += close.utf8
    }

    private static func indent(_ depth: Int, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: "\n"))
        output += repeatElement(UInt8(ascii: " "), count: depth * 2)
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            // What needs no escape, which is nearly all of it, is copied as it is.
            var start = 0
            for (index, byte) in bytes.enumerated() where !isPlain(byte) {
                output.append(contentsOf: bytes[start..<index])
                start = index + 1
                switch byte {
                case UInt8(ascii: "\""): output += "\\\"".utf8
                case UInt8(ascii: "\\"): output += "\\\\".utf8
                case 0x0A: output += "\\n".utf8
                case 0x0D: output += "\\r".utf8
                case 0x09: output += "\\t".utf8
                default:
                    let digits = Array("0123456789abcdef".utf8)
                    output += "\\u00".utf8
                    output += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                }
            }
            output.append(contentsOf: bytes[start...])
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7F
    }
}
