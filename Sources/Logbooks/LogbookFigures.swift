// Which figures a logbook has, and of which numbers. How they are drawn is the figures' own business.

extension PageText {
    /// The strips of all scored results.
    var scoreFigure: String {
        DotFigure(
            rows: logbook.scores.compactMap { score in
                score.evaluation.map { DotFigure.Row(name: score.name, dots: dots($0), mean: $0.logLoss) }
            }, label: "log loss (nats per row)", joins: false
        ).svg
    }

    func figure(of ablation: AblationEntry) -> String {
        DotFigure(
            rows: ablation.arms.compactMap { arm in
                arm.evaluation.map { DotFigure.Row(name: arm.name, dots: dots($0), mean: $0.logLoss) }
            }, label: "log loss (nats per row)", joins: true
        ).svg
    }

    private func dots(_ evaluation: Evaluation) -> [(name: String, value: Double)] {
        evaluation.cells.map { ("\($0.seed.isEmpty ? "" : $0.seed + " ")fold \($0.fold)", $0.logLoss) }
    }

    /// All differences of all ablations.
    var forestFigure: String {
        ForestFigure(
            rows: logbook.ablations.flatMap { ablation in
                ablation.arms.compactMap { arm in
                    arm.comparison.map {
                        ForestFigure.Row(
                            name: "\(ablation.name): \(arm.name)", difference: $0.difference, interval: $0.interval,
                            verdict: $0.verdict)
                    }
                }
            }
        ).svg
    }

    /// Title, figure and caption of what stands below the ablations; those without anything to show are left out.
    var figures: [(title: String, svg: String, caption: String)] {
        [
            (
                "Reliability", reliabilityFigure,
                "Share of correct predictions against the probability of the predicted class, in ten bins; bins with less than a hundredth of the rows are left out. Of more than seven results the best are shown. On the dashed diagonal probabilities are what they say; below it they are too sure. ECE is the mean distance to it, over rows."
            ),
            (
                "Correlation of errors", correlationFigure,
                "Pearson's correlation of the models' log losses, row by row. Models with little in common gain most from being averaged."
            ),
            (
                "Loss curves", curveFigure,
                "Training loss of each fine-tune, a thin line for each seed and fold, averaged over stretches of steps; the thick line is their mean."
            ),
        ].filter { !$0.1.isEmpty }
    }

    /// More lines cannot be told apart.
    private static let mostReliabilities = 7

    private var reliabilityFigure: String {
        let scored = logbook.scores.filter { !($0.evaluation?.bins ?? []).isEmpty }
        let limit = scored.map { $0.evaluation!.logLoss }.sorted().prefix(Self.mostReliabilities).last ?? 0
        let shown = scored.filter { $0.evaluation!.logLoss <= limit }.prefix(Self.mostReliabilities)
        return CurveFigure(
            series: shown.map { score in
                let evaluation = score.evaluation!
                let name = "\(score.name), ECE \(Format.decimal(evaluation.calibrationError, 3))"
                return CurveFigure.Series(
                    name: name,
                    lines: [
                        (
                            name,
                            // One row in a bin is right or wrong: a point at the top or the bottom that says nothing.
                            evaluation.bins.filter { $0.rows * 100 >= evaluation.rows }.map {
                                ($0.confidence, $0.accuracy)
                            }
                        )
                    ])
            }, across: "probability of the predicted class", up: "share correct", label: "reliability diagram",
            isUnitSquare: true, hasDots: true
        ).svg
    }

    /// What each result cost against what it scores.
    var costFigure: String {
        ScatterFigure(
            points: logbook.scores.compactMap { score in
                score.evaluation.map { ScatterFigure.Point(name: score.name, x: score.seconds, y: $0.logLoss) }
            }, across: "seconds of recorded steps", up: "log loss (nats per row)"
        ).svg
    }

    private var correlationFigure: String {
        let models = logbook.scores.filter { $0.isModel && $0.evaluation?.losses["average"] != nil }
        let losses = models.map { $0.evaluation!.losses["average"]! }
        return HeatFigure(
            names: models.map(\.name),
            values: losses.map { left in losses.map { HeatFigure.correlation(left, $0) } },
            label: "correlation of the models' errors"
        ).svg
    }

    private var curveFigure: String {
        var names: [String] = []
        for curve in logbook.curves where !names.contains(curve.result) { names.append(curve.result) }
        return CurveFigure(
            series: names.map { name in
                let own = logbook.curves.filter { $0.result == name }
                let lines = own.map { (title: "\(name), \($0.part)", points: CurveFigure.thinned($0.losses, to: 40)) }
                return CurveFigure.Series(name: name, lines: lines, hasMean: true)
            }, across: "optimizer step", up: "training loss (nats per row)", label: "training loss of each fine-tune"
        ).svg
    }
}
