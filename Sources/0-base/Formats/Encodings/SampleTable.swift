// A sample submission: a table whose rows name ids. Knows labels and ids, not where they come from.

internal import Digests

/// A sample submission: a header, at least one row, and as many fields in each as in the header.
package struct SampleTable: Sendable {
    private let table: CSVTable
    package var header: [String] { table.header }
    var name: String { table.name }
    var rowCount: Int { table.rows.count }
    func cells(of column: Int) -> [String] { table.rows.map { $0[column] } }
    func cell(_ row: Int, _ column: Int) -> String { table.rows[row][column] }

    /// - Parameter name: as messages call the sample.
    ///
    /// Errors: ``FormatError`` where it is no table in UTF-8, or where its header is not text.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        guard !bytes.contains(0) else {
            throw FormatError("\(name) holds NUL bytes, so it is in UTF-16 or no CSV at all; save it as CSV in UTF-8")
        }
        table = try CSVTable(reading: bytes, name: name)
        guard !header.contains(where: { $0.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } }) else {
            throw FormatError(
                "the header of \(name) holds control characters; save it as CSV in UTF-8, with the column of the ids and one for each label"
            )
        }
    }

    /// Which column is which label's. Errors: ``FormatError`` where the header does not tell.
    ///
    /// - Parameters:
    ///   - labels: those of the recipe, in their order.
    ///   - id: what the recipe calls the id's column.
    package func columns(labels: [String], id: String) throws(FormatError) -> SampleColumns {
        try SampleColumns(header: header, labels: labels, id: id, name: table.name)
    }

    /// The id of each row. Errors: ``FormatError`` where one comes twice, with the row: the first after the header is row 1.
    func ids(_ form: SubmissionForm) throws(FormatError) -> [String] {
        var seen: [ExactText: Int] = [:]
        for (number, row) in table.rows.enumerated() {
            let id = row[form.id]
            if let first = seen.updateValue(number, forKey: ExactText(id)) {
                throw FormatError(
                    "row \(number + 1) of the sample has the id \"\(id)\" of row \(first + 1); an id names one row")
            }
        }
        return table.rows.map { $0[form.id] }
    }

    /// The row of the test table, whose ids are given, for each row of the sample. Errors: ``FormatError`` with the sample's row.
    package func order(_ form: SubmissionForm, in ids: [String]) throws(FormatError) -> [Int] {
        let own = try self.ids(form)
        let rows = Dictionary(ids.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { first, _ in first })
        var order: [Int] = []
        for (number, id) in own.enumerated() {
            guard let row = rows[ExactText(id)] else {
                throw FormatError("row \(number + 1) of the sample has the id \"\(id)\", which the test table lacks")
            }
            order.append(row)
        }
        guard order.count == ids.count else {
            let named = Set(own.map(ExactText.init))
            throw FormatError(
                "the sample has \(order.count) rows, and the test table \(ids.count): it lacks the id \"\(ids.first { !named.contains(ExactText($0)) } ?? "")\""
            )
        }
        return order
    }
}
