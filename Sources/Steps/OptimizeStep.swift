// `optimize`: predictions made to obey the constraint of their groups, and an honest score of it.

internal import Digests
internal import Numerics

extension NativeStep {
    /// Out of fold: the parameter is fitted on `fitted-on`, fold by fold on the groups of the other folds, and applied to
    /// `predictions`; the parameter fitted on all groups is kept for the test. Test: that parameter is applied, or with `fold` the
    /// one fitted without that fold.
    static func optimize(_ context: StepContext) throws -> StepOutcome {
        switch try context.string("method") {
        case "marginals": try optimize(context, MarginalsMethod())
        case "assignment": try optimize(context, PublishedRuleMethod())
        case let method: throw StepError("there is no method \"\(method)\"")
        }
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
            var parameter = fitted["parameter"]?.number ?? 0
            if let fold = context.parameters["fold"]?.integer {
                guard let folds = fitted["folds"]?.array, folds.indices.contains(fold), let own = folds[fold].number
                else {
                    throw StepError("no parameter was fitted without fold \(fold)")
                }
                parameter = own
            }
            let result = try method.predictions(of: predictions, groups: grouping, parameter: parameter)
            try write(result, to: context)
            return StepOutcome(outputs: ["predictions"], metrics: ["parameter": .number(parameter)])
        }
        let folds = try FoldTable(reading: context.input("folds"))
        let labels = try rows.trueLabels()
        let foldOfGroup = try foldsOfGroups(folds, grouping)
        let fit = try CrossFit(
            method, matrix: matrix("fitted-on"), labels: labels, groups: grouping, folds: foldOfGroup,
            foldCount: folds.count, weights: rows.weights)
        let result = try crossFitted(method, predictions, grouping, folds, fit.foldParameters)
        try write(result, to: context)
        let before = LogLoss.mean(predictions, labels: labels, weights: rows.weights)
        let after = LogLoss.mean(result, labels: labels, weights: rows.weights)
        try context.write(
            [
                "method": .string(try context.string("method")), "parameter": .number(fit.parameter),
                "folds": .array(fit.foldParameters.map { .number($0) }),
            ], as: "parameters")
        return StepOutcome(
            outputs: ["predictions", "parameters"],
            metrics: [
                "log-loss-before": .number(before), "log-loss": .number(after), "parameter": .number(fit.parameter),
                "accuracy": .number(Accuracy.mean(result, labels: labels, weights: rows.weights)),
            ])
    }

    /// The rows of each fold, transformed with the parameter that was fitted without that fold.
    private static func crossFitted(
        _ method: some GroupMethod, _ matrix: ProbabilityMatrix, _ grouping: RowGrouping, _ folds: FoldTable,
        _ parameters: [Double]
    ) throws -> ProbabilityMatrix {
        var values = matrix.values
        for (fold, parameter) in parameters.enumerated() {
            let rows = folds.folds.indices.filter { folds.folds[$0] == fold }
            let part = try method.predictions(
                of: matrix.selecting(rows: rows), groups: RowGrouping(ids: rows.map { grouping.groupOfRow[$0] }),
                parameter: parameter)
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
