// `submission`: the CSV that is sent in.

internal import Digests
internal import Formats
internal import Plans
internal import Targets

extension SubmissionStep: RunnableStep {
    /// Columns and order of rows are the sample's where there is one: its rows name the ids, and which column is which label's
    /// its header says (``SampleColumns``).
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let table = try context.predictions(
            "predictions", Target(target, width: labels.count), covering: rows.ids.count)
        var header = [id] + PredictionColumns.submitted(target, labels, label: label)
        var places = labels.indices.map { $0 + 1 }
        var order = Array(rows.ids.indices)
        if context.inputs["sample"] != nil {
            let (columns, sampleOrder) = try context.proven("sample") { bytes, name throws(FormatError) in
                let sample = try SampleTable(reading: bytes, name: name)
                let columns = try sample.columns(labels: labels, id: id)
                return (columns, try sample.order(columns, in: rows.ids))
            }
            (header, places, order) = (columns.header, columns.columns, sampleOrder)
        }
        var text = CSV.row(header)
        for row in order {
            // What is no label's column is the id's.
            var fields = [String](repeating: rows.ids[row], count: header.count)
            for (place, value) in zip(places, table[row]) {
                fields[place] = PredictionColumns.text(value, target.form)
            }
            text += CSV.row(fields)
        }
        try context.write(Array(text.utf8), as: "submission")
        return StepOutcome(outputs: ["submission"], metrics: ["rows": .integer(order.count)])
    }
}
