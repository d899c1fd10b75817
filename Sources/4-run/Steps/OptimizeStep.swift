// `optimize`: predictions made to obey the constraint of their groups, and an honest score of it.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Recipes
internal import Scores
internal import Constraints
internal import Targets

extension OptimizeStep: RunnableStep {
    /// Out of fold: the coefficients are fitted on `fitted-on`, fold by fold on the groups of the other folds, and applied to
    /// `predictions`; those fitted on all groups are kept for the test. Test: these are applied, or with `fold` those fitted
    /// without that fold.
    func run(_ context: StepContext) throws -> StepOutcome {
        if method == .thresholds { return try runCutting(context) }
        guard let kind = GroupMethodKind(rawValue: method.rawValue) else {
            throw AblateError(.invalid, "there is no method \"\(method.rawValue)\"")
        }
        if let counts, counts.count != target.width || !counts.allSatisfy({ $0 >= 1 }) {
            throw AblateError(
                .invalid, "parameter counts is \(counts), and one number from 1 belongs there for each label")
        }
        let limits = counts.map(LabelCounts.init)
        if limits == .some(nil) {
            throw AblateError(
                .invalid,
                "the counts are \(counts ?? []), and each label occurs once or more, \(LabelCounts.mostPlaces) times together at most"
            )
        }
        return try run(context, kind.method(counts: limits ?? nil))
    }

    private func run(_ context: StepContext, _ method: some GroupMethod) throws -> StepOutcome {
        let rows = try context.rows()
        func groups(_ own: [Int]?) throws -> [Int] {
            guard let own else {
                throw AblateError(
                    .invalid, "\(context.title("rows")) has no groups to optimize within: name data.columns.group")
            }
            return own
        }
        if context.inputs["parameters"] != nil {
            let values = try fittedValues(context, method)
            let table = try context.predictions("predictions", target, covering: rows.ids.count)
            let result = try method.predictions(
                of: ProbabilityMatrix(values: table.values, classCount: target.width),
                groups: RowGrouping(ids: groups(rows.groups)), values: values, cores: .max)
            try write(result, of: table.rows, to: context)
            return StepOutcome(outputs: ["predictions"], metrics: .object(shown(values, of: method)))
        }
        let held = try HeldOutRows(of: rows, folds: context.folds(covering: rows.ids.count))
        let grouping = RowGrouping(ids: try groups(held.table.groups))
        func matrix(_ name: String) throws -> ProbabilityMatrix {
            let table = try context.predictions(name, target, of: held)
            return try ProbabilityMatrix(values: table.values, classCount: target.width)
        }
        let predictions = try matrix("predictions")
        let (folds, labels) = (held.folds, try held.table.trueLabels())
        let foldOfGroup = try foldsOfGroups(folds, grouping)
        let fit = try CrossFit(
            method, matrix: matrix("fitted-on"), labels: labels, groups: grouping, folds: foldOfGroup,
            foldCount: folds.count, weights: held.table.weights)
        let result = try crossFitted(method, predictions, grouping, folds, fit.foldValues)
        try write(result, of: held.rows, to: context)
        let before = LogLoss.mean(predictions, labels: labels, weights: held.table.weights)
        let after = LogLoss.mean(result, labels: labels, weights: held.table.weights)
        let fitted = Coefficients(
            method: self.method.rawValue, names: method.coefficients.map(\.name), values: fit.values,
            folds: fit.foldValues)
        try context.write(fitted.bytes, as: "parameters")
        var metrics = shown(fit.values, of: method)
        metrics["log-loss-before"] = .number(before)
        metrics["log-loss"] = .number(after)
        metrics["accuracy"] = .number(Accuracy.mean(result, labels: labels, weights: held.table.weights))
        return StepOutcome(outputs: ["predictions", "parameters"], metrics: .object(metrics))
    }

    /// The coefficients of an earlier step, of all folds or without the one that the parameter `fold` names.
    private func fittedValues(_ context: StepContext, _ method: some GroupMethod) throws -> [Double] {
        try fittedValues(context, names: method.coefficients.map(\.name))
    }

    func fittedValues(_ context: StepContext, names: [String]) throws -> [Double] {
        let fitted = try context.proven("parameters") { bytes, name throws(FormatError) in
            try Coefficients(reading: bytes, name: name)
        }
        guard fitted.names == names else {
            throw AblateError(
                .invalid,
                "\(context.title("parameters")) has the coefficients \(fitted.names.joined(separator: ", ")), which are not those of this method"
            )
        }
        guard let fold else { return fitted.values }
        guard fitted.folds.indices.contains(fold) else {
            throw AblateError(.invalid, "nothing was fitted without fold \(fold)")
        }
        return fitted.folds[fold]
    }

    /// The coefficients by name, as a reader knows them.
    private func shown(_ values: [Double], of method: some GroupMethod) -> [String: JSON] {
        let pairs = zip(method.coefficients, values).map { ($0.name, JSON.number($0.shown($1))) }
        return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
    }

    /// The rows of each fold, transformed with the coefficients that were fitted without that fold.
    private func crossFitted(
        _ method: some GroupMethod, _ matrix: ProbabilityMatrix, _ grouping: RowGrouping, _ folds: Folds,
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

    private func foldsOfGroups(_ folds: Folds, _ grouping: RowGrouping) throws -> [Int] {
        try (0..<grouping.count).map { group in
            let own = Set(grouping[group].map { folds.folds[$0] })
            guard own.count == 1, let fold = own.first else {
                throw AblateError(
                    .invalid,
                    "the group of row \(grouping[group].first! + 1) is split over folds; optimize needs folds.kind: group-k-fold or stratified-group-k-fold"
                )
            }
            return fold
        }
    }

    func write(_ matrix: ProbabilityMatrix, of rows: [Int], to context: StepContext) throws {
        let table = Predictions(rows: rows, target: target, values: matrix.values)
        try context.write(table.bytes, as: "predictions")
    }
}
