// The text of a table in UTF-8, whatever its bytes are: UTF-8, UTF-16 with its mark, or Windows-1252. The worker tells them by the same
// rule (files/sources.py). Knows no cells.

/// A table's bytes as UTF-8 text.
package struct TableText: Sendable {
    package enum Encoding: String, Sendable {
        case utf8 = "UTF-8"
        case utf16 = "UTF-16"
        case windows1252 = "Windows-1252"
    }

    /// In UTF-8, but for bytes that are of no encoding known here; without a mark of byte order.
    package let bytes: ArraySlice<UInt8>
    package let encoding: Encoding

    package init(_ bytes: [UInt8]) {
        let isLittle = bytes.starts(with: [0xFF, 0xFE])
        if isLittle || bytes.starts(with: [0xFE, 0xFF]) {
            self.bytes = Self.utf8(ofUTF16: bytes, isLittle: isLittle)[...]
            encoding = .utf16
        } else if let text = Self.utf8(ofWindows1252: bytes) {
            (self.bytes, encoding) = (text[...], .windows1252)
        } else {
            self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
            encoding = .utf8
        }
    }

    private static func utf8(ofUTF16 bytes: [UInt8], isLittle: Bool) -> [UInt8] {
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
            let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    /// Nil where some character beyond ASCII is one of UTF-8, there is none, or a byte is none of Windows-1252.
    private static func utf8(ofWindows1252 bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return nil }
        var iterator = bytes.makeIterator()
        var decoder = UTF8()
        while true {
            switch decoder.decode(&iterator) {
            case .emptyInput:
                guard !bytes.contains(where: unused.contains) else { return nil }
                var text: [UInt8] = []
                text.reserveCapacity(bytes.count + bytes.count / 8)
                for byte in bytes { text += UTF8.encode(Unicode.Scalar(scalar(byte))!)! }
                return text
            case .scalarValue(let scalar) where scalar.value >= 0x80: return nil
            case .scalarValue, .error: continue
            }
        }
    }

    private static let unused: Set<UInt8> = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
    /// What 0x80...0x9F are; all others are as in Unicode.
    private static let special: [UInt32] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0,
        0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private static func scalar(_ byte: UInt8) -> UInt32 {
        (0x80...0x9F).contains(byte) ? special[Int(byte) - 0x80] : UInt32(byte)
    }
}
