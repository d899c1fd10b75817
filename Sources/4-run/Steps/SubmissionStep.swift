// `submission`: the CSV that is sent in.

internal import Digests
internal import Formats
internal import Plans

extension SubmissionStep: RunnableStep {
    /// Columns and order of rows are the sample's where there is one: its rows name the ids, and which column is which label's
    /// its header says (``SampleColumns``).
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let table = try context.predictions("predictions", classes: labels.count, covering: rows.ids.count)
        var header = [id] + labels.map { "\(label)_\($0)" }
        var places = labels.indices.map { $0 + 1 }
        var order = Array(rows.ids.indices)
        if context.inputs["sample"] != nil {
            let (columns, sampleOrder) = try context.proven("sample") { bytes, name throws(FormatError) in
                let sample = try CSVTable(reading: bytes, name: name)
                let columns = try SampleColumns(header: sample.header, labels: labels, id: id, name: name)
                return (columns, try Self.order(of: sample, id: columns.id, ids: rows.ids))
            }
            (header, places, order) = (columns.header, columns.columns, sampleOrder)
        }
        var text = CSV.row(header)
        for row in order {
            // What is no label's column is the id's.
            var fields = [String](repeating: rows.ids[row], count: header.count)
            for (place, probability) in zip(places, table[row]) { fields[place] = "\(Float(probability))" }
            text += CSV.row(fields)
        }
        try context.write(Array(text.utf8), as: "submission")
        return StepOutcome(outputs: ["submission"], metrics: ["rows": .integer(order.count)])
    }

    /// The row of the test table for each row of the sample. Errors: ``FormatError`` with the sample's row, the first after the
    /// header being row 1.
    private static func order(of sample: CSVTable, id column: Int, ids: [String]) throws(FormatError) -> [Int] {
        let byID = Dictionary(ids.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var order: [Int] = []
        var seen: [Int: Int] = [:]
        for (number, line) in sample.rows.enumerated() {
            guard let row = byID[line[column]] else {
                throw FormatError(
                    "row \(number + 1) of the sample has the id \"\(line[column])\", which the test table lacks")
            }
            if let first = seen.updateValue(number, forKey: row) {
                throw FormatError(
                    "row \(number + 1) of the sample has the id \"\(line[column])\" of row \(first + 1); an id names one row"
                )
            }
            order.append(row)
        }
        guard order.count == ids.count else {
            let missing = ids.indices.first { seen[$0] == nil }.map { ids[$0] } ?? ""
            throw FormatError(
                "the sample has \(order.count) rows, and the test table \(ids.count): it lacks the id \"\(missing)\"")
        }
        return order
    }
}
