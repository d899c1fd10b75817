// The logbook as Markdown, for code hosts.

extension Logbook {
    package var markdown: String {
        let text = PageText(logbook: self)
        var lines = ["# \(escaped(name))", ""]
        if let about { lines += [escaped(about), ""] }
        lines += text.answers.map { "- \(escaped($0))" } + [""]
        if let incomplete = text.incomplete { lines += ["> \(incomplete)", ""] }
        lines += ["## Scores", "", "Out of fold; chance is \(text.chance).", ""]
        lines += [
            "| result | what it is | log loss | accuracy | one seed alone | folds | leaderboard |",
            "|---|---|--:|--:|--:|--:|--:|",
        ]
        for score in scores {
            let numbers =
                score.evaluation.map {
                    [text.loss($0.logLoss), text.share($0.accuracy), text.seeds($0), text.folds($0)]
                }
                ?? [score.absence ?? "", "", "", ""]
            lines.append(row([score.name, score.what] + numbers + [text.leaderboard(score.notes)]))
        }
        if text.hasStale { lines += ["", escaped(PageText.staleness)] }
        let notes = text.scoreNotes
        if !notes.isEmpty { lines += [""] + notes.map { "- \(escaped($0.name)): \(escaped($0.text))" } }
        if !ablations.isEmpty { lines += ["", "## Ablations"] }
        for ablation in ablations {
            lines += ["", "### \(escaped(ablation.name))", "", "**Hypothesis.** \(escaped(ablation.hypothesis))", ""]
            lines += ["**Setup.** \(escaped(ablation.setup))", "", "**Findings.**", ""]
            lines += [
                "| variant | log loss | accuracy | improvement | 95 % interval | p | verdict |",
                "|---|--:|--:|--:|--:|--:|---|",
            ]
            for arm in ablation.arms {
                let scores =
                    arm.evaluation.map { [text.loss($0.logLoss), text.share($0.accuracy)] } ?? ["not run yet", ""]
                let comparison =
                    arm.comparison.map { [$0.differenceText, $0.intervalText, $0.pText, $0.verdict] }
                    ?? [arm.isBaseline ? "baseline" : "", "", "", ""]
                lines.append(row([arm.name] + scores + comparison))
            }
            lines += ["", "**Conclusion.** \(escaped(ablation.conclusions.joined(separator: " ")))"]
            lines += text.notes(of: ablation).map { "\n**Note on \(escaped($0.name)).** \(escaped($0.text))" }
            if let remark = ablation.remark { lines += ["", "**The writer.** \(escaped(remark))"] }
        }
        lines += ["", "## Cost", "", "| steps | recorded | seconds |", "|---|--:|--:|"]
        lines += costs.map { row([$0.kind, String($0.steps), Format.decimal($0.seconds, 1)]) }
        if !failures.isEmpty {
            lines += ["", "## Failures of the last run", ""]
            lines += failures.map { "- `\($0.address)`: \(escaped($0.message))" }
        }
        lines += ["", "## Provenance", ""]
        lines += provenance.inputs.map { "- \(escaped($0.name)): `\($0.digest)`" }
        lines += provenance.libraries.map { "- \(escaped($0.name)) \(escaped($0.versions.joined(separator: ", ")))" }
        lines += provenance.devices.map { "- device: \(escaped($0))" }
        lines += provenance.accepted.map { "- \(escaped($0.address)): \(escaped(Provenance.words(of: $0.acceptance)))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private func row(_ cells: [String]) -> String { "| " + cells.map(escaped).joined(separator: " | ") + " |" }

    private func escaped(_ text: String) -> String { MarkdownText.escaped(text) }
}
