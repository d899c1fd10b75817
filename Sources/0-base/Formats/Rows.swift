// The rows of a table, without their texts: what `ingest` found out. Knows the file's form, not the table's.

/// The rows of a table.
///
/// Promised: an id for each row, each once; labels below ``classes``, or as many finite numbers for each row; groups numbered by first appearance; weights 0 or
/// within ``weights``, and not all 0.
package struct Rows: Sendable {
    package let ids: [String]
    /// Indices into the recipe's labels; nil for a table to predict, and where numbers are predicted.
    package let labels: [Int]?
    /// Row-major, ``classes`` for each row; nil for a table to predict, and where labels are predicted.
    package let numbers: [Double]?
    /// Codes in order of first appearance; nil where the table has no groups.
    package let groups: [Int]?
    package let weights: [Double]?
    /// How many numbers a prediction of a row has: one for each label, or for each column of numbers.
    package let classes: Int
    private let name: String

    /// Some rows of a table, as a table of their own; groups keep their numbers.
    private init(_ whole: Rows, at rows: [Int]) {
        func own<Value>(_ values: [Value]) -> [Value] { rows.map { values[$0] } }
        (classes, name) = (whole.classes, whole.name)
        (ids, labels, groups, weights) = (
            own(whole.ids), whole.labels.map(own), whole.groups.map(own), whole.weights.map(own)
        )
        let width = whole.classes
        numbers = whole.numbers.map { numbers in rows.flatMap { numbers[$0 * width..<($0 + 1) * width] } }
    }

    /// - Parameter rows: their places in the table.
    package func selecting(_ rows: [Int]) -> Rows { Rows(self, at: rows) }

    /// Weights that are not 0, as `ingest` takes them: sums and products of such weights and losses lose no digits.
    static let weights = 1e-30...1e30

    /// - Parameter name: as messages call the file. Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        self.name = name
        classes = try fields.integer("classes")
        guard classes >= 1 else { throw fields.error("classes is \(classes), and there must be at least 1") }
        ids = try fields.strings("ids")
        labels = try fields.has("labels") ? fields.integers("labels") : nil
        let matrix = try fields.has("numbers") ? fields.matrix("numbers") : nil
        numbers = matrix.map { $0.flatMap(\.self) }
        groups = try fields.has("groups") ? fields.integers("groups") : nil
        weights = try fields.has("weights") ? fields.numbers("weights") : nil
        let lengths = [
            ("labels", labels?.count), ("numbers", matrix?.count), ("groups", groups?.count),
            ("weights", weights?.count),
        ]
        for (member, count) in lengths where count ?? ids.count != ids.count {
            throw fields.error("there are \(ids.count) ids and \(count ?? 0) \(member); each row has one")
        }
        var seen: [String: Int] = [:]
        for (row, id) in ids.enumerated() {
            if let first = seen.updateValue(row, forKey: id) {
                throw fields.error("row \(row + 1) has the id \"\(id)\" of row \(first + 1); an id names one row")
            }
        }
        if let row = labels?.firstIndex(where: { !(0..<classes ~= $0) }), let labels {
            throw fields.error("row \(row + 1) has the label \(labels[row]), and labels are 0 to \(classes - 1)")
        }
        if let row = matrix?.firstIndex(where: { $0.count != classes || !$0.allSatisfy(\.isFinite) }), let matrix {
            throw fields.error("row \(row + 1) has the numbers \(matrix[row]), and \(classes) finite ones belong there")
        }
        var next = 0
        for (row, group) in (groups ?? []).enumerated() {
            guard 0...next ~= group else {
                throw fields.error(
                    "row \(row + 1) has the group \(group), and groups are numbered by first appearance: 0 to \(next) here"
                )
            }
            if group == next { next += 1 }
        }
        if let weights {
            if let row = weights.firstIndex(where: { $0 != 0 && !Self.weights.contains($0) }) {
                throw fields.error(
                    "row \(row + 1) has the weight \(weights[row]), and a weight is 0, or from \(Self.weights.lowerBound) to \(Self.weights.upperBound)"
                )
            }
            let sum = weights.reduce(0, +)
            guard weights.isEmpty || (sum > 0 && sum.isFinite) else {
                throw fields.error("the weights sum to \(sum), and some finite sum above 0 is needed")
            }
        }
    }

    /// The labels of a training table. Errors: ``FormatError`` where there are none.
    package func trueLabels() throws(FormatError) -> [Int] {
        guard let labels else { throw FormatError("\(name) has no labels: a training table is needed") }
        return labels
    }

    /// The numbers of a training table, row-major. Errors: ``FormatError`` where there are none.
    package func trueNumbers() throws(FormatError) -> [Double] {
        guard let numbers else { throw FormatError("\(name) has no numbers to predict: a training table is needed") }
        return numbers
    }
}
