// The figures of all that is not an ablation: ensembles, leaderboard, history, cost, plan, texts, training.

internal import Figures
internal import Results
internal import Scores
internal import Statistics
internal import Words
internal import Targets

extension PageText {
    /// What each member adds to its average.
    var contributionFigure: Figure {
        Figure(
            name: "contributions", title: "What each member adds",
            ForestChart.chart(
                logbook.contributions.map {
                    ForestChart.Row(
                        name: "\($0.member) in \($0.ensemble)", difference: $0.difference, interval: $0.interval,
                        kind: $0.outcome.rawValue, word: $0.word)
                }, "contribution of each member to its average",
                across: "log loss without it, less with it (nats per row)", sides: ("← better without", "needed →"),
                kinds: Self.outcomes),
            caption:
                "Log loss of the average without the member, less that of the whole average, with the 95 % interval over groups; from the recorded losses, nothing is run."
        )
    }

    var correlationFigure: Figure {
        let models = logbook.scores.filter { $0.isModel && $0.evaluation?.losses["average"] != nil }.prefix(24)
        let evaluations = models.compactMap(\.evaluation)
        return Figure(
            name: "correlation", title: "Correlation of errors",
            HeatChart.chart(
                models.map(\.name), evaluations.map { left in evaluations.map(left.correlation) },
                "correlation of the models' errors"),
            caption:
                "Pearson's correlation of the models' losses, row by row. Models with little in common gain most from being averaged."
        )
    }

    /// Scores of a leaderboard against our own.
    var leaderboardFigure: Figure {
        let points = logbook.submissions.compactMap { one in
            one.score.flatMap { own in
                one.isCurrent ? ScatterChart.Point(name: one.result, x: own, y: one.leaderboard) : nil
            }
        }
        return Figure(
            name: "leaderboard", title: "Leaderboard against out of fold",
            ScatterChart.chart(
                points, across: "\(metricTitle) out of fold (\(metricUnit))", up: "leaderboard", isLogarithmic: false
            ) { Format.score($0) },
            caption:
                "The leaderboard's score of each result against its own, where it has the predictions that were scored."
        )
    }

    /// The best score of each run.
    var historyFigure: Figure {
        let runs = logbook.history.runs.filter(\.isComparable)
        let line = (title: "best score", points: runs.map { (x: Double($0.number), y: $0.score) })
        return Figure(
            name: "history", title: "Best score of each run",
            runs.count > 1
                ? CurveChart.chart(
                    [CurveChart.Series(name: "best of the run", lines: [line])], "best score of each run",
                    across: "run",
                    up: metricLabel, style: .dots, form: .whole) : nil,
            caption: "The best \(metricTitle) out of fold of each run, over the same rows and folds as today's.")
    }

    /// What each result cost against what it scores.
    var costFigure: Figure {
        Figure(
            name: "cost", title: "Cost and score",
            ScatterChart.chart(
                logbook.scores.compactMap { score in
                    score.evaluation.map { ScatterChart.Point(name: score.name, x: score.seconds, y: $0.score) }
                }, across: "seconds of recorded steps", up: metricLabel, isLogarithmic: true
            ) { "\(Format.decimal($0, 1)) s" },
            caption:
                "Seconds of all recorded steps that a result’s out-of-fold predictions rest on, against its \(metricTitle). Left and \(isLowerBetter ? "low" : "high") is better."
        )
    }

    /// When the last run did what.
    var timelineFigure: Figure {
        let kinds: [(name: String, kinds: Set<String>)] = [
            ("fine-tune, fit", ["finetune", "fit", "stack"]), ("predict", ["predict"]), ("all else", []),
        ]
        let lanes = logbook.timeline.lanes.filter { !$0.bars.isEmpty }.prefix(30).map { lane in
            TimelineChart.Lane(
                name: lane.name,
                bars: lane.bars.map { bar in
                    let series = kinds.firstIndex { $0.kinds.contains(bar.kind) } ?? kinds.count - 1
                    return TimelineChart.Bar(
                        title:
                            "\(bar.address): \(Format.duration(bar.seconds)), from \(Format.duration(bar.start)) on",
                        start: bar.start, seconds: bar.seconds, kind: series)
                }, remark: lane.hits > 0 ? "\(lane.hits) reused" : "")
        }
        return Figure(
            name: "timeline", title: "The last run",
            TimelineChart.chart(
                Array(lanes), kinds: kinds.map(\.name), "steps of the last run in time"),
            caption: "What the last run did when. What it found in the store stands at the right.")
    }

