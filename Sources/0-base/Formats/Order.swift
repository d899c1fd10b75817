// The values of a table's column in their order. Knows the file's form, not what the column is for.

internal import Digests

/// The different values of a column, in their order, and where each row stands among them.
///
/// Promised: each row's place is one of ``names``, or nil where the row has no value; no name without a row.
package struct Order: Sendable {
    /// The values as messages call them.
    package let names: [String]
    package let places: [Int?]

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        names = try fields.strings("names")
        let given = try fields.integers("places")
        var isThere = [Bool](repeating: false, count: names.count)
        for (row, place) in given.enumerated() {
            guard -1..<names.count ~= place else {
                throw fields.error("row \(row + 1) stands at \(place), and there are \(names.count) values")
            }
            if place >= 0 { isThere[place] = true }
        }
        if let empty = isThere.firstIndex(of: false) { throw fields.error("no row has the value \"\(names[empty])\"") }
        places = given.map { $0 < 0 ? nil : $0 }
    }
}
