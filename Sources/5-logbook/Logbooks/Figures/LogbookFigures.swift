// The figures of scores and ablations, and of which numbers they are. How they are drawn is the figures' own business.

internal import Digests

extension PageText {
    /// A figure with its place in the page and among the files of a Markdown logbook.
    struct Figure {
        /// What its file is called, without ending.
        let name: String
        let title: String
        let caption: String
        /// Empty where there is nothing to draw.
        let svg: String
        private let drawing: (any Drawing)?

        init(name: String, title: String, _ drawing: (any Drawing)?, caption: String) {
            (self.name, self.title, self.drawing, self.caption) = (name, title, drawing, caption)
            svg = drawing?.svg ?? ""
        }

        var isEmpty: Bool { svg.isEmpty }

        /// The same numbers for other tools; nil where there is nothing to draw.
        var specification: JSON? {
            isEmpty ? nil : drawing.map { VegaLite.document($0, title: title, caption: caption) }
        }
    }

    /// More rows are not drawn: nobody reads them, and the table has them all.
    private static let mostRows = 60

    /// The strips of all scored results.
    var scoreFigure: Figure {
        let scored = logbook.scores.filter { $0.evaluation != nil }
        return Figure(
            name: "scores", title: "Scores by fold",
            DotFigure(
                rows: scored.prefix(Self.mostRows).map { score in
                    DotFigure.Row(name: score.name, dots: dots(score.evaluation!), mean: score.evaluation!.score)
                }, label: "\(metricTitle) (\(metricUnit))", joins: false
            ),
            caption: "Log loss of each fold and seed (dots), and of the averaged predictions over all rows (bar).")
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
            DotFigure(
                rows: shown(ablation).map { arm in
                    DotFigure.Row(name: arm.name, dots: dots(arm.evaluation!), mean: arm.evaluation!.score)
                }, label: "\(metricTitle) (\(metricUnit))", joins: true
            ),
            caption:
                "Log loss of each fold and seed; a line joins the same fold and seed. The bar is the score of the averaged predictions."
        )
    }

    private func dots(_ evaluation: Evaluation) -> [(name: String, value: Double)] {
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
        let drawing: CurveFigure?
        if arms.count > 2 {
            // One seed is the average of itself.
            let names = arms[0].evaluation.seeds.map(\.name)
            let seeds = names.count > 1 ? names : []
            let lines = seeds.map { seed in
                (
                    title: "\(ablation.name), \(seed)",
                    points: arms.compactMap { arm in
                        arm.evaluation.seeds.first { $0.name == seed }.map { (x: arm.x, y: $0.score) }
                    }
                )
            }
            let whole = (title: "averaged", points: arms.map { (x: $0.x, y: $0.evaluation.score) })
            drawing =
                CurveFigure(
                    series: [
                        CurveFigure.Series(name: "averaged predictions", lines: [whole]),
                        CurveFigure.Series(name: "each seed", lines: lines),
                    ].filter { !$0.lines.isEmpty }, across: path, up: "\(metricTitle) (\(metricUnit))",
                    label: "\(metricTitle) against \(path)", hasDots: true,
                    isLogarithmic: arms[0].x > 0 && arms[arms.count - 1].x / arms[0].x > 20
                )
        } else {
            drawing = nil
        }
        return Figure(
            name: "parameter-\(ablation.name)", title: "\(ablation.name) by \(path)", drawing,
            caption: "Log loss against \(path).")
    }

    /// How the confusions of a variant differ from its baseline's.
    func confusionFigure(of arm: AblationEntry.Arm) -> Figure {
        let confusion = arm.detail?.confusion ?? []
        let most = confusion.flatMap { $0.map(abs) }.max() ?? 0
        return Figure(
            name: "confusion-\(arm.name)", title: "Confusions of \(arm.label)",
            most > 0 && confusion.count <= 20
                ? HeatFigure(
                    names: logbook.labels, values: confusion, label: "difference of confusions, \(arm.label)",
                    most: max(most, 0.02)
                ) : nil,
            caption:
                "Of the rows of a class (line), the share that is predicted as each class (column): the variant's less the baseline's. On the diagonal more is better."
        )
    }

    /// The differences of all ablations, the largest first where there are too many.
    var forestFigure: Figure {
        var rows = logbook.ablations.flatMap { ablation in
            ablation.arms.compactMap { arm in
                arm.comparison.map {
                    ForestFigure.Row(
                        name: "\(ablation.name): \(arm.name)", difference: $0.difference, interval: $0.interval,
                        outcome: $0.outcome)
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
            ForestFigure(rows: rows, across: "improvement in \(metricTitle) (\(metricUnit))"),
            caption:
                "Improvement of each variant over its baseline, with its 95 % interval. A full mark helps or hurts; a hollow one is not settled.\(more)"
        )
    }
}
