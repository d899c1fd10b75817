// The fold of each row. Knows the file's form, not how rows are dealt.

internal import Digests

/// The fold of each row of a table, and none empty.
package struct Folds: Sendable {
    package let count: Int
    /// Each in `0..<count`, or -1 for a row of no fold: every model is trained on it, and nothing is scored on it.
    package let folds: [Int]
    /// Whether the model of a fold is trained on the rows of earlier folds and of none, and not on those of later ones.
    package let isOrdered: Bool

    /// - Parameter name: as messages call them. Errors: ``FormatError``.
    package init(count: Int, folds: [Int], isOrdered: Bool = false, name: String) throws(FormatError) {
        guard count >= 1, count <= folds.count else {
            throw FormatError("\(name): \(folds.count) rows cannot fill \(count) folds")
        }
        var sizes = [Int](repeating: 0, count: count)
        for (row, fold) in folds.enumerated() {
            guard -1..<count ~= fold else {
                throw FormatError("\(name): row \(row + 1) is in fold \(fold), and folds are 0 to \(count - 1)")
            }
            if fold >= 0 { sizes[fold] += 1 }
        }
        if let empty = sizes.firstIndex(of: 0) {
            throw FormatError(
                "\(name): fold \(empty) of \(count) has no rows; take fewer folds, or another kind of folds")
        }
        (self.count, self.folds, self.isOrdered) = (count, folds, isOrdered)
    }

    private init(_ whole: Folds, of rows: [Int]) {
        (count, isOrdered) = (whole.count, whole.isOrdered)
        folds = rows.map { whole.folds[$0] }
    }

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        let isOrdered = try fields.member(ifPresent: "ordered")?.value == true
        try self.init(
            count: fields.integer("count"), folds: fields.integers("folds"), isOrdered: isOrdered, name: name)
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
        guard let chosen else { return folds.indices.filter { folds[$0] >= 0 } }
        let wanted = Set(chosen)
        return folds.indices.filter { wanted.contains(folds[$0]) }
    }

    /// Whether the model of a fold is trained on a row.
    package func trains(_ row: Int, without fold: Int) -> Bool {
        isOrdered ? folds[row] < fold : folds[row] != fold
    }

    /// The folds of some rows, as those of a table of their own.
    package func selecting(_ rows: [Int]) -> Folds { Folds(self, of: rows) }

    package var bytes: [UInt8] {
        var members: [String: JSON] = ["count": .integer(count), "folds": .array(folds.map { .integer($0) })]
        if isOrdered { members["ordered"] = true }
        return Array(JSON.object(members).text().utf8)
    }
}
