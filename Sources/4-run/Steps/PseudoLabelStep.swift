// `pseudo-label`: the labels that a teacher's predictions give the test rows.

internal import Digests
internal import Formats
internal import Plans
internal import Recipes
internal import Targets

extension PseudoLabelStep: RunnableStep {
    /// The test rows of which the teacher is sure enough, with the likeliest label of each, or all its probabilities.
    func run(_ context: StepContext) throws -> StepOutcome {
        let table = try context.predictions("predictions", target)
        let (least, weight, isSoft) = (settings.minimumConfidence, settings.weight, settings.labels == .soft)
        var rows: [Int] = []
        var hard: [Int] = []
        var soft: [[Double]] = []
        let classes = target.width
        var counts = [Int](repeating: 0, count: classes)
        for (index, row) in table.rows.enumerated() {
            let probabilities = Array(table[index])
            // Of equal probabilities the first counts, as in numpy's argmax.
            guard let highest = probabilities.max(), let label = probabilities.firstIndex(of: highest), highest >= least
            else { continue }
            rows.append(row)
            counts[label] += 1
            if isSoft { soft.append(probabilities) } else { hard.append(label) }
        }
        let labels = Formats.PseudoLabels(
            rows: rows, labels: isSoft ? .soft(soft) : .hard(hard), weights: rows.map { _ in weight }, classes: classes)
        try context.write(labels.bytes, as: "pseudo-labels")
        var metrics: [String: JSON] = [
            "rows": .integer(rows.count), "left-out": .integer(table.rows.count - rows.count),
        ]
        for (label, count) in counts.enumerated() { metrics["class-\(label)"] = .integer(count) }
        return StepOutcome(outputs: ["pseudo-labels"], metrics: .object(metrics))
    }
}
