// JSON text to values, strictly as RFC 8259 has it. Bounded, because the text may come from a process gone mad.

internal import Glibc

/// Why a text is not JSON, and at which byte.
package struct JSONError: Error, CustomStringConvertible, Equatable {
    package let message: String
    /// Zero-based offset of the byte at which reading stopped.
    package let offset: Int
    package var description: String { "not JSON: \(message) at byte \(offset)" }
}

extension JSON {
    /// Reads one JSON value and nothing after it.
    ///
    /// A number without fraction and exponent that fits an `Int` is an integer, every other number a float. Of two equal
    /// keys in one object the text is refused. Errors: ``JSONError``.
    package init(parsing text: some Sequence<UInt8>, maximumDepth: Int = 128) throws {
        var reader = JSONReader(bytes: Array(text), maximumDepth: maximumDepth)
        self = try reader.document()
    }

    package init(parsing text: String) throws { try self.init(parsing: text.utf8) }

    /// One value of a JSON text: the member of the outermost object that the first name says, of that the second, and so on.
    /// What stands before it is passed over without being looked into, what follows is not read: only for texts that were
    /// found to be JSON before. Nil where there is no such member. Errors: ``JSONError``.
    package static func member(_ names: String..., of text: String) throws -> JSON? {
        var reader = JSONReader(bytes: Array(text.utf8), maximumDepth: 128)
        for name in names where try !reader.enter(name) { return nil }
        return try reader.value(depth: names.count)
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let maximumDepth: Int
    var offset = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    mutating func document() throws -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw error("something follows the value") }
        return value
    }

    private func error(_ message: String) -> JSONError { JSONError(message: message, offset: offset) }
    private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        offset += 1
        return true
    }

    mutating func value(depth: Int) throws -> JSON {
        guard depth <= maximumDepth else { throw error("nested deeper than \(maximumDepth)") }
        skipSpace()
        guard let byte = current else { throw error("unexpected end") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSON) throws -> JSON {
        guard bytes[offset...].starts(with: word.utf8) else { throw error("unexpected character") }
        offset += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws -> JSON {
        offset += 1
        var members: [String: JSON] = [:]
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw error("expected a key") }
            let key = try string()
            let start = offset
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("expected ':'") }
            guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
                throw JSONError(message: "key \"\(key)\" stands twice", offset: start)
            }
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error("expected ',' or '}'") }
        }
    }

    /// Goes to the value of a member of the object that begins here; false where it has none of that name.
    mutating func enter(_ name: String) throws -> Bool {
        skipSpace()
        guard take(UInt8(ascii: "{")) else { return false }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { return false }
            let key = try string()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error("expected ':'") }
            if key == name { return true }
            pass()
            guard take(UInt8(ascii: ",")) else { return false }
        }
    }

    /// Goes behind the value that begins here.
    private mutating func pass() {
        var depth = 0
        var isInString = false
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""): isInString.toggle()
            case UInt8(ascii: "\\") where isInString: offset += 1
            case _ where isInString: break
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                if byte != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
            offset += 1
        }
    }

    private mutating func array(depth: Int) throws -> JSON {
        offset += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw error("expected ',' or ']'") }
        }
    }

    private mutating func number() throws -> JSON {
        let start = offset
        var isInteger = true
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            offset += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        if isInteger, let integer = integer(start..<offset) { return .integer(integer) }
        guard let number = float(start..<offset), number.isFinite else { throw error("number out of range") }
        return .number(number)
    }

    /// The integer that these bytes, a sign and digits, write; nil where it does not fit.
    private func integer(_ range: Range<Int>) -> Int? {
        let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
        var value = 0
        for byte in bytes[range.dropFirst(isNegative ? 1 : 0)] {
            // Counted downward: the least integer has no positive counterpart.
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let (next, overflowsToo) = tens.subtractingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflows, !overflowsToo else { return nil }
            value = next
        }
        return isNegative ? value : value == .min ? nil : -value
    }

    /// The float nearest to what these bytes write. No text is made of them: a logbook reads millions.
    private func float(_ range: Range<Int>) -> Double? {
        bytes.withUnsafeBufferPointer { bytes in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: range.count + 1) { text in
                for (place, index) in range.enumerated() { text[place] = CChar(bitPattern: bytes[index]) }
                text[range.count] = 0
                return strtod(text.baseAddress!, nil)
            }
        }
    }

    private mutating func digits() throws {
        let start = offset
        while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
        if offset == start { throw error("expected a digit") }
    }

    private mutating func string() throws -> String {
        offset += 1
        // Most strings have no escape: such a one is taken as it stands.
        let start = offset
        while offset < bytes.count, bytes[offset] >= 0x20, bytes[offset] != UInt8(ascii: "\""),
            bytes[offset] != UInt8(ascii: "\\")
        {
            offset += 1
        }
        if current == UInt8(ascii: "\"") {
            defer { offset += 1 }
            guard let text = String(validating: bytes[start..<offset], as: UTF8.self) else {
                throw error("bad UTF-8 in a string")
            }
            return text
        }
        var content = Array(bytes[start..<offset])
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                offset += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw error("bad UTF-8 in a string")
                }
                return text
            case UInt8(ascii: "\\"):
                offset += 1
                content += String(try escape()).utf8
            case 0..<0x20: throw error("control character in a string")
            default:
                content.append(byte)
                offset += 1
            }
        }
        throw error("unexpected end in a string")
    }

    private mutating func escape() throws -> Unicode.Scalar {
        guard let byte = current else { throw error("unexpected end in a string") }
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let first = try unit()
            if let scalar = Unicode.Scalar(first) { return scalar }
            guard (0xD800..<0xDC00).contains(first), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw error("lone surrogate")
            }
            let second = try unit()
            guard (0xDC00..<0xE000).contains(second) else { throw error("lone surrogate") }
            let value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
            guard let scalar = Unicode.Scalar(value) else { throw error("lone surrogate") }
            return scalar
        default: throw error("unknown escape")
        }
    }

    private mutating func unit() throws -> UInt16 {
        guard offset + 4 <= bytes.count else { throw error("unexpected end in a string") }
        let text = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
        guard text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
            throw error("expected four hexadecimal digits")
        }
        offset += 4
        return unit
    }
}
