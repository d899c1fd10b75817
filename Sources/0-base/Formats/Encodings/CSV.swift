// Comma-separated values as RFC 4180 has them, read and written in one place. Knows fields, not what they mean.

/// Comma-separated values; to be read, also with another separator.
package enum CSV {
    /// One line of a file, its fields quoted where they must be.
    package static func row(_ fields: some Sequence<String>, end: String = "\n") -> String {
        fields.map(quoted).joined(separator: ",") + end
    }

    private static func quoted(_ field: String) -> String {
        let isPlain = field.utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        return isPlain
            ? field
            : "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The fields of every line; quotes may hold commas, line breaks and doubled quotes. Lines without any field are passed over.
    ///
    /// Errors: ``FormatError`` with the row, the header being row 1, for an open quote and for what is not UTF-8.
    package static func rows(
        of bytes: [UInt8], name: String = "the table", separator: UInt8 = 0x2C
    ) throws(FormatError) -> [[String]] {
        var reader = CSVReader(bytes: bytes, name: name, separator: separator)
        return try reader.rows()
    }

    /// Of the beginning of a file, the lines that end in it.
    package static func wholeLines(of bytes: [UInt8]) -> [UInt8] {
        var (isQuoted, end) = (false, 0)
        for (index, byte) in bytes.enumerated() {
            if byte == 0x22 { isQuoted.toggle() }
            if !isQuoted, byte == 0x0A || byte == 0x0D { end = index + 1 }
        }
        return Array(bytes[..<end])
    }

    /// A number as every program writes it: digits, point, exponent. Not the names of infinities, not 0x1, no bytes besides.
    package static func number(_ field: String) -> Double? {
        var digits = field[...]
        while let first = digits.utf8.first, first == 0x20 || first == 0x09 { digits.removeFirst() }
        while let last = digits.utf8.last, last == 0x20 || last == 0x09 { digits.removeLast() }
        let isNumeric = digits.utf8.allSatisfy { byte in
            0x30...0x39 ~= byte || byte == 0x2E || byte == 0x2B || byte == 0x2D || byte == 0x65 || byte == 0x45
        }
        return isNumeric ? Double(digits) : nil
    }
}

/// Reads a file of comma-separated values, byte by byte.
private struct CSVReader {
    let bytes: [UInt8]
    let name: String
    let separator: UInt8
    var lines: [[String]] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuoted = false

    init(bytes: [UInt8], name: String, separator: UInt8) {
        (self.bytes, self.name, self.separator) = (bytes, name, separator)
    }

    mutating func rows() throws(FormatError) -> [[String]] {
        // A mark of byte order is no part of the first name.
        var index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            if isQuoted {
                if byte != 0x22 {
                    field.append(byte)
                } else if index < bytes.count, bytes[index] == 0x22 {
                    field.append(byte)
                    index += 1
                } else {
                    isQuoted = false
                }
            } else if byte == 0x22, field.isEmpty, !wasQuoted {
                (isQuoted, wasQuoted) = (true, true)
            } else if byte == separator {
                try endField()
            } else if byte == 0x0A || byte == 0x0D {
                if byte == 0x0D, index < bytes.count, bytes[index] == 0x0A { index += 1 }
                try endLine()
            } else {
                field.append(byte)
            }
        }
        guard !isQuoted else {
            throw FormatError("\(name), row \(lines.count + 1) has a quote that is never closed")
        }
        try endLine()
        return lines
    }

    private mutating func endField() throws(FormatError) {
        guard let text = String(validating: field, as: UTF8.self) else {
            throw FormatError("\(name), row \(lines.count + 1) is not UTF-8; save the file as UTF-8")
        }
        fields.append(text)
        field.removeAll(keepingCapacity: true)
        wasQuoted = false
    }

    private mutating func endLine() throws(FormatError) {
        guard !field.isEmpty || wasQuoted || !fields.isEmpty else { return }
        try endField()
        lines.append(fields)
        fields = []
    }
}
