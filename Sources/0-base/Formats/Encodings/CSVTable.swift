// A CSV file with a header. Knows columns by name and rows by number, not what they mean.

/// A table: a header, at least one row, and as many fields in each row as in the header.
package struct CSVTable: Sendable {
    /// As messages call it.
    package let name: String
    package let header: [String]
    /// The fields of each row after the header.
    package let rows: [[String]]

    /// Errors: ``FormatError`` with the row, the header being row 1.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let lines = try CSV.rows(of: bytes, name: name)
        guard let header = lines.first else { throw FormatError("\(name) is empty; a header and rows are needed") }
        guard lines.count > 1 else {
            throw FormatError("\(name) has no rows: after the header \(Self.listed(header)) nothing follows")
        }
        for (index, line) in lines.enumerated() where line.count != header.count {
            throw FormatError("\(name), row \(index + 1) has \(line.count) fields, and the header \(header.count)")
        }
        self.name = name
        self.header = header
        rows = Array(lines.dropFirst())
    }

    /// The row as people count, the header being row 1, of an index into ``rows``.
    package static func number(ofRow index: Int) -> Int { index + 2 }

    /// The column of this name. Errors: ``FormatError`` where there is none, or several.
    package func index(of column: String) throws(FormatError) -> Int {
        guard let index = header.firstIndex(of: column) else {
            throw FormatError("\(name) has no column \"\(column)\"; it has \(Self.listed(header))\(separatorHint)")
        }
        guard header.lastIndex(of: column) == index else {
            throw FormatError("\(name) has several columns \"\(column)\"; rename all but one")
        }
        return index
    }

    /// The fields of a column. Errors: ``FormatError`` where there is none of that name.
    package func column(_ column: String) throws(FormatError) -> [String] {
        let index = try index(of: column)
        return rows.map { $0[index] }
    }

    /// What is to be said of a header that is one field with another separator in it; else empty.
    package var separatorHint: String {
        guard header.count == 1, let sign = header[0].first(where: { ";\t|".contains($0) }) else { return "" }
        return " (its fields seem to be separated by \(sign == "\t" ? "tabs" : "\"\(sign)\""), and commas are read)"
    }

    /// Names in a message, the first of many.
    package static func listed(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", and \(names.count - 20) more" : "")
    }
}
