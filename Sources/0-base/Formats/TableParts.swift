// Which of several tables each row is of. Knows the file's form, not what the tables are.

internal import Digests

/// The tables that rows come from.
///
/// Promised: each row is of one of ``tables``, and each of these has a row.
package struct TableParts: Sendable {
    /// Their names, as the recipe has them.
    package let tables: [String]
    /// An index into ``tables`` for each row.
    package let parts: [Int]
    /// A number for each row that is the same for rows that ask one question, by its words; -1 for one without words.
    package let questions: [Int]

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        tables = try fields.strings("tables")
        parts = try fields.integers("parts")
        questions = try fields.integers("questions")
        guard questions.count == parts.count else {
            throw fields.error("there are \(parts.count) rows and \(questions.count) questions; each row has one")
        }
        if let row = parts.firstIndex(where: { !tables.indices.contains($0) }) {
            throw fields.error("row \(row + 1) is of table \(parts[row]), and there are \(tables.count)")
        }
        let known = Set(parts)
        if let empty = tables.indices.first(where: { !known.contains($0) }) {
            throw fields.error("no row is of the table \(tables[empty])")
        }
    }
}
