// `average`: the mean of what several predictions say of each row.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Targets

extension AverageStep: RunnableStep {
    /// Out-of-fold predictions of one seed cover every row once, so S seeds cover each row S times; test predictions of M
    /// models cover each row M times. Anything else is an error: a row that counts less would pass unnoticed.
    func run(_ context: StepContext) throws -> StepOutcome {
        let (cover, isPartial): (Int, Bool)
        switch form {
        case .weighted(let weighted): return try WeightedAverage(weighted, target).run(context)
        case .plain(let own, let isOfSome): (cover, isPartial) = (own, isOfSome)
        }
        guard cover >= 1 else { throw AblateError(.invalid, "parameter cover is \(cover), and must be 1 or more") }
        // In order of name, so that the sum of floats is the same every time.
        let tables = try context.inputs.keys.sorted().map { (name: $0, try context.predictions($0, target)) }
        if isPartial { return try partial(tables, cover: cover, context) }
        // As many rows as all predictions together can cover: never what a row's number says.
        let given = tables.reduce(0) { $0 + $1.1.rows.count }
        let count = (given + cover - 1) / cover
        let width = target.width
        var sums = [Double](repeating: 0, count: count * width)
        var counts = [Int](repeating: 0, count: count)
        for (_, table) in tables {
            for (index, row) in table.rows.enumerated() where row < count {
                counts[row] += 1
                for (column, value) in table[index].enumerated() { sums[row * width + column] += value }
            }
        }
        if let row = counts.firstIndex(where: { $0 != cover }) {
            let beyond = tables.first { ($0.1.rows.last ?? 0) >= count }.flatMap { name, table in
                table.rows.last.map { "; \(context.title(name)) has one of row \($0 == .max ? $0 : $0 + 1)" }
            }
            throw AblateError(
                .invalid,
                "row \(row + 1) has \(counts[row]) predictions, and every row must have \(cover)\(beyond ?? "")")
        }
        let mean = Predictions(covering: count, target: target, values: sums.map { $0 / Double(cover) })
        try context.write(mean.bytes, as: "predictions")
        return StepOutcome(outputs: ["predictions"], metrics: ["rows": .integer(count)])
    }

    /// The mean over the rows that are there, of each of which as many predictions must say something. Which rows must be there, whoever
    /// reads the mean knows.
    private func partial(
        _ tables: [(name: String, Predictions)], cover: Int, _ context: StepContext
    ) throws -> StepOutcome {
        var sums: [Int: [Double]] = [:]
        var counts: [Int: Int] = [:]
        for (_, table) in tables {
            for (index, row) in table.rows.enumerated() {
                counts[row, default: 0] += 1
                guard var own = sums.removeValue(forKey: row) else {
                    sums[row] = Array(table[index])
                    continue
                }
                for (label, probability) in table[index].enumerated() { own[label] += probability }
                sums[row] = own
            }
        }
        let rows = sums.keys.sorted()
        if let row = rows.first(where: { counts[$0] != cover }) {
            throw AblateError(
                .invalid,
                "row \(row + 1) has \(counts[row] ?? 0) predictions, and every row that has some must have \(cover)")
        }
        let mean = Predictions(
            rows: rows, target: target, values: rows.flatMap { sums[$0]!.map { $0 / Double(cover) } })
        try context.write(mean.bytes, as: "predictions")
        return StepOutcome(outputs: ["predictions"], metrics: ["rows": .integer(rows.count)])
    }
}
