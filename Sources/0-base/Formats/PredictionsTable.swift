// Predictions as a table for other programs: a row for each id, a column for each number. Knows no step and no file's place.

internal import Targets

/// The predictions of a table's rows, by their ids.
///
/// The columns: the id; of training rows the fold and the truth; then what is predicted, named so that it can be read as predictions
/// made elsewhere: the probability of each label as a submission names it (`target_a`), each number after its column (`score_predicted`).
package struct PredictionsTable: Sendable {
    package let header: [String]
    /// The columns that hold numbers, for forms that tell types apart.
    package let numbers: [String]
    private let rows: [[String]]

    /// - Parameters:
    ///   - rows: of the table that was predicted.
    ///   - folds: of training rows; nil for a table to predict.
    ///   - predictions: for each of the rows (a precondition).
    ///   - labels: the names of the labels or of the columns, as many as a prediction has numbers (a precondition).
    ///   - id: the name of the column of ids.
    ///   - label: the name of the column of labels.
    package init(_ rows: Rows, folds: Folds?, predictions: Predictions, labels: [String], id: String, label: String) {
        precondition(predictions.rows.count == rows.ids.count && predictions.target.width == labels.count)
        precondition(folds.map { $0.folds.count == rows.ids.count } ?? true)
        let named = rows.labels != nil ? [label] : rows.numbers != nil ? labels : []
        let fold = folds == nil ? [] : [Self.free("fold", among: [id, label] + named)]
        let others = [id] + fold + named
        let families = PredictionColumns.families(predictions.target.kind, labels, label: label)
        // The first family of names that shares none with the other columns; `target_a_` and so on where each does.
        let columns =
            families.first { Set($0).isDisjoint(with: others) }
            ?? families[0].map { Self.free($0, among: others + labels) }
        header = others + columns
        numbers = fold + (rows.numbers == nil ? [] : named) + columns
        self.rows = rows.ids.indices.map { row in
            var fields = [rows.ids[row]]
            if let folds { fields.append("\(folds.folds[row])") }
            if let given = rows.labels { fields.append(labels[given[row]]) }
            if let given = rows.numbers {
                fields += given[row * labels.count..<(row + 1) * labels.count].map { "\($0)" }
            }
            return fields + predictions[row].map { PredictionColumns.text($0, predictions.target.form) }
        }
    }

    /// A name that no column of the recipe has.
    private static func free(_ name: String, among taken: [String]) -> String {
        taken.contains(name) ? free("\(name)_", among: taken) : name
    }

    package var rowCount: Int { rows.count }

    /// The bytes of a CSV file with a header.
    package var csv: [UInt8] {
        var text = CSV.row(header)
        for row in rows { text += CSV.row(row) }
        return Array(text.utf8)
    }
}
