// `pseudo-label`: the labels that a teacher's predictions give the test rows.

internal import Digests
internal import Formats
internal import Plans
internal import Recipes
internal import Targets

extension PseudoLabelStep: RunnableStep {
    func run(_ context: StepContext) throws -> StepOutcome {
        let table = try context.predictions("predictions", target)
        return target.form.isOfOneLabel ? try label(table, context) : try copy(table, context)
    }

    /// The test rows with what the teacher says of each column; of labels that are so or not, those rows of which it is sure enough.
    private func copy(_ table: Predictions, _ context: StepContext) throws -> StepOutcome {
        let (least, isHard) = (settings.minimumConfidence, settings.labels == .hard)
        let areLabels = target.form == .probabilities
        var rows: [Int] = []
        var values: [[Double]] = []
        for (index, row) in table.rows.enumerated() {
            let said = Array(table[index])
            guard !areLabels || said.allSatisfy({ max($0, 1 - $0) >= least }) else { continue }
            rows.append(row)
            values.append(areLabels && isHard ? said.map { $0 >= 0.5 ? 1 : 0 } : said)
        }
        let labels = Formats.PseudoLabels(
            rows: rows, labels: .values(values), weights: rows.map { _ in settings.weight }, classes: target.width)
        try context.write(labels.bytes, as: "pseudo-labels")
        return StepOutcome(
            outputs: ["pseudo-labels"],
            metrics: ["rows": .integer(rows.count), "left-out": .integer(table.rows.count - rows.count)])
    }

    /// The test rows of which the teacher is sure enough, with the likeliest label of each, or all its probabilities.
    private func label(_ table: Predictions, _ context: StepContext) throws -> StepOutcome {
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
