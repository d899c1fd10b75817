// How predictions stand in a table that is sent in: which columns, and what is written of each row. Knows the header, the labels and
// the cells of a sample, no metric.

package import Targets

/// What cells of a submission hold.
package enum SubmissionCells: Hashable, Sendable {
    /// The probability of each label, or of one of two in a single column; of numbers the numbers.
    case probabilities
    /// The predicted label, in one column; of several labels at once 1 for each that is as probable as not.
    case label
    /// 1 in the column of the predicted label, 0 in the others.
    case oneHot
    /// Each label's place among the labels, the most probable is 1.
    case ranks
    /// So many labels, the most probable first, parted by blanks in one column.
    case ranked(Int)

    package static let words = ["probabilities", "label", "one-hot", "ranks", "ranked@K"]

    /// By its word in recipes, `ranked@3` for three labels; nil where it is none.
    package init?(_ word: String) {
        switch word {
        case "probabilities": self = .probabilities
        case "label": self = .label
        case "one-hot": self = .oneHot
        case "ranks": self = .ranks
        default:
            let digits = word.dropFirst("ranked@".count)
            guard word.hasPrefix("ranked@"), let count = Int(digits), String(count) == digits, 1...999 ~= count
            else { return nil }
            self = .ranked(count)
        }
    }

    /// Why predictions of this kind cannot stand so, as a clause; nil where they can.
    package func refusal(of kind: Target.Kind) -> String? {
        switch (kind.form, self) {
        case (.distribution, _), (_, .probabilities), (.probabilities, .label), (.probabilities, .oneHot),
            (.probabilities, .ranks):
            nil
        case (.numbers, _): "numbers have no labels: leave the form out"
        case (.shares, _): "one row of a group is right, and its column is a probability: leave the form out"
        case (.probabilities, .ranked):
            "any of several labels may be true, and a list is of the one that is: write probabilities, label or ranks"
        }
    }

    /// Whether a row has one column for all labels.
    var isOfOneColumn: Bool {
        switch self {
        case .label, .ranked: true
        case .probabilities, .oneHot, .ranks: false
        }
    }
}

/// The columns of a submission and what stands in them.
package struct SubmissionForm: Sendable, Equatable {
    /// How many lines a row has, and what tells them apart.
    enum Lines: Sendable, Equatable {
        /// One.
        case wide
        /// One for each label, which stands in a column.
        case long(label: Int)
        /// One for each label, which the id ends in: `7_toxic`.
        case joined
    }

    package let header: [String]
    /// The column of the ids.
    package let id: Int
    package let cells: SubmissionCells
    let labels: [String]
    let lines: Lines
    /// For each label the column of its value; nil where it has none. Of one column for all, that column for each.
    let columns: [Int?]

    /// The lines of a row: one, or one for each label.
    package var linesOfRow: Int { lines == .wide ? 1 : labels.count }

    init(
        header: [String], id: Int, cells: SubmissionCells, labels: [String], lines: Lines = .wide, columns: [Int?]
    ) {
        (self.header, self.id, self.cells, self.labels, self.lines, self.columns) = (
            header, id, cells, labels, lines, columns
        )
    }

    /// That of a submission without a sample.
    ///
    /// - Parameters:
    ///   - labels: those of the recipe, or the columns of what is predicted.
    ///   - label: the column of the labels.
    package init(_ kind: Target.Kind, labels: [String], id: String, label: String, cells: SubmissionCells?) {
        let cells = cells ?? .probabilities
        let isOne = cells.isOfOneColumn && kind.form == .distribution
        self.init(
            header: [id] + (isOne ? [label] : PredictionColumns.submitted(kind, labels, label: label)), id: 0,
            cells: cells, labels: labels, columns: labels.indices.map { isOne ? 1 : $0 + 1 })
    }

    /// The lines of a row whose numbers are predicted.
    ///
    /// - Parameters:
    ///   - values: a number for each label.
    ///   - predicted: the predicted label; nil where not one of the labels is true.
    package func rows(of id: String, _ values: [Double], predicted: Int?, _ form: PredictionForm) -> [[String]] {
        fill(id) { label in
            switch cells {
            case .probabilities: PredictionColumns.text(values[label], form)
            case .label, .oneHot:
                predicted.map { cells == .label ? labels[$0] : $0 == label ? "1" : "0" }
                    ?? (values[label] >= 0.5 ? "1" : "0")
            case .ranks: "\(1 + values.indices.count { Self.isBefore($0, label, values) })"
            case .ranked(let count):
                values.indices.sorted { Self.isBefore($0, $1, values) }.prefix(count).map { labels[$0] }
                    .joined(separator: " ")
            }
        }
    }

    /// The lines of a row of which one label is true.
    package func rows(of id: String, truth: Int) -> [[String]] {
        fill(id) { label in cells.isOfOneColumn ? labels[truth] : label == truth ? "1" : "0" }
    }

    /// The lines of a row of which numbers are true: those of columns, or 0 and 1 of several labels.
    package func rows(of id: String, truths: [Double]) -> [[String]] {
        fill(id) {
            truths[$0] == truths[$0].rounded() && abs(truths[$0]) < 1e15 ? "\(Int(truths[$0]))" : "\(truths[$0])"
        }
    }

    /// Of equal ones the first label comes first.
    private static func isBefore(_ one: Int, _ other: Int, _ values: [Double]) -> Bool {
        values[one] > values[other] || (values[one] == values[other] && one < other)
    }

    private func fill(_ id: String, _ cell: (Int) -> String) -> [[String]] {
        // What is no label's column is the id's.
        var row = [String](repeating: id, count: header.count)
        guard lines == .wide else {
            return labels.indices.map { label in
                if let column = columns[label] { row[column] = cell(label) }
                switch lines {
                case .long(let column): row[column] = labels[label]
                case .joined: row[self.id] = Self.joined(id, labels[label])
                case .wide: break
                }
                return row
            }
        }
        for (label, column) in columns.enumerated() { if let column { row[column] = cell(label) } }
        return [row]
    }

    static func joined(_ id: String, _ label: String) -> String { "\(id)_\(label)" }
}
