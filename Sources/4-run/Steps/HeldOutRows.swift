// The training rows that folds hold out, as a table of their own: what out-of-fold predictions are fitted on and scored by.

internal import Formats
internal import Host
internal import Scores
internal import Targets

/// Rows of the training table that models predict without having been trained on them: all, unless folds leave rows out.
struct HeldOutRows {
    /// Their numbers in the table, ascending.
    let rows: [Int]
    /// How many rows the table has.
    let tableRows: Int
    /// What is known of them, as of a table of their own.
    let table: Rows
    /// Theirs alone.
    let folds: Folds

    var isWhole: Bool { rows.count == tableRows }

    /// - Parameters:
    ///   - table: a training table.
    ///   - folds: those of all its rows.
    ///   - chosen: the folds that count; nil for all.
    init(of table: Rows, folds: Folds, in chosen: [Int]? = nil) throws {
        let rows = folds.heldOut(in: chosen)
        guard !rows.isEmpty else { throw AblateError(.invalid, "no row of the table is held out by a fold") }
        (self.rows, tableRows) = (rows, table.ids.count)
        let isWhole = rows.count == table.ids.count
        self.table = isWhole ? table : table.selecting(rows)
        self.folds = isWhole ? folds : folds.selecting(rows)
    }

    private init(_ held: HeldOutRows, at places: [Int]) {
        (rows, tableRows) = (places.map { held.rows[$0] }, held.tableRows)
        (table, folds) = (held.table.selecting(places), held.folds.selecting(places))
    }

    /// Some of them.
    ///
    /// - Parameter places: among these rows, ascending.
    func selecting(_ places: [Int]) -> HeldOutRows { HeldOutRows(self, at: places) }

    /// Their groups, of which one row each is right. Errors: where that is not so.
    func choices() throws -> Choices {
        guard let groups = table.groups else {
            throw AblateError(.invalid, "the rows have no groups, and one row of each is to be right")
        }
        let truths = try table.trueNumbers()
        return try AblateError.explaining { () throws(ChoiceError) in
            try Choices(groups: groups, truths: truths, numbers: rows)
        }
    }
}

extension StepContext {
    /// The rows that the folds hold out, of the inputs `rows` and `folds`.
    func heldOut() throws -> HeldOutRows {
        let table = try rows()
        return try HeldOutRows(of: table, folds: folds(covering: table.ids.count))
    }

    /// The predictions of these rows, of an input that must have each of them.
    func predictions(_ input: String, _ target: Target, of held: HeldOutRows) throws -> Predictions {
        guard !held.isWhole else { return try predictions(input, target, covering: held.tableRows) }
        return try proven(input) { bytes, name throws(FormatError) in
            try Predictions(reading: bytes, name: name, target: target, below: held.tableRows)
                .selecting(held.rows, name)
        }
    }
}
