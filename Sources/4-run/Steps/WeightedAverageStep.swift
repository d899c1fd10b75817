// `average` in a scale or with weights: given, or fitted on out-of-fold predictions and scored by cross-fitting.

internal import Host
internal import Digests
internal import Formats
internal import Plans
internal import Recipes
internal import Scores
internal import Targets

struct WeightedAverage {
    private let form: AverageStep.Weighted
    private let target: Target

    init(_ form: AverageStep.Weighted, _ target: Target) { (self.form, self.target) = (form, target) }

    /// Inputs `member.<name>` are whole tables of predictions, in the order of the parameter `members`. With `rows` and `folds` the
    /// weights are fitted; the output `weights` then serves the step of the test rows, as its input `weights`.
    func run(_ context: StepContext) throws -> StepOutcome {
        let names = form.members
        guard let scale = AveragingScale(rawValue: form.mean.rawValue), !names.isEmpty else {
            throw AblateError(.invalid, "an average needs members and a mean")
        }
        // Out of fold, the rows that folds hold out; else those of the first member, which the others must have, too.
        let held = context.inputs["weights"] == nil && way != nil ? try context.heldOut() : nil
        var rows = held?.rows
        var tables: [Predictions] = []
        for name in names {
            let input = "member.\(name)"
            let table = try context.predictions(input, target)
            if let held, held.isWhole { _ = try table.covering(held.tableRows, context.title(input)) }
            let own = try table.selecting(rows ?? table.rows, context.title(input))
            rows = own.rows
            tables.append(own)
        }
        // Weights are fitted to groups of which one row is right as to classes; given ones serve each row by itself.
        let choices = try way == nil || target.form != .shares ? nil : held?.choices()
        let members =
            switch (target.form, choices) {
            case (.distribution, _):
                AveragingMembers(
                    try tables.map { try ProbabilityMatrix(values: $0.values, classCount: target.width) }, scale: scale)
            case (.shares, let choices?):
                AveragingMembers(
                    try tables.map { table in
                        try AblateError.explaining { () throws(ChoiceError) in try choices.matrix(of: table.values) }
                    }, scale: scale)
            case (.probabilities, _), (.numbers, _), (.shares, nil):
                AveragingMembers(numbers: tables.map(\.values), width: target.width)
            }
        if let held, let way { return try fittedAverage(members, way, names, held, choices, context) }
        let weights = try self.weights(context, count: names.count)
        try write(members.values(weights: weights), of: rows ?? [], to: context)
        return StepOutcome(outputs: ["predictions"], metrics: ["rows": .integer(members.rowCount)])
    }

    /// How the weights are fitted; nil where they are given.
    private var way: AveragingFit? {
        switch form.weights {
        case .equal, .given: nil
        case .simplex: .simplex
        case .greedy: .greedy
        }
    }

    private func fittedAverage(
        _ members: AveragingMembers, _ way: AveragingFit, _ names: [String], _ held: HeldOutRows, _ choices: Choices?,
        _ context: StepContext
    ) throws -> StepOutcome {
        let truth = try choices.map { .labels($0.labels) } ?? self.truth(of: held.table)
        let rated = choices.map { held.selecting($0.right) } ?? held
        let folds = rated.folds
        guard folds.count >= 2 else {
            throw AblateError(.invalid, "\(context.title("folds")) has one fold; a fit needs two or more")
        }
        let fit = try AveragingCrossFit(
            members, fit: way, truth, rowWeights: rated.table.weights, folds: folds.folds, foldCount: folds.count)
        try write(choices?.values(of: fit.values) ?? fit.values, of: held.rows, to: context)
        let weights = try AblateError.explaining { () throws(FormatError) in
            try Weights(members: names, weights: fit.weights, folds: fit.foldWeights, name: "the fit")
        }
        try context.write(weights.bytes, as: "weights")
        let shares = Dictionary(
            uniqueKeysWithValues: zip(names.map { "weight.\($0)" }, fit.weights.map { JSON.number($0) }))
        let score = score(fit, truth, rated.table.weights)
        return StepOutcome(
            outputs: ["predictions", "weights"],
            metrics: .object(
                shares.merging([score.name: .number(score.value), "rows": .integer(held.rows.count)]) { $1 }))
    }

    /// What the weights are fitted to. Errors: where the rows have no such truth, or the step names no metric that there is.
    private func truth(of rows: Rows) throws -> AveragingTruth {
        switch target.form {
        case .distribution, .shares: return .labels(try rows.trueLabels())
        case .probabilities, .numbers:
            guard let metric = form.metric.flatMap(Metrics.named) else {
                throw AblateError(.invalid, "parameter metric is \(form.metric ?? "not there"), and names no metric")
            }
            return .numbers(try rows.trueNumbers(), metric: metric)
        }
    }

    private func score(
        _ fit: AveragingCrossFit, _ truth: AveragingTruth, _ weights: [Double]?
    ) -> (name: String, value: Double) {
        switch truth {
        case .labels(let labels):
            return ("log-loss", LogLoss.mean(fit.predictions, labels: labels, weights: weights))
        case .numbers(let truths, let metric):
            let rows = NumberRows(width: target.width, truths: truths, values: fit.values)
            return (metric.name, metric.value(over: ScoredRows(rows), weights: weights))
        }
    }

    /// Given in the recipe, or fitted by an earlier step on all folds, or without the one that `fold` names.
    private func weights(_ context: StepContext, count: Int) throws -> [Double] {
        var weights = [Double](repeating: 1, count: count)
        if context.inputs["weights"] != nil {
            let fitted = try context.proven("weights") { bytes, name throws(FormatError) in
                try Weights(reading: bytes, name: name)
            }
            weights = fitted.weights
            if let fold = form.fold {
                guard fitted.folds.indices.contains(fold) else {
                    throw AblateError(.invalid, "no weights were fitted without fold \(fold)")
                }
                weights = fitted.folds[fold]
            }
        } else if case .given(let own) = form.weights {
            weights = own
        }
        guard weights.count == count, Weights.areProper(weights) else {
            throw AblateError(
                .invalid,
                "the weights are \(weights), and \(count) finite ones, none below 0 and not all 0, belong there")
        }
        return weights
    }

    private func write(_ values: [Double], of rows: [Int], to context: StepContext) throws {
        let table = Predictions(rows: rows, target: target, values: values)
        try context.write(table.bytes, as: "predictions")
    }
}
