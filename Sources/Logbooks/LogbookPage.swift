// The logbook as one HTML file: no request to anywhere; its one script only sorts, filters and lights up.

internal import Mustache

extension Logbook {
    /// The page. Every text of the user's is escaped by the template; only figures,
    /// style and script are put in as they are.
    package var html: String {
        let text = PageText(logbook: self)
        let style = String(decoding: PackageResources.page_css, as: UTF8.self)
        let script = String(decoding: PackageResources.page_js, as: UTF8.self)
        let figures = text.figures
        var context: [String: Any] = [
            "name": name, "style": style, "script": script,
            "policy": ContentPolicy.text(style: style, script: script), "hasLeaderboard": text.hasLeaderboard,
            "hasFigures": !figures.isEmpty,
            "figures": figures.map { ["title": $0.title, "svg": $0.svg, "caption": $0.caption] },
            "scoreNotes": text.scoreNotes.map { ["name": $0.name, "text": $0.text] },
            "answers": text.answers.map { ["text": $0] }, "chance": text.chance,
            "scores": scores.map { row($0, text) }, "figure": text.scoreFigure,
            "hasAblations": !ablations.isEmpty, "ablations": ablations.map { entry($0, text) },
            "comparisons": Format.count(
                ablations.reduce(0) { $0 + $1.arms.count { $0.comparison != nil } }, "comparison"),
            "costs": costs.map {
                ["kind": $0.kind, "steps": String($0.steps), "seconds": Format.decimal($0.seconds, 1)]
            }, "hasFailures": !failures.isEmpty,
            "failures": failures.map { ["address": $0.address, "message": $0.message] },
            "inputs": provenance.inputs.map { ["name": $0.name, "digest": $0.digest] },
            "libraries": provenance.libraries.map {
                ["name": $0.name, "versions": $0.versions.joined(separator: ", ")]
            },
            "devices": provenance.devices.map { ["name": $0] },
            "accepted": provenance.accepted.map {
                ["address": $0.address, "words": Provenance.words(of: $0.acceptance)]
            },
        ]
        // A key that is absent is a section that is not shown; an optional without a value would be shown.
        context["about"] = about
        context["incomplete"] = text.incomplete
        if text.hasStale { context["staleness"] = PageText.staleness }
        if !text.costFigure.isEmpty { context["costFigure"] = text.costFigure }
        if !text.forestFigure.isEmpty { context["forest"] = text.forestFigure }
        return Self.template.render(context)
    }

    private static let template: MustacheTemplate = {
        do {
            return try MustacheTemplate(string: String(decoding: PackageResources.page_mustache, as: UTF8.self))
        } catch {
            preconditionFailure("the built-in page is no template: \(error)")
        }
    }()

    private func row(_ score: Score, _ text: PageText) -> [String: Any] {
        var row: [String: Any] = ["name": score.name, "what": score.what]
        row["absent"] = score.absence
        row["anchor"] = score.anchor
        if text.hasLeaderboard { row["leaderboard"] = text.leaderboard(score.notes) }
        guard let evaluation = score.evaluation else { return row }
        row["best"] = scores.allSatisfy { ($0.evaluation?.logLoss ?? .infinity) >= evaluation.logLoss }
        row["logLoss"] = text.loss(evaluation.logLoss)
        row["accuracy"] = text.share(evaluation.accuracy)
        row["seeds"] = text.seeds(evaluation)
        row["folds"] = text.folds(evaluation)
        return row
    }

    private func entry(_ ablation: AblationEntry, _ text: PageText) -> [String: Any] {
        var entry: [String: Any] = [
            "name": ablation.name, "hypothesis": ablation.hypothesis, "setup": ablation.setup,
            "figure": text.figure(of: ablation), "conclusions": ablation.conclusions.map { ["text": $0] },
            "variants": ablation.arms.map { arm -> [String: Any] in
                var row: [String: Any] = ["name": arm.name, "logLoss": "not run yet"]
                row["anchor"] = arm.anchor
                if let evaluation = arm.evaluation {
                    row["logLoss"] = text.loss(evaluation.logLoss)
                    row["accuracy"] = text.share(evaluation.accuracy)
                }
                if let comparison = arm.comparison {
                    row["difference"] = comparison.differenceText
                    row["interval"] = comparison.intervalText
                    row["p"] = comparison.pText
                    row["verdict"] = comparison.verdict
                } else if arm.isBaseline {
                    row["difference"] = "baseline"
                }
                return row
            },
        ]
        entry["remark"] = ablation.remark
        entry["tags"] = ablation.tags.map { ["text": $0] }
        entry["notes"] = text.notes(of: ablation).map { ["name": $0.name, "text": $0.text] }
        return entry
    }
}
