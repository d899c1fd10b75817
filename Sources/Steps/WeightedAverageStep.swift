// `average` in a scale or with weights: given, or fitted on out-of-fold predictions and scored by cross-fitting.

internal import Digests
internal import Numerics

extension NativeStep {
    /// Inputs `member.<name>` are whole tables of predictions, in the order of the parameter `members`. With `rows` and `folds` the
    /// weights are fitted; the output `weights` then serves the step of the test rows, as its input `weights`.
    static func weightedAverage(_ context: StepContext) throws -> StepOutcome {
        let names = context.parameters["members"]?.array?.compactMap(\.string) ?? []
        let classes = try context.integer("classes")
        guard let scale = AveragingScale(rawValue: try context.string("mean")), !names.isEmpty else {
            throw StepError("an average needs members and a mean")
        }
        var matrices: [ProbabilityMatrix] = []
        for name in names {
            let table = try PredictionTable(reading: try context.input("member.\(name)"), classes: classes)
            let count = matrices.first?.rowCount ?? table.rows.count
            matrices.append(
                try ProbabilityMatrix(values: try table.covering(count, name).probabilities, classCount: classes))
        }
        let members = AveragingMembers(matrices, scale: scale)
        if let way = context.parameters["weights"]?.string.flatMap(AveragingFit.init), context.inputs["weights"] == nil
        {
            return try fittedAverage(members, way, names, context)
        }
        let weights = try self.weights(context, count: names.count)
        try write(members.mean(weights: weights), to: context)
        return StepOutcome(outputs: ["predictions"], metrics: ["rows": .integer(members.rowCount)])
    }

    private static func fittedAverage(
        _ members: AveragingMembers, _ way: AveragingFit, _ names: [String], _ context: StepContext
    ) throws -> StepOutcome {
        let rows = try RowTable(reading: context.input("rows"))
        let folds = try FoldTable(reading: context.input("folds"))
        let labels = try rows.trueLabels()
        guard labels.count == members.rowCount, folds.folds.count == members.rowCount,
            Set(folds.folds) == Set(0..<folds.count), folds.count >= 2
        else { throw StepError("predictions, rows and folds are of different tables, or a fold is empty") }
        let fit = try AveragingCrossFit(
            members, fit: way, labels: labels, rowWeights: rows.weights, folds: folds.folds, foldCount: folds.count)
        try write(fit.predictions, to: context)
        try context.write(
            [
                "members": .array(names.map { .string($0) }), "weights": numbers(fit.weights),
                "folds": .array(fit.foldWeights.map(numbers)),
            ], as: "weights")
        let shares = Dictionary(
            uniqueKeysWithValues: zip(names.map { "weight.\($0)" }, fit.weights.map { JSON.number($0) }))
        let loss = LogLoss.mean(fit.predictions, labels: labels, weights: rows.weights)
        return StepOutcome(
            outputs: ["predictions", "weights"],
            metrics: .object(shares.merging(["log-loss": .number(loss), "rows": .integer(members.rowCount)]) { $1 }))
    }

    /// Given in the recipe, or fitted by an earlier step on all folds, or without the one that `fold` names.
    private static func weights(_ context: StepContext, count: Int) throws -> [Double] {
        var json = context.parameters["weights"]
        if let path = context.inputs["weights"] {
            let fitted = try JSON(parsing: FileBytes.read(path))
            json = fitted["weights"]
            if let fold = context.parameters["fold"]?.integer {
                let folds = fitted["folds"]?.array ?? []
                json = folds.indices.contains(fold) ? folds[fold] : nil
            }
        }
        guard let json, json != .null else { return [Double](repeating: 1, count: count) }
        let weights = json.array?.compactMap(\.number) ?? []
        guard weights.count == count, weights.reduce(0, +) > 0 else {
            throw StepError("\(weights.count) weights for \(count) members")
        }
        return weights
    }

    private static func numbers(_ values: [Double]) -> JSON { .array(values.map { .number($0) }) }

    private static func write(_ matrix: ProbabilityMatrix, to context: StepContext) throws {
        try PredictionTable(rows: Array(0..<matrix.rowCount), classes: matrix.classCount, probabilities: matrix.values)
            .write(to: context.output("predictions"))
    }
}
