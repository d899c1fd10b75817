// `optimize`: predictions made to obey the constraint of their groups, and an honest score of it.

internal import Digests
internal import Numerics

extension NativeStep {
    /// Out of fold: the coefficients are fitted on `fitted-on`, fold by fold on the groups of the other folds, and applied to
    /// `predictions`; those fitted on all groups are kept for the test. Test: these are applied, or with `fold` those fitted
    /// without that fold.
    static func optimize(_ context: StepContext) throws -> StepOutcome {
        let name = try context.string("method")
        guard let kind = GroupMethodKind(rawValue: name) else { throw StepError("there is no method \"\(name)\"") }
        let counts = context.parameters["counts"]?.array?.compactMap(\.integer)
        return try optimize(context, kind.method(counts: counts.map { LabelCounts($0) }))
    }

    private static func optimize(_ context: StepContext, _ method: some GroupMethod) throws -> StepOutcome {
        let classes = try context.integer("classes")
        let rows = try RowTable(reading: context.input("rows"))
        guard let groups = rows.groups else { throw StepError("the table has no groups to optimize within") }
        let grouping = RowGrouping(ids: groups)
        func matrix(_ name: String) throws -> ProbabilityMatrix {
            let table = try PredictionTable(reading: context.input(name), classes: classes).covering(groups.count, name)
            return try ProbabilityMatrix(values: table.probabilities, classCount: classes, sumsToOneWithin: 1e-3)
        }
        let predictions = try matrix("predictions")
        if let path = context.inputs["parameters"] {
            let fitted = try JSON(parsing: FileBytes.read(path))
            var values = fitted["values"]?.array
            if let fold = context.parameters["fold"]?.integer {
                guard let folds = fitted["folds"]?.array, folds.indices.contains(fold) else {
                    throw StepError("nothing was fitted without fold \(fold)")
                }
                values = folds[fold].array
            }
            guard let values = values?.compactMap(\.number), values.count == method.coefficients.count else {
                throw StepError("the parameters are not those of this method")
            }
            let result = try method.predictions(of: predictions, groups: grouping, values: values, cores: .max)
            try write(result, to: context)
            return StepOutcome(outputs: ["predictions"], metrics: .object(shown(values, of: method)))
        }
        let folds = try FoldTable(reading: context.input("folds"))
        let labels = try rows.trueLabels()
        let foldOfGroup = try foldsOfGroups(folds, grouping)
        let fit = try CrossFit(
            method, matrix: matrix("fitted-on"), labels: labels, groups: grouping, folds: foldOfGroup,
            foldCount: folds.count, weights: rows.weights)
        let result = try crossFitted(method, predictions, grouping, folds, fit.foldValues)
        try write(result, to: context)
        let before = LogLoss.mean(predictions, labels: labels, weights: rows.weights)
        let after = LogLoss.mean(result, labels: labels, weights: rows.weights)
        try context.write(
            [
                "method": .string(try context.string("method")),
                "names": .array(method.coefficients.map { .string($0.name) }),
                "values": .array(fit.values.map { .number($0) }),
                "folds": .array(fit.foldValues.map { .array($0.map { .number($0) }) }),
            ], as: "parameters")
        var metrics = shown(fit.values, of: method)
        metrics["log-loss-before"] = .number(before)
        metrics["log-loss"] = .number(after)
        metrics["accuracy"] = .number(Accuracy.mean(result, labels: labels, weights: rows.weights))
        return StepOutcome(outputs: ["predictions", "parameters"], metrics: .object(metrics))
    }

    /// The coefficients by name, as a reader knows them.
    private static func shown(_ values: [Double], of method: some GroupMethod) -> [String: JSON] {
        let pairs = zip(method.coefficients, values).map { ($0.name, JSON.number($0.shown($1))) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The rows of each fold, transformed with the coefficients that were fitted without that fold.
    private static func crossFitted(
        _ method: some GroupMethod, _ matrix: ProbabilityMatrix, _ grouping: RowGrouping, _ folds: FoldTable,
        _ foldValues: [[Double]]
    ) throws -> ProbabilityMatrix {
        var values = matrix.values
        for (fold, fitted) in foldValues.enumerated() {
            let rows = folds.folds.indices.filter { folds.folds[$0] == fold }
            let part = try method.predictions(
                of: matrix.selecting(rows: rows), groups: RowGrouping(ids: rows.map { grouping.groupOfRow[$0] }),
                values: fitted, cores: .max)
            for (index, row) in rows.enumerated() {
                values.replaceSubrange(row * matrix.classCount..<(row + 1) * matrix.classCount, with: part[row: index])
            }
        }
        return try ProbabilityMatrix(values: values, classCount: matrix.classCount)
    }

    private static func foldsOfGroups(_ folds: FoldTable, _ grouping: RowGrouping) throws -> [Int] {
        try (0..<grouping.count).map { group in
            let own = Set(grouping[group].map { folds.folds[$0] })
            guard own.count == 1, let fold = own.first else {
                throw StepError(
                    "the group of row \(grouping[group].first! + 1) is split over folds; optimize needs folds.kind: group-k-fold or stratified-group-k-fold"
                )
            }
            return fold
        }
    }

    private static func write(_ matrix: ProbabilityMatrix, to context: StepContext) throws {
        try PredictionTable(rows: Array(0..<matrix.rowCount), classes: matrix.classCount, probabilities: matrix.values)
            .write(to: context.output("predictions"))
    }
}
