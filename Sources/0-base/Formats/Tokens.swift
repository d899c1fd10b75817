// Token ids of a table's rows, as far as this side reads them: how many each row has. Knows no vocabulary.

/// Where each row's tokens begin and end, by column.
///
/// Promised: offsets begin with 0, never fall, and end with the number of ids; one more than rows.
package struct Tokens: Sendable {
    /// By column: `rows + 1` offsets into its ids.
    package let offsets: [String: [Int]]

    private static let ending = ".offsets"

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let file = try Safetensors(reading: bytes, name: name)
        var found: [String: [Int]] = [:]
        for tensor in file.names where tensor.hasSuffix(Self.ending) {
            let column = String(tensor.dropLast(Self.ending.count))
            let offsets = try file.integers(tensor, shape: [nil])
            guard let shape = file.shape("\(column).ids"), shape.count == 1 else {
                throw FormatError("\(name) has no ids of the column \"\(column)\"")
            }
            guard offsets.first == 0, offsets.last == shape[0],
                zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 })
            else {
                throw FormatError(
                    "\(name): the offsets of the column \"\(column)\" do not rise from 0 to its \(shape[0]) ids")
            }
            found[column] = offsets
        }
        guard Set(found.values.map(\.count)).count <= 1 else {
            throw FormatError("\(name) has columns of different numbers of rows")
        }
        offsets = found
    }
}
