// The figures of scores and ablations, and of which numbers they are. How they are drawn is the figures' own business.

internal import Figures
internal import Results
internal import Statistics
internal import Words

extension PageText {
    /// Outcomes in the page's colours; what is neither is grey.
    static let outcomes: KeyValuePairs = [
        Verdict.Outcome.helps.rawValue: "#007a55", Verdict.Outcome.hurts.rawValue: "#b84300",
        Verdict.Outcome.equivalent.rawValue: "#0072b2", Verdict.Outcome.leaning.rawValue: "#666666",
        Verdict.Outcome.unresolved.rawValue: "#999999",
    ]

    /// More rows are not drawn: nobody reads them, and the table has them all.
    private static let mostRows = 60

    /// The strips of all scored results.
    var scoreFigure: Figure {
        let scored = logbook.scores.filter { $0.evaluation != nil }
        return Figure(
            name: "scores", title: "Scores by fold",
            DotChart.chart(
                scored.prefix(Self.mostRows).map { score in
                    DotChart.Row(name: score.name, dots: dots(score.evaluation!), mean: score.evaluation!.score)
                }, across: metricLabel),
            caption:
                "\(Format.sentence(metricTitle)) of each fold and seed (dots), and of the averaged predictions over all rows (bar)."
        )
    }

    /// The baseline and the variants that are furthest from it, in the order of the recipe.
    private func shown(_ ablation: AblationEntry) -> [AblationEntry.Arm] {
        let scored = ablation.arms.filter { $0.evaluation != nil }
        guard scored.count > Self.mostRows else { return scored }
        let sizes = scored.map { abs($0.comparison?.difference ?? 0) }.sorted(by: >)
        let least = sizes[Self.mostRows - 1]
        return scored.filter { $0.isBaseline || abs($0.comparison?.difference ?? 0) >= least }
    }

    func pairFigure(of ablation: AblationEntry) -> Figure {
        Figure(
            name: "ablation-\(ablation.name)", title: ablation.name,
            DotChart.chart(
                shown(ablation).map { arm in
                    DotChart.Row(name: arm.name, dots: dots(arm.evaluation!), mean: arm.evaluation!.score)
                }, across: metricLabel, joins: true),
            caption:
                "\(Format.sentence(metricTitle)) of each fold and seed; a line joins the same fold and seed. The bar is the score of the averaged predictions."
        )
    }

    private func dots(_ evaluation: Evaluation) -> [(part: String, value: Double)] {
        evaluation.cells.map { ("\($0.seed.isEmpty ? "" : $0.seed + " ")fold \($0.fold)", $0.score) }
    }

    /// The score against the one number that is varied; empty where it is no number, or not the only one.
    func parameterFigure(of ablation: AblationEntry) -> Figure {
        let paths = Set(ablation.arms.flatMap { $0.changes.map(\.path) })
        let baseline = ablation.arms.lazy.compactMap { $0.changes.first?.old }.first.flatMap(Double.init)
        var arms: [(x: Double, evaluation: Evaluation)] = []
        for arm in ablation.arms where paths.count == 1 && arm.evaluation != nil {
            let value = arm.isBaseline ? baseline : arm.changes.first?.new.flatMap(Double.init)
            if let value, value.isFinite { arms.append((value, arm.evaluation!)) }
        }
        arms.sort { $0.x < $1.x }
        let path = paths.first ?? ""
        var chart: Chart?
        if arms.count > 2 {
            // One seed is the average of itself.
            let names = arms[0].evaluation.seeds.map(\.name)
            let seeds = names.count > 1 ? names : []
            let lines = seeds.map { seed in
                (
                    title: "\(ablation.name), \(seed)",
                    points: arms.compactMap { arm in
                        arm.evaluation.seeds.first { $0.name == seed }?.score.map { (x: arm.x, y: $0) }
                    }
                )
            }
            let whole = (title: "averaged", points: arms.map { (x: $0.x, y: $0.evaluation.score) })
            chart = CurveChart.chart(
                [
                    CurveChart.Series(name: "averaged predictions", lines: [whole]),
                    CurveChart.Series(name: "each seed", lines: lines),
                ].filter { !$0.lines.isEmpty }, "\(metricTitle) against \(path)", across: path, up: metricLabel,
                style: .dots,
                form: arms[0].x > 0 && arms[arms.count - 1].x / arms[0].x > 20 ? .logarithmic : .linear)
        }
        return Figure(
            name: "parameter-\(ablation.name)", title: "\(ablation.name) by \(path)", chart,
            caption: "\(Format.sentence(metricTitle)) against \(path).")
    }

    /// How the confusions of a variant differ from its baseline's.
    func confusionFigure(of arm: AblationEntry.Arm) -> Figure {
        let confusion = arm.detail?.confusion ?? []
        let most = confusion.flatMap { $0.map(abs) }.max() ?? 0
        return Figure(
            name: "confusion-\(arm.name)", title: "Confusions of \(arm.label)",
            most > 0 && confusion.count <= 20
                ? HeatChart.chart(
                    logbook.labels, confusion, "difference of confusions, \(arm.label)", most: max(most, 0.02)) : nil,
            caption:
                "Of the rows of a class (line), the share that is predicted as each class (column): the variant's less the baseline's. On the diagonal more is better."
        )
    }

    /// The differences of all ablations, the largest first where there are too many.
    var forestFigure: Figure {
        var rows = logbook.ablations.flatMap { ablation in
            ablation.arms.compactMap { arm in
                arm.comparison.map {
                    ForestChart.Row(
                        name: "\(ablation.name): \(arm.name)", difference: $0.difference, interval: $0.interval,
                        kind: $0.outcome.rawValue, word: $0.outcome.rawValue)
                }
            }
        }
        let all = rows.count
        if all > Self.mostRows {
            let least = rows.map { abs($0.difference) }.sorted(by: >)[Self.mostRows - 1]
            rows = rows.filter { abs($0.difference) >= least }
        }
        let more = rows.count < all ? " The \(rows.count) largest of \(all)." : ""
        return Figure(
            name: "forest", title: "Ablations",
            ForestChart.chart(
                rows, "improvement of each variant over its baseline, with interval",
                across: "improvement in \(metricLabel)", sides: ("← worse", "better →"), kinds: Self.outcomes),
            caption:
                "Improvement of each variant over its baseline, with its 95 % interval. A full mark helps or hurts; a hollow one is not settled.\(more)"
        )
    }
}
