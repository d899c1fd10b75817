// Reads ASCII patterns off the front of a text, byte by byte, so that no combining mark makes two characters one.

struct ByteScanner {
    enum Digits {
        case binary, octal, decimal, hexadecimal

        func contains(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "0"), UInt8(ascii: "1"): true
            case UInt8(ascii: "2")...UInt8(ascii: "7"): self != .binary
            case UInt8(ascii: "8"), UInt8(ascii: "9"): self == .decimal || self == .hexadecimal
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"): self == .hexadecimal
            default: false
            }
        }
    }

    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isEmpty: Bool { rest.isEmpty }

    /// Takes the digits in front, and underscores too where they may stand; how many bytes that were.
    mutating func take(_ digits: Digits, underscores: Bool = false) -> Int {
        let front = rest.prefix { digits.contains($0) || underscores && $0 == UInt8(ascii: "_") }
        rest = rest.dropFirst(front.count)
        return front.count
    }

    /// Takes everything, which must be digits, and at least one. False, with an unknown remainder, where it is not.
    mutating func takeAll(_ digits: Digits, underscores: Bool = false) -> Bool {
        take(digits, underscores: underscores) > 0 && rest.isEmpty
    }

    mutating func take(_ word: StaticString) -> Bool {
        let isThere = word.withUTF8Buffer { word in rest.starts(with: word) }
        if isThere { rest = rest.dropFirst(word.utf8CodeUnitCount) }
        return isThere
    }

    mutating func takeOne(of bytes: StaticString) -> Bool {
        guard let first = rest.first, bytes.withUTF8Buffer({ $0.contains(first) }) else { return false }
        rest = rest.dropFirst()
        return true
    }
}
