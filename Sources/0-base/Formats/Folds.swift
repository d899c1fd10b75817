// The fold of each row. Knows the file's form, not how rows are dealt.

internal import Digests

/// The fold of each row of a table: each in `0..<count`, and none empty.
package struct Folds: Sendable {
    package let count: Int
    package let folds: [Int]

    /// - Parameter name: as messages call them. Errors: ``FormatError``.
    package init(count: Int, folds: [Int], name: String) throws(FormatError) {
        guard count >= 1, count <= folds.count else {
            throw FormatError("\(name): \(folds.count) rows cannot fill \(count) folds")
        }
        var sizes = [Int](repeating: 0, count: count)
        for (row, fold) in folds.enumerated() {
            guard 0..<count ~= fold else {
                throw FormatError("\(name): row \(row + 1) is in fold \(fold), and folds are 0 to \(count - 1)")
            }
            sizes[fold] += 1
        }
        if let empty = sizes.firstIndex(of: 0) {
            throw FormatError(
                "\(name): fold \(empty) of \(count) has no rows; take fewer folds, or another kind of folds")
        }
        (self.count, self.folds) = (count, folds)
    }

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        try self.init(count: fields.integer("count"), folds: fields.integers("folds"), name: name)
    }

    /// The same, where there is a fold for each of `rows` rows. Errors: ``FormatError``.
    package func covering(_ rows: Int, _ name: String) throws(FormatError) -> Folds {
        guard folds.count == rows else {
            throw FormatError("\(name) gives \(folds.count) rows a fold, and the table has \(rows) rows")
        }
        return self
    }

    package var bytes: [UInt8] {
        Array(
            JSON.object(["count": .integer(count), "folds": .array(folds.map { .integer($0) })]).text().utf8)
    }
}
