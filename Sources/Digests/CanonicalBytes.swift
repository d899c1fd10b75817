// One value, one byte string: what keys are made of. A frozen format; a change here changes every key.

extension JSON {
    /// The canonical bytes of the value, version 1: a tag byte, then fixed-width or length-delimited content.
    ///
    /// Every value is tagged with its type and every length is written before its content, so no two different values share
    /// bytes (`["ab"]` and `["a", "b"]`, `1` and `1.0` and `"1"`). Numbers are 8 bytes, big-endian; -0.0 is written as 0.0.
    /// Object members come in the UTF-8 order of their keys. Floats must be finite; the declarations see to that.
    package var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        appendCanonical(to: &output)
        return output
    }

    /// The digest of ``canonicalBytes``.
    package var digest: Digest { Digest(of: canonicalBytes) }

    private func appendCanonical(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(UInt8(ascii: "n"))
        case .bool(let value): output.append(UInt8(ascii: value ? "t" : "f"))
        case .integer(let value):
            output.append(UInt8(ascii: "i"))
            Self.append(UInt64(bitPattern: Int64(value)), to: &output)
        case .number(let value):
            precondition(value.isFinite, "a key cannot hold NaN or an infinity")
            output.append(UInt8(ascii: "d"))
            Self.append((value == 0 ? 0.0 : value).bitPattern, to: &output)
        case .string(let value):
            output.append(UInt8(ascii: "s"))
            Self.append(value, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "a"))
            Self.append(UInt64(elements.count), to: &output)
            for element in elements { element.appendCanonical(to: &output) }
        case .object(let members):
            output.append(UInt8(ascii: "o"))
            Self.append(UInt64(members.count), to: &output)
            for (key, value) in members.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                Self.append(key, to: &output)
                value.appendCanonical(to: &output)
            }
        }
    }

    private static func append(_ text: String, to output: inout [UInt8]) {
        append(UInt64(text.utf8.count), to: &output)
        output += text.utf8
    }

    private static func append(_ word: UInt64, to output: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            output.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
        }
    }
}
