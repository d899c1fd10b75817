// `submission`: the CSV that is sent in.

internal import Digests
internal import Formats
internal import Plans
internal import Scores
internal import Targets

extension SubmissionStep: RunnableStep {
    /// Columns, lines and their order are the sample's where there is one: its rows name the ids, and its header and cells say what
    /// stands where (``SubmissionForm``).
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let target = Target(self.target, width: labels.count)
        let table = try context.predictions("predictions", target, covering: rows.ids.count)
        let cells = form.flatMap { SubmissionCells($0) }
        let predicted = try table.predictedLabels()
        func lines(_ form: SubmissionForm, _ row: Int) -> [[String]] {
            form.rows(of: rows.ids[row], Array(table[row]), predicted: predicted?[row], target.form)
        }
        let (header, all) = try context.submission { sample throws(FormatError) in
            guard let sample else {
                let form = SubmissionForm(self.target, labels: labels, id: id, label: label, cells: cells)
                return (form.header, rows.ids.indices.flatMap { lines(form, $0) })
            }
            let form = try sample.form(self.target, labels: labels, id: id, cells: cells)
            return (form.header, try sample.lines(form, of: rows.ids) { lines(form, $0) })
        }
        var text = CSV.row(header)
        for line in all { text += CSV.row(line) }
        try context.write(Array(text.utf8), as: "submission")
        return StepOutcome(outputs: ["submission"], metrics: ["rows": .integer(all.count)])
    }
}

extension Predictions {
    /// The predicted label of each row; nil where not one of the labels is true.
    func predictedLabels() throws -> [Int]? {
        guard target.form.isOfOneLabel else { return nil }
        let matrix = try ProbabilityMatrix(values: values, classCount: target.width)
        return target.kind == .ordinal ? matrix.nearestLabels : matrix.predictedLabels
    }
}

extension StepContext {
    /// What `make` makes of the sample submission, or of none.
    func submission<Value>(_ make: (SampleTable?) throws(FormatError) -> Value) throws -> Value {
        guard inputs["sample"] != nil else { return try make(nil) }
        return try proven("sample") { bytes, name throws(FormatError) in
            try make(SampleTable(reading: bytes, name: name))
        }
    }
}
