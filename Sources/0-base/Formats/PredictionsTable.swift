// Predictions as a table for other programs: a row for each id, a column for each label. Knows no step and no file's place.

/// The probabilities of a table's rows, by their ids.
///
/// The columns: the id; of training rows the fold and the label; then the probability of each label, named as a
/// submission names them (`target_a`), so that what was written can be read as predictions made elsewhere.
package struct PredictionsTable: Sendable {
    package let header: [String]
    /// The columns that hold numbers, for forms that tell types apart.
    package let numbers: [String]
    private let rows: [[String]]

    /// - Parameters:
    ///   - rows: of the table that was predicted.
    ///   - folds: of training rows; nil for a table to predict.
    ///   - predictions: for each of the rows (a precondition).
    ///   - labels: the names of the labels, as many as the predictions have classes (a precondition).
    ///   - id: the name of the column of ids.
    ///   - label: the name of the column of labels.
    package init(_ rows: Rows, folds: Folds?, predictions: Predictions, labels: [String], id: String, label: String) {
        precondition(predictions.rows.count == rows.ids.count && predictions.classes == labels.count)
        precondition(folds.map { $0.folds.count == rows.ids.count } ?? true)
        var header = [id]
        if folds != nil { header.append(Self.free("fold", among: [id, label])) }
        if rows.labels != nil { header.append(label) }
        let classes = Self.names(of: labels, inColumn: label, beside: header)
        self.header = header + classes
        numbers = (folds == nil ? [] : [Self.free("fold", among: [id, label])]) + classes
        self.rows = rows.ids.indices.map { row in
            var fields = [rows.ids[row]]
            if let folds { fields.append("\(folds.folds[row])") }
            if let given = rows.labels { fields.append(labels[given[row]]) }
            return fields + predictions[row].map { "\(Float($0))" }
        }
    }

    /// The first family of names that shares none with the other columns; `target_a_` and so on where each does.
    private static func names(of labels: [String], inColumn label: String, beside others: [String]) -> [String] {
        let families = [LabelColumns.names(of: labels, inColumn: label), labels]
        return families.first { Set($0).isDisjoint(with: others) }
            ?? families[0].map { free($0, among: others + labels) }
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
