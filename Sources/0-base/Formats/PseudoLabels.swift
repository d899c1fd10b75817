// The labels that a teacher gives rows of the test table. Knows the file's form, not the teacher.

internal import Digests

/// Labels of some rows, one index each, a probability for each class or a value for each column, and how much each row counts.
///
/// Promised: row numbers from 0, ascending; as many labels and weights as rows; labels below ``classes``, probabilities in
/// 0...1, values finite; weights finite and none below 0.
package struct PseudoLabels: Sendable {
    package enum Labels: Sendable, Equatable {
        case hard([Int])
        case soft([[Double]])
        /// Of targets whose columns stand each by itself.
        case values([[Double]])
    }

    package let rows: [Int]
    package let labels: Labels
    package let weights: [Double]
    package let classes: Int

    /// Labels made here, of proven predictions.
    package init(rows: [Int], labels: Labels, weights: [Double], classes: Int) {
        (self.rows, self.labels, self.weights, self.classes) = (rows, labels, weights, classes)
    }

    /// Errors: ``FormatError``.
    package init(reading bytes: [UInt8], name: String) throws(FormatError) {
        let fields = try JSONDocument(parsing: bytes, name: name)
        rows = try fields.integers("rows")
        weights = try fields.numbers("weights")
        classes = try fields.integer("classes")
        let (first, count): (Int?, Int)
        if fields.has("values") {
            let values = try fields.matrix("values")
            let classes = classes
            first = values.firstIndex { $0.count != classes || !$0.allSatisfy(\.isFinite) }
            (labels, count) = (.values(values), values.count)
        } else if fields.has("probabilities") {
            let soft = try fields.matrix("probabilities")
            let classes = classes
            first = soft.firstIndex { $0.count != classes || !$0.allSatisfy { 0...1 ~= $0 } }
            (labels, count) = (.soft(soft), soft.count)
        } else {
            let hard = try fields.integers("labels")
            let classes = classes
            first = hard.firstIndex { $0 < 0 || $0 >= classes }
            (labels, count) = (.hard(hard), hard.count)
        }
        guard rows.count == count, weights.count == count else {
            throw fields.error("there are \(rows.count) rows, \(count) labels and \(weights.count) weights")
        }
        if let first {
            throw fields.error("rows[\(first)] has no label, probabilities or values of \(classes) classes")
        }
        guard rows.first ?? 0 >= 0, zip(rows, rows.dropFirst()).allSatisfy({ $0 < $1 }) else {
            throw fields.error("rows are not ascending from 0, each once")
        }
        if let row = weights.firstIndex(where: { $0 < 0 }) { throw fields.error("weights[\(row)] is \(weights[row])") }
    }

    package var bytes: [UInt8] {
        var members: [String: JSON] = [
            "rows": .array(rows.map { .integer($0) }), "weights": .array(weights.map { .number($0) }),
            "classes": .integer(classes),
        ]
        switch labels {
        case .hard(let indices): members["labels"] = .array(indices.map { .integer($0) })
        case .soft(let rows): members["probabilities"] = Self.matrix(rows)
        case .values(let rows): members["values"] = Self.matrix(rows)
        }
        return Array(JSON.object(members).text().utf8)
    }

    private static func matrix(_ rows: [[Double]]) -> JSON {
        .array(rows.map { .array($0.map { .number($0) }) })
    }
}
