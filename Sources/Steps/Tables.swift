// The files that steps hand each other, in types: rows, folds, predictions.

internal import Digests
internal import Tensors

/// The rows of a table, without their texts: what `ingest` found out.
package struct RowTable: Sendable {
    package let ids: [String]
    /// Indices into the recipe's labels; nil for a table to predict.
    package let labels: [Int]?
    /// Codes in order of first appearance; nil where the table has no groups.
    package let groups: [Int]?
    package let weights: [Double]?
    package let classes: Int

    package init(reading path: String) throws(StepError) {
        let json = try readJSON(path)
        guard let ids = json["ids"]?.array?.compactMap(\.string), let classes = json["classes"]?.integer else {
            throw StepError("\(path) is no table of rows")
        }
        self.ids = ids
        self.classes = classes
        labels = json["labels"]?.array?.compactMap(\.integer)
        groups = json["groups"]?.array?.compactMap(\.integer)
        weights = json["weights"]?.array?.compactMap(\.number)
        for count in [labels?.count, groups?.count, weights?.count] where count != nil && count != ids.count {
            throw StepError("\(path) has columns of different lengths")
        }
    }

    /// The labels of a training table. Errors: ``StepError`` where there are none.
    func trueLabels() throws(StepError) -> [Int] {
        guard let labels else { throw StepError("this table has no labels") }
        return labels
    }

    /// The rows of each group, in order of first appearance; every row its own group where there are none.
    var members: [[Int]] {
        guard let groups else { return ids.indices.map { [$0] } }
        var members = [[Int]](repeating: [], count: (groups.max() ?? -1) + 1)
        for (row, group) in groups.enumerated() { members[group].append(row) }
        return members
    }
}

extension NativeStep {
    /// Errors: ``StepError`` where a file that somebody else's program wrote holds no predictions of `classes` labels.
    package static func checkPredictions(_ path: String, classes: Int) throws(StepError) {
        _ = try PredictionTable(reading: path, classes: classes)
    }
}

/// The fold of each training row.
package struct FoldTable: Sendable {
    package let count: Int
    package let folds: [Int]

    package init(count: Int, folds: [Int]) {
        self.count = count
        self.folds = folds
    }

    package init(reading path: String) throws(StepError) {
        let json = try readJSON(path)
        guard let count = json["count"]?.integer, let folds = json["folds"]?.array?.compactMap(\.integer) else {
            throw StepError("\(path) is no table of folds")
        }
        self.init(count: count, folds: folds)
    }

    var json: JSON { ["count": .integer(count), "folds": .array(folds.map { .integer($0) })] }
}

/// Probabilities for some rows of a table.
package struct PredictionTable: Sendable {
    /// Row numbers from 0, ascending.
    package let rows: [Int]
    package let classes: Int
    /// Row-major, `rows.count` x `classes`; each row sums to 1.
    package let probabilities: [Double]

    package init(rows: [Int], classes: Int, probabilities: [Double]) {
        self.rows = rows
        self.classes = classes
        self.probabilities = probabilities
    }

    package init(reading path: String, classes: Int) throws(StepError) {
        let bytes = try FileBytes.read(path)
        do {
            let file = try Safetensors(parsing: bytes)
            let rows = try file.integers("rows", shape: [nil])
            let values = try file.floats("probabilities", shape: [rows.count, classes])
            self.init(rows: rows, classes: classes, probabilities: values.map(Double.init))
        } catch {
            throw StepError("\(path): \(error)")
        }
    }

    /// The probabilities of the row at `index` (an index into ``rows``, not a row number).
    package subscript(index: Int) -> ArraySlice<Double> { probabilities[index * classes..<(index + 1) * classes] }

    func write(to path: String) throws(StepError) {
        var file = Safetensors()
        file.set("rows", rows, shape: [rows.count])
        file.set("probabilities", probabilities.map { Float($0) }, shape: [rows.count, classes])
        try FileBytes.write(file.bytes, to: path)
    }

    /// Errors: ``StepError`` unless the rows are exactly those of a table of `count` rows.
    func covering(_ count: Int, _ what: String) throws(StepError) -> PredictionTable {
        guard rows.count == count, rows.first ?? 0 == 0, zip(rows, rows.dropFirst()).allSatisfy({ $1 == $0 + 1 }) else {
            throw StepError("\(what) has predictions for \(rows.count) of \(count) rows; every row needs one")
        }
        return self
    }
}

private func readJSON(_ path: String) throws(StepError) -> JSON {
    let bytes = try FileBytes.read(path)
    do {
        return try JSON(parsing: bytes)
    } catch {
        throw StepError("\(path): \(error)")
    }
}
