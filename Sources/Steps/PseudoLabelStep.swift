// `pseudo-label`: the labels that a teacher's predictions give the test rows.

internal import Digests

extension NativeStep {
    /// Output `pseudo-labels` (JSON): `rows` [n], the numbers of the test rows that are kept; `labels` [n], indices, where they
    /// are hard, or `probabilities` [n][classes] where they are soft; `weights` [n]; `classes`.
    static func pseudoLabel(_ context: StepContext) throws -> StepOutcome {
        let classes = try context.integer("classes")
        let table = try PredictionTable(reading: context.input("predictions"), classes: classes)
        let least = context.parameters["min-confidence"]?.number ?? 0
        let weight = context.parameters["weight"]?.number ?? 1
        let isSoft = try context.string("labels") == "soft"
        var rows: [JSON] = []
        var labels: [JSON] = []
        var counts = [Int](repeating: 0, count: classes)
        for (index, row) in table.rows.enumerated() {
            let probabilities = Array(table[index])
            // Of equal probabilities the first counts, as in numpy's argmax.
            guard let highest = probabilities.max(), let label = probabilities.firstIndex(of: highest), highest >= least
            else { continue }
            rows.append(.integer(row))
            counts[label] += 1
            labels.append(isSoft ? .array(probabilities.map { .number($0) }) : .integer(label))
        }
        try context.write(
            [
                "rows": .array(rows), isSoft ? "probabilities" : "labels": .array(labels),
                "weights": .array(rows.map { _ in .number(weight) }), "classes": .integer(classes),
            ], as: "pseudo-labels")
        var metrics: [String: JSON] = [
            "rows": .integer(rows.count), "left-out": .integer(table.rows.count - rows.count),
        ]
        for (label, count) in counts.enumerated() { metrics["class-\(label)"] = .integer(count) }
        return StepOutcome(outputs: ["pseudo-labels"], metrics: .object(metrics))
    }
}
