// One recipe's part of the logbook as Markdown. Knows no other recipe.

internal import Digests
internal import Figures
internal import Results
internal import Scores
internal import Statistics
internal import Words

/// One recipe's logbook as text, and the figures it names.
struct RecipeMarkdown {
    private let logbook: RecipeResults
    /// What comes before each figure's name.
    private let prefix: String

    /// - Parameter prefix: sets the figures of several recipes in one folder apart.
    init(_ logbook: RecipeResults, prefix: String) { (self.logbook, self.prefix) = (logbook, prefix) }

    var text: String {
        let text = PageText(logbook: logbook)
        var lines = ["# \(escaped(logbook.name))", ""]
        if let about = logbook.about { lines += [escaped(about), ""] }
        lines += text.answers.map { "- \(escaped($0))" } + [""]
        if let incomplete = text.incomplete { lines += ["> \(incomplete)", ""] }
        lines += image(text.forestFigure)
        if !logbook.suggestions.isEmpty { lines += ["**What to try next.**", ""] + suggestions + [""] }
        if !logbook.warnings.isEmpty {
            lines += ["## Warnings", ""]
            lines += logbook.warnings.map { "- \(MarkdownText.code($0.address)): \(escaped($0.text))" } + [""]
        }
        lines += ablations(text) + scores(text)
        lines += section("Ensemble", compositions + image(text.contributionFigure) + image(text.correlationFigure))
        lines += ledger(text)
        lines += section("Training and calibration", text.figures.flatMap(image))
        if let look = logbook.texts {
            lines += section("Texts", [escaped(look.sentence), ""] + look.advice.map { "- \(escaped($0))" } + [""])
            lines += image(text.mapFigure)
        }
        lines += history(text)
        lines += ["## Cost and cache", ""]
        if !text.cacheSentence.isEmpty { lines += [text.cacheSentence, ""] }
        lines += ["| steps | recorded | seconds |", "|---|--:|--:|"]
        lines += logbook.costs.map { row([$0.kind, String($0.steps), Format.decimal($0.seconds, 1)]) } + [""]
        lines += image(text.timelineFigure) + image(text.graphFigure)
        if !logbook.failures.isEmpty {
            lines += ["## Failures of the last run", ""]
            lines += logbook.failures.map { "- \(MarkdownText.code($0.address)): \(escaped($0.message))" } + [""]
        }
        return (lines + provenance).joined(separator: "\n") + "\n"
    }

    /// The figures as files: SVG that needs nothing beside it, and Vega-Lite specifications of the same.
    var figures: [FormFile] {
        let text = PageText(logbook: logbook)
        let all =
            [
                text.forestFigure, text.scoreFigure, text.costFigure, text.contributionFigure, text.correlationFigure,
                text.leaderboardFigure, text.mapFigure, text.historyFigure, text.timelineFigure, text.graphFigure,
            ] + text.figures
            + logbook.ablations.flatMap { [text.pairFigure(of: $0), text.parameterFigure(of: $0)] }
        return all.filter { !$0.isEmpty }.flatMap { figure in
            [FormFile("\(LogbookMarkdown.folder)/\(file(figure))", .text(figure.file))]
                + (figure.specification.map {
                    [FormFile("\(LogbookMarkdown.folder)/\(stem(figure)).vl.json", .document($0))]
                } ?? [])
        }
    }

    // MARK: - Sections

    private var suggestions: [String] {
        logbook.suggestions.map { one in
            let price = one.cost.map { " (about \($0))" } ?? ""
            let command = one.command.map { "  \n  \(MarkdownText.code($0.text))" } ?? ""
            return "- \(escaped(one.sentence))\(price)\(command)"
        }
    }

    private func ablations(_ text: PageText) -> [String] {
        var lines: [String] = logbook.ablations.isEmpty ? [] : ["## Ablations", ""]
        for ablation in logbook.ablations {
            lines += ["### \(escaped(ablation.name))", "", "**Hypothesis.** \(escaped(ablation.hypothesis))", ""]
            lines += ["**Setup.** \(escaped(ablation.setupText(logbook.labels)))", "", "**Findings.**", ""]
            lines += [
                "| variant | changed | \(titles) | improvement | 95 % interval | p | verdict | own time |",
                "|---|---|\(logbook.metrics.map { _ in "--:|" }.joined())--:|--:|--:|---|--:|",
            ]
            for (arm, price) in zip(ablation.arms, ablation.times) {
                let scores =
                    arm.evaluation.map { text.scores($0.scores) }
                    ?? ["not run yet"] + logbook.metrics.dropFirst().map { _ in "" }
                let comparison =
                    arm.comparison.map { [$0.differenceText, $0.intervalText, $0.pText, $0.outcome.rawValue] }
                    ?? [arm.isBaseline ? "baseline" : "", "", "", ""]
                let changes = arm.changes.map(\.text).joined(separator: ", ")
                lines.append(
                    row(
                        [arm.label, changes + (arm.isConfounded ? " (confounded)" : "")] + scores + comparison + [price]
                    )
                )
            }
            lines += [""] + image(text.pairFigure(of: ablation)) + image(text.parameterFigure(of: ablation))
            lines += ["**Conclusion.** \(escaped(text.conclusions(of: ablation).joined(separator: " ")))", ""]
            lines += text.notes(of: ablation).map { "**Note on \(escaped($0.name)).** \(escaped($0.text))\n" }
            if let remark = ablation.remark { lines += ["**The writer.** \(escaped(remark))", ""] }
        }
        if !logbook.ablations.isEmpty { lines += [escaped(PageText.adjustment), ""] }
        return lines
    }

