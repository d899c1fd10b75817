// One value, one byte string: what keys are made of. A frozen format; a change here changes every key.

internal import Glibc

extension JSON {
    /// The canonical bytes of the value, version 1: a tag byte, then fixed-width or length-delimited content.
    ///
    /// Every value is tagged with its type and every length is written before its content, so no two different values share
    /// bytes (`["ab"]` and `["a", "b"]`, `1` and `1.0` and `"1"`). Numbers are 8 bytes, big-endian; -0.0 is written as 0.0.
    /// Object members come in the UTF-8 order of their keys. Floats must be finite; the declarations see to that.
    package var canonicalBytes: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(512)
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
            for (key, value) in members.sorted(by: { Self.precedes($0.key, $1.key) }) {
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
        withUnsafeBytes(of: word.bigEndian) { output.append(contentsOf: $0) }
    }

    /// Whether `left` comes before `right` in UTF-8 order. Texts of ASCII, which nearly all keys are, compare as bytes anyhow.
    static func precedes(_ left: String, _ right: String) -> Bool {
        let order = left.utf8.withContiguousStorageIfAvailable { left in
            right.utf8.withContiguousStorageIfAvailable { right in
                let order = memcmp(left.baseAddress!, right.baseAddress!, min(left.count, right.count))
                return order == 0 ? left.count < right.count : order < 0
            }
        }
        return order.flatMap { $0 } ?? left.utf8.lexicographicallyPrecedes(right.utf8)
    }
}
