// Numbers that describe each row, by name. Knows the file's form, not where the numbers come from.

internal import Digests

/// The names and the size of a file of features: one number for each row and name, of all rows of a table in its order.
package struct Features: Sendable {
    package let names: [String]
    package let rows: Int

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let file = try Safetensors(reading: bytes, name: name)
        let rows = try file.integers("rows", shape: [nil])
        guard let text = file.metadata["names"], let list = (try? JSON(parsing: text))?.array,
            case let names = list.compactMap(\.string), names.count == list.count
        else { throw FormatError("\(name) does not name its features") }
        guard Set(names).count == names.count else { throw FormatError("\(name) names a feature twice") }
        guard file.shape("values") == [rows.count, names.count] else {
            throw FormatError(
                "\(name): values have the shape \(file.shape("values") ?? []), and \([rows.count, names.count]) belongs there"
            )
        }
        if let index = rows.indices.first(where: { rows[$0] != $0 }) {
            throw FormatError("\(name): rows[\(index)] is \(rows[index]), and the rows of the table come in order")
        }
        self.names = names
        self.rows = rows.count
    }
}