    private func scores(_ text: PageText) -> [String] {
        var lines = [
            "## Scores", "",
            "Out of fold\(text.chance("; chance is "))." + (text.hasEffects ? " \(PageText.effectsAbout)" : "")
                + (text.unlearnt.map { " \(escaped($0))" } ?? ""), "",
        ]
        let effects = text.hasEffects ? ["improvement", "95 % interval", "on"] : []
        let seeds = text.hasSeeds ? ["one seed alone"] : []
        let ranking = text.hasRanking ? ["labels learnt"] : []
        let others = logbook.metrics.dropFirst().map(\.title)
        let heads =
            ["result", "what it is", text.metricTitle] + ranking + others + effects + seeds + ["folds", "leaderboard"]
        let words: Set = ["result", "what it is", "on"]
        lines += [row(heads), "|" + heads.map { words.contains($0) ? "---|" : "--:|" }.joined()]
        for score in logbook.scores {
            let effect = logbook.effects[score.name]
            let gain = [effect?.differenceText ?? "–", effect?.intervalText ?? "", effect?.against ?? ""]
            let numbers =
                score.evaluation.map { evaluation in
                    [text.loss(evaluation.score)] + (text.hasRanking ? [text.loss(evaluation.ranked)] : [])
                        + text.scores(evaluation.scores).dropFirst() + (text.hasEffects ? gain : [])
                        + (text.hasSeeds ? [text.seeds(evaluation)] : []) + [text.folds(evaluation)]
                } ?? [score.absenceText ?? ""] + [String](repeating: "", count: heads.count - 4)
            lines.append(row([score.name, score.what] + numbers + [text.leaderboard(score.notes)]))
        }
        if text.hasStale { lines += ["", escaped(PageText.staleness)] }
        let notes = text.scoreNotes
        if !notes.isEmpty { lines += [""] + notes.map { "- \(escaped($0.name)): \(escaped($0.text))" } }
        return lines + [""] + image(text.scoreFigure) + image(text.costFigure)
    }

    private var compositions: [String] {
        let rows = PageText(logbook: logbook).compositionRows(isLater: false)
        guard !rows.isEmpty else { return [] }
        return ["| entry | made of | how much | over folds | what is counted |", "|---|---|--:|--:|---|"]
            + rows.map { row([$0.entry, $0.part, $0.value, $0.range, $0.measure]) } + [""]
    }

    private func ledger(_ text: PageText) -> [String] {
        guard !logbook.submissions.isEmpty else { return [] }
        var lines = ["| result | leaderboard | \(text.metricTitle) out of fold | remark |", "|---|--:|--:|---|"]
        lines += logbook.submissions.map { one in
            row([
                one.result, "\(one.leaderboard)" + (one.isCurrent ? "" : "*"), one.score.map(text.loss) ?? "–",
                one.text ?? "",
            ])
        }
        return section("Leaderboard", lines + [""] + image(text.leaderboardFigure))
    }

    private func history(_ text: PageText) -> [String] {
        var lines = image(text.historyFigure)
        if !logbook.history.results.isEmpty {
            lines += [
                "Results of earlier runs that the recipe as it is now does not have:", "",
                "| result | the recipe has changed since | \(titles) | runs |",
                "|---|---|\(logbook.metrics.map { _ in "--:|" }.joined())---|",
            ]
            lines += logbook.history.results.map { result in
                row(
                    [result.name, text.changes(result)] + text.scores(result.scores)
                        + [result.runs.map { "@\($0)" }.joined(separator: ", ")])
            }
            lines.append("")
        }
        return section("History", lines)
    }

    private var provenance: [String] {
        let provenance = logbook.provenance
        var lines = ["## Provenance", ""]
        lines += provenance.inputs.map { "- \(escaped($0.name)): \(MarkdownText.code($0.digest))" }
        lines += provenance.libraries.map { "- \(escaped($0.name)) \(escaped($0.versions.joined(separator: ", ")))" }
        lines += provenance.devices.map { "- device: \(escaped($0))" }
        lines += provenance.accepted.map { "- \(escaped($0.address)): \(escaped($0.words))" }
        return lines
    }

    // MARK: - Pieces

    /// The heads of the scores' columns.
    private var titles: String { logbook.metrics.map(\.title).joined(separator: " | ") }

    private func section(_ title: String, _ lines: [String]) -> [String] {
        lines.isEmpty ? [] : ["## \(title)", ""] + lines
    }

    private func file(_ figure: Figure) -> String { "\(stem(figure)).svg" }

    private func stem(_ figure: Figure) -> String { FileName.fitting("\(prefix)\(figure.name)") }

    private func image(_ figure: Figure) -> [String] {
        if figure.isEmpty { return [] }
        return [
            "![\(escaped(figure.title))](\(LogbookMarkdown.folder)/\(file(figure)))", "",
            "*\(escaped(figure.caption))*", "",
        ]
    }

    private func row(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }

    private func escaped(_ text: String) -> String { MarkdownText.escaped(text) }
}

extension Figure {
    /// The drawing as a file of its own, with what the page's style says of drawings and of colours.
    fileprivate var file: String { document(style: Self.style) }

    private static let style: String = {
        let lines = String(decoding: PackageResources.page_css, as: UTF8.self).split(separator: "\n")
        return lines.filter {
            $0.hasPrefix(":root") || $0.hasPrefix("svg ") || $0.hasPrefix("@media screen and (prefers-color-scheme")
        }.joined(separator: "\n") + "\nsvg { background: var(--ground); }\n"
    }()
}
