// `average`: the mean of the probabilities that several predictions give each row.

internal import Digests

extension NativeStep {
    /// Out-of-fold predictions of one seed cover every row once, so S seeds cover each row S times; test predictions of M
    /// models cover each row M times. Anything else is an error: a row that counts less would pass unnoticed.
    static func average(_ context: StepContext) throws -> StepOutcome {
        if context.parameters["members"] != nil { return try weightedAverage(context) }
        let cover = try context.integer("cover")
        let classes = try context.integer("classes")
        var sums: [Double] = []
        var counts: [Int] = []
        // In order of name, so that the sum of floats is the same every time.
        for (name, path) in context.inputs.sorted(by: { $0.key < $1.key }) {
            let table = try PredictionTable(reading: path, classes: classes)
            if let last = table.rows.last, last >= counts.count {
                counts += repeatElement(0, count: last + 1 - counts.count)
                sums += repeatElement(0, count: (last + 1) * classes - sums.count)
            }
            for (index, row) in table.rows.enumerated() {
                guard row >= 0 else { throw StepError("\(name) has a negative row number") }
                counts[row] += 1
                for (label, probability) in table[index].enumerated() { sums[row * classes + label] += probability }
            }
        }
        if let row = counts.firstIndex(where: { $0 != cover }) {
            throw StepError("row \(row + 1) has \(counts[row]) predictions, and every row must have \(cover)")
        }
        let mean = sums.map { $0 / Double(cover) }
        try PredictionTable(rows: Array(counts.indices), classes: classes, probabilities: mean)
            .write(to: context.output("predictions"))
        return StepOutcome(outputs: ["predictions"], metrics: ["rows": .integer(counts.count)])
    }
}