    /// The plan, with folds and seeds as one.
    var graphFigure: Figure {
        let nodes = logbook.graph.nodes
        return Figure(
            name: "plan", title: "The plan",
            nodes.count > StepGraph.mostNodes
                ? nil
                : GraphChart.chart(
                    nodes.map { node in
                        GraphChart.Node(
                            name: node.name, what: node.kind + (node.count > 1 ? " × \(node.count)" : ""),
                            layer: node.layer, dependencies: node.dependencies.sorted())
                    }, "steps and what they are made of; folds and seeds are one box"),
            caption: "What is made of what. Steps of several folds, seeds or variants are one box.")
    }

    /// The texts on a map, near to each other where their words are.
    var mapFigure: Figure {
        let clusters = logbook.texts?.clusters ?? []
        let column = logbook.texts?.column ?? "text"
        return Figure(
            name: "texts", title: "Map of the texts",
            MapChart.chart(
                clusters.enumerated().map { index, cluster in
                    let name = cluster.words.prefix(3).joined(separator: " ")
                    return MapChart.Series(
                        name: name.isEmpty ? "cluster \(index + 1)" : name,
                        points: cluster.points.map { ("row \($0.row + 1): \(name)", $0.x, $0.y) })
                }, "map of the texts"),
            caption:
                "Each point is one \(column), placed by its words (TF-IDF, two components); colours are clusters, named by the words that set them apart. Only nearness means something."
        )
    }

    /// Figures of training and calibration; those without anything to show are left out.
    var figures: [Figure] { [reliabilityFigure, curveFigure].filter { !$0.isEmpty } }

    /// More lines cannot be told apart.
    private static let mostReliabilities = 7

    private var reliabilityFigure: Figure {
        let scored = logbook.scores.filter { !($0.evaluation?.bins ?? []).isEmpty }
        let limit = scored.map { $0.evaluation!.score }.sorted().prefix(Self.mostReliabilities).last ?? 0
        let shown = scored.filter { $0.evaluation!.score <= limit }.prefix(Self.mostReliabilities)
        let chart = CurveChart.chart(
            shown.map { score in
                let evaluation = score.evaluation!
                let name = "\(score.name), ECE \(Format.decimal(evaluation.calibrationError ?? 0, 3))"
                return CurveChart.Series(
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
            }, "reliability diagram", across: "probability of the predicted class", up: "share correct", style: .dots,
            form: .unit)
        let more = scored.count > shown.count ? " The best \(shown.count) of \(scored.count) results." : ""
        return Figure(
            name: "reliability", title: "Reliability", shown.isEmpty ? nil : chart,
            caption:
                "Share of correct predictions against the probability of the predicted class, in ten bins. On the dashed diagonal probabilities are what they say; below it they are too sure. ECE is the mean distance to it, over rows.\(more)"
        )
    }

    /// More series make a hedge of lines.
    private static let mostCurves = 14

    private var curveFigure: Figure {
        var seen: Set<String> = []
        let names = logbook.curves.map(\.result).filter { seen.insert($0).inserted }
        let chart = CurveChart.chart(
            names.prefix(Self.mostCurves).map { name in
                let own = logbook.curves.filter { $0.result == name }
                let lines = own.map { (title: "\(name), \($0.part)", points: CurveChart.thinned($0.losses, to: 40)) }
                return CurveChart.Series(name: name, lines: lines)
            }, "training loss of each fine-tune", across: "optimizer step",
            up: "training loss (\(logbook.target.kind == .classes ? "nats per row" : "of standardised numbers"))",
            style: .means)
        let more = names.count > Self.mostCurves ? " The first \(Self.mostCurves) of \(names.count) results." : ""
        return Figure(
            name: "loss-curves", title: "Loss curves", chart,
            caption:
                "Training loss of each fine-tune, a thin line for each seed and fold, averaged over stretches of steps; the thick line is their mean.\(more)"
        )
    }
}
