// The fold of each row. Knows the file's form, not how rows are dealt.

internal import Digests

/// The fold of each row of a table, and none empty.
package struct Folds: Sendable {
    package let count: Int
    /// Each in `0..<count`, or -1 for a row of no fold: every model is trained on it, and nothing is scored on it. -2 is a row that no
    /// model of a fold is trained on.
    package let folds: [Int]
    /// Whether the model of a fold is trained on the rows of earlier folds and of none, and not on those of later ones.
    package let isOrdered: Bool
    /// Rows of a fold that are not scored, ascending: its model is not trained on them, and the others are.
    package let unscored: [Int]

    /// - Parameter name: as messages call them. Errors: ``FormatError``.
    package init(count: Int, folds: [Int], isOrdered: Bool = false, unscored: [Int] = [], name: String)
        throws(FormatError)
    {
        guard count >= 1, count <= folds.count else {
            throw FormatError("\(name): \(folds.count) rows cannot fill \(count) folds")
        }
        var sizes = [Int](repeating: 0, count: count)
        for (row, fold) in folds.enumerated() {
            guard -2..<count ~= fold else {
                throw FormatError("\(name): row \(row + 1) is in fold \(fold), and folds are 0 to \(count - 1)")
            }
            if fold >= 0 { sizes[fold] += 1 }
        }
        for row in unscored {
            guard folds.indices.contains(row), folds[row] >= 0 else {
                throw FormatError("\(name): row \(row) is unscored, and is no row of a fold (rows counted from 0)")
            }
            sizes[folds[row]] -= 1
        }
        if let empty = sizes.firstIndex(of: 0) {
            throw FormatError(
                "\(name): fold \(empty) of \(count) has no rows; take fewer folds, or another kind of folds")
        }
        (self.count, self.folds, self.isOrdered, self.unscored) = (count, folds, isOrdered, unscored)
    }

    private init(_ whole: Folds, of rows: [Int]) {
        (count, isOrdered, unscored) = (whole.count, whole.isOrdered, [])
        folds = rows.map { whole.folds[$0] }
    }

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        let isOrdered = try fields.member(ifPresent: "ordered")?.value == true
        try self.init(
            count: fields.integer("count"), folds: fields.integers("folds"), isOrdered: isOrdered,
            unscored: fields.has("unscored") ? fields.integers("unscored") : [], name: name)
    }

    /// The same, where there is a fold for each of `rows` rows. Errors: ``FormatError``.
    package func covering(_ rows: Int, _ name: String) throws(FormatError) -> Folds {
        guard folds.count == rows else {
            throw FormatError("\(name) gives \(folds.count) rows a fold, and the table has \(rows) rows")
        }
        return self
    }

    /// The rows that are predicted by models which were not trained on them, ascending; of some folds, or of all.
    package func heldOut(in chosen: [Int]? = nil) -> [Int] {
        let (wanted, left) = (chosen.map(Set.init), Set(unscored))
        return folds.indices.filter { row in
            folds[row] >= 0 && (wanted?.contains(folds[row]) ?? true) && (left.isEmpty || !left.contains(row))
        }
    }

    /// Whether the model of a fold is trained on a row.
    package func trains(_ row: Int, without fold: Int) -> Bool {
        folds[row] > -2 && (isOrdered ? folds[row] < fold : folds[row] != fold)
    }

    /// The folds of some rows, all of them scored, as those of a table of their own.
    package func selecting(_ rows: [Int]) -> Folds { Folds(self, of: rows) }

    package var bytes: [UInt8] {
        var members: [String: JSON] = ["count": .integer(count), "folds": .array(folds.map { .integer($0) })]
        if isOrdered { members["ordered"] = true }
        if !unscored.isEmpty { members["unscored"] = .array(unscored.map { .integer($0) }) }
        return Array(JSON.object(members).text().utf8)
    }
}
