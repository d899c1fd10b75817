// `sheets`: out-of-fold predictions and the truth as tables in the submission's form, and which rows a metric file scores together.

internal import Digests
internal import Formats
internal import Host
internal import Plans
internal import Scores
internal import Targets

extension SheetsStep: RunnableStep {
    /// A folder: `solution.csv`, a table for each seed and for the average, and `sheets.json`.
    func run(_ context: StepContext) throws -> StepOutcome {
        let rows = try context.rows()
        let held = try HeldOutRows(of: rows, folds: context.folds(covering: rows.ids.count), in: evaluated.scored)
        let cells = form.flatMap { SubmissionCells($0) }
        let form = try context.submission { sample throws(FormatError) in
            try sample?.form(target.kind, labels: labels, id: id, cells: cells)
                ?? SubmissionForm(target.kind, labels: labels, id: id, label: label, cells: cells)
        }
        let folder = context.output("sheets")
        _ = try Host.system.files.makeFolder(folder)
        func write(_ name: String, _ row: (Int) -> [[String]]) throws {
            var text = CSV.row(form.header)
            for number in held.rows.indices { for line in row(number) { text += CSV.row(line) } }
            try FileBytes.write(Array(text.utf8), to: "\(folder)/\(name).csv")
        }
        let (ids, width) = (held.table.ids, target.width)
        switch target.form {
        case .distribution:
            let labels = try held.table.trueLabels()
            try write("solution") { form.rows(of: ids[$0], truth: labels[$0]) }
        case .probabilities, .numbers:
            let numbers = try held.table.trueNumbers()
            try write("solution") { form.rows(of: ids[$0], truths: Array(numbers[$0 * width..<($0 + 1) * width])) }
        case .shares:
            let right = Set(try held.choices().right)
            try write("solution") { form.rows(of: ids[$0], truths: [right.contains($0) ? 1 : 0]) }
        }
        func write(_ name: String, _ table: Predictions) throws {
            let predicted = try table.predictedLabels()
            try write(name) {
                form.rows(of: ids[$0], Array(table[$0]), predicted: predicted?[$0], target.form)
            }
        }
        var tables: [String: JSON] = ["average": numbers(held.folds.folds)]
        try write("average", context.predictions("average", target, of: held))
        for seed in EvaluateStep.seeds(of: context.inputs.keys) {
            let parts = try EvaluateStep.members(of: seed, among: context.inputs.keys).map { name in
                (
                    name: context.title(name),
                    predictions: try context.predictions(name, target, below: held.tableRows)
                )
            }
            let joined = try Predictions(joining: parts, covering: held.tableRows, rows: held.rows)
            try write(seed, joined.rows.count == held.rows.count ? joined : joined.selecting(held.rows, seed))
            let number = EvaluateStep.repeatNumber(of: seed)
            let own =
                number == 0
                ? held.folds : try context.folds("folds.\(number)", covering: rows.ids.count).selecting(held.rows)
            tables[seed] = numbers(own.folds)
        }
        let document: JSON = [
            "id": .string(form.header[form.id]), "lines": .integer(form.linesOfRow), "tables": .object(tables),
            "fold-count": .integer(held.folds.count), "blocks": numbers(blocks(held.table.groups ?? held.rows)),
        ]
        try FileBytes.write(Array(document.text().utf8), to: "\(folder)/sheets.json")
        return StepOutcome(outputs: ["sheets"], metrics: ["rows": .integer(held.rows.count)])
    }

    private func numbers(_ values: [Int]) -> JSON { .array(values.map { .integer($0) }) }

    /// The block of each row. Groups are dealt one after another in an order of their own, the same wherever these groups are scored.
    private func blocks(_ groups: [Int]) -> [Int] {
        let order = Set(groups).map { (Digest(of: "block \($0)").description, $0) }.sorted { $0 < $1 }
        let block = Dictionary(
            order.enumerated().map { ($1.1, $0 % Self.blocks) }, uniquingKeysWith: { first, _ in first })
        return groups.map { block[$0] ?? 0 }
    }
}
