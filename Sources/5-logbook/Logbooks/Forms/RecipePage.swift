// One recipe's part of the page, as values for the template. Knows no markup but that of finished figures.

internal import Figures
internal import Results
internal import Scores
internal import Statistics
internal import Words

struct RecipePage {
    let logbook: RecipeResults
    /// Whether the page has no other recipe: then its places need no name before them.
    let isSingle: Bool
    private let text: PageText

    init(logbook: RecipeResults, isSingle: Bool) {
        (self.logbook, self.isSingle, text) = (logbook, isSingle, PageText(logbook: logbook))
    }

    var context: [String: Any] {
        let more = figures(text.figures)
        var context: [String: Any] = [
            "recipe": logbook.name, "at": isSingle ? "" : "\(logbook.name)/", "isSingle": isSingle,
            "of": isSingle ? "" : " of \(logbook.name)",
            "metric": text.metricTitle, "metrics": logbook.metrics.map { ["title": $0.title] },
            "otherMetrics": logbook.metrics.dropFirst().map { ["title": $0.title] },
            "better": text.isLowerBetter ? "Lower" : "Higher", "differenceAbout": differenceAbout,
            "detailOf": detailOf, "chance": text.chance("; chance is "), "chanceAlone": text.chance("Chance is "),
            "hasChance": !text.chance("").isEmpty, "hasLeaderboard": text.hasLeaderboard,
            "answers": list(text.effectSentences),
            "verdicts": text.verdicts.map(verdict), "suggestions": logbook.suggestions.map(suggestion),
            "hasSuggestions": !logbook.suggestions.isEmpty,
            "scores": logbook.scores.map(score), "hasSeeds": text.hasSeeds, "hasEffects": text.hasEffects,
            "effectsAbout": PageText.effectsAbout,
            "scoreNotes": text.scoreNotes.map { ["name": $0.name, "text": $0.text] },
            "scoreFigures": figures([text.scoreFigure, text.costFigure]),
            "hasAblations": !logbook.ablations.isEmpty, "ablations": logbook.ablations.map(entry),
            "adjustment": PageText.adjustment, "hasRanking": text.hasRanking,
            "warnings": logbook.warnings.map { ["address": $0.address, "text": $0.text] },
            "hasWarnings": !logbook.warnings.isEmpty,
            "moreFigures": more, "hasMoreFigures": !more.isEmpty,
            "costs": logbook.costs.map {
                ["kind": $0.kind, "steps": String($0.steps), "seconds": Format.decimal($0.seconds, 1)]
            },
            "cacheSentence": text.cacheSentence, "costFigures": figures([text.timelineFigure, text.graphFigure]),
            "failures": logbook.failures.map { ["address": $0.address, "message": $0.message] },
            "hasFailures": !logbook.failures.isEmpty,
        ]
        context["about"] = logbook.about
        context["unlearnt"] = text.unlearnt
        context["incomplete"] = text.incomplete
        if let best = logbook.best, let evaluation = best.evaluation {
            context["best"] = [
                [
                    "bestName": best.name, "bestLoss": text.loss(evaluation.score),
                    "bestOthers": text.others(evaluation),
                    "bestRanking": text.withoutUnseen(evaluation).map { "; \($0)" } ?? "",
                ]
            ]
        }
        if text.hasStale { context["staleness"] = PageText.staleness }
        if !text.forestFigure.isEmpty { context["forest"] = figures([text.forestFigure]) }
        if logbook.ablations.count > 1 { context["summary"] = [["summaryRows": logbook.ablations.flatMap(summary)]] }
        let ensemble = figures([text.contributionFigure, text.correlationFigure])
        let (first, later) = (compositions(isLater: false), compositions(isLater: true))
        if !ensemble.isEmpty || !first.isEmpty {
            context["ensemble"] = [
                ["ensembleFigures": ensemble, "compositions": first, "laterCompositions": later]
            ]
        }
        if let look = logbook.texts {
            context["look"] = [
                [
                    "lookSentence": look.sentence, "lookAdvice": list(look.advice),
                    "lookFigures": figures([text.mapFigure]),
                ]
            ]
        }
        if !logbook.submissions.isEmpty {
            context["ledger"] = [
                [
                    "submissions": logbook.submissions.map(submission),
                    "ledgerFigures": figures([text.leaderboardFigure]),
                ]
            ]
        }
        if !logbook.history.results.isEmpty || logbook.history.runs.count > 1 { context["history"] = [history] }
        for (name, value) in provenance { context[name] = value }
        return context
    }

    private func compositions(isLater: Bool) -> [[String: Any]] {
        let rows = text.compositionRows(isLater: isLater).map { row -> [String: Any] in
            var cells: [String: Any] = [
                "entry": row.entry, "part": row.part, "value": row.value, "range": row.range,
            ]
            if !row.measure.isEmpty { cells["measure"] = row.measure }
            return cells
        }
        return rows.isEmpty ? [] : [["rows": rows]]
    }

    private func list(_ texts: [String]) -> [[String: Any]] { texts.map { ["text": $0] } }

    private func figures(_ figures: [Figure]) -> [[String: Any]] {
        figures.filter { !$0.isEmpty }.map { ["figureTitle": $0.title, "svg": $0.svg, "caption": $0.caption] }
    }

    /// Rows and slices are looked at by their losses, whatever decides.
    private var detailOf: String { text.metric is LogLoss ? "" : " in log loss" }

    /// How an improvement is worked out.
    private var differenceAbout: String {
        let title = text.metricTitle
        return text.isLowerBetter
            ? "the baseline's \(title) less the variant's" : "the variant's \(title) less the baseline's"
    }

    // MARK: - In short

    private func verdict(_ verdict: PageText.VerdictLine) -> [String: Any] {
        [
            "verdict": verdict.outcome.rawValue, "ablationName": verdict.ablation, "change": verdict.change,
            "difference": verdict.difference, "interval": verdict.interval, "rest": verdict.rest,
        ]
    }

    private func suggestion(_ suggestion: Suggestion) -> [String: Any] {
        var one: [String: Any] = ["reason": suggestion.sentence]
        one["command"] = suggestion.command?.text
        one["price"] = suggestion.cost
        return one
    }

    // MARK: - Scores

    private func score(_ score: Score) -> [String: Any] {
        var row: [String: Any] = ["name": score.name, "what": score.what]
        row["absent"] = score.absenceText
        row["columns"] = String(
            1 + logbook.metrics.count + (text.hasRanking ? 1 : 0) + (text.hasEffects ? 3 : 0) + (text.hasSeeds ? 1 : 0))
        row["anchor"] = score.anchor
        if text.hasLeaderboard { row["leaderboard"] = text.leaderboard(score.notes) }
        if text.hasEffects { row["effect"] = effect(logbook.effects[score.name]) }
        guard let evaluation = score.evaluation else { return row }
        row["isBest"] = score.name == logbook.best?.name
        row["score"] = text.loss(evaluation.score)
        row["others"] = text.scores(evaluation.scores).dropFirst().map { ["value": $0] }
        if text.hasRanking { row["ranking"] = text.loss(evaluation.ranked) }
        if text.hasSeeds { row["seeds"] = text.seeds(evaluation) }
        row["folds"] = text.folds(evaluation)
        return row
    }

    private func effect(_ effect: StageEffect?) -> [[String: Any]] {
        [
            [
                "gain": effect?.differenceText ?? "–", "gainInterval": effect?.intervalText ?? "",
                "against": effect?.against ?? "",
            ]
        ]
    }

    private func submission(_ one: RecipeResults.Submission) -> [String: Any] {
        [
            "result": one.result, "given": "\(one.leaderboard)" + (one.isCurrent ? "" : "*"),
            "own": one.score.map(text.loss) ?? "–", "remarkText": one.text ?? "",
        ]
    }

    private var history: [String: Any] {
        [
            "historyFigures": figures([text.historyFigure]), "hasPast": !logbook.history.results.isEmpty,
            "past": logbook.history.results.map { result in
                [
                    "result": result.name, "pastAnchor": result.anchor,
                    "values": text.scores(result.scores).map { ["value": $0] },
                    "runs": result.runs.map { "@\($0)" }.joined(separator: ", "),
                    "changes": text.changes(result),
                ]
            },
        ]
    }

    private var provenance: [String: Any] {
        [
            "inputs": logbook.provenance.inputs.map { ["name": $0.name, "digest": $0.digest] },
            "libraries": logbook.provenance.libraries.map {
                ["name": $0.name, "versions": $0.versions.joined(separator: ", ")]
            },
            "devices": logbook.provenance.devices.map { ["name": $0] },
            "accepted": logbook.provenance.accepted.map {
                ["address": $0.address, "words": $0.words]
            },
        ]
    }

    // MARK: - Ablations

    private func summary(_ ablation: AblationEntry) -> [[String: Any]] {
        let all = logbook.ablations.flatMap { $0.arms.filter { !$0.isBaseline } }
        let times = Dictionary(
            zip(
                logbook.ablations.flatMap { one in one.arms.filter { !$0.isBaseline }.map { "\(one.name)/\($0.name)" }
                },
                AblationEntry.times(of: all)), uniquingKeysWith: { first, _ in first })
        return ablation.arms.filter { !$0.isBaseline }.map { arm in
            var row = variant(arm, took: times["\(ablation.name)/\(arm.name)"] ?? "")
            row["ablationName"] = ablation.name
            return row
        }
    }

    private func variant(_ arm: AblationEntry.Arm, took: String) -> [String: Any] {
        var row: [String: Any] = [
            "name": arm.name, "label": arm.label, "score": "not run yet",
            "others": logbook.metrics.dropFirst().map { _ in ["value": ""] }, "difference": "",
            "interval": "", "p": "",
            "confounded": arm.isConfounded,
            "changes": arm.isBaseline ? "baseline" : arm.changes.map(\.text).joined(separator: ", "),
            "price": took,
        ]
        row["anchor"] = arm.anchor
        if arm.label != arm.name { row["whole"] = arm.name }
        if let evaluation = arm.evaluation {
            row["score"] = text.loss(evaluation.score)
            row["others"] = text.scores(evaluation.scores).dropFirst().map { ["value": $0] }
        }
        if let comparison = arm.comparison {
            row["difference"] = comparison.differenceText
            row["interval"] = comparison.intervalText
            row["p"] = comparison.pText
            row["verdict"] = comparison.outcome.rawValue
        } else if arm.isBaseline {
            row["difference"] = "baseline"
        }
        return row
    }

    private func entry(_ ablation: AblationEntry) -> [String: Any] {
        var entry: [String: Any] = [
            "name": ablation.name, "hypothesis": ablation.hypothesis, "setup": ablation.setupText(logbook.labels),
            "conclusions": list(text.conclusions(of: ablation)),
            "variants": zip(ablation.arms, ablation.times).map { variant($0, took: $1) },
            "entryFigures": figures([text.pairFigure(of: ablation), text.parameterFigure(of: ablation)]),
            "details": ablation.arms.compactMap(detail), "tags": list(ablation.tags),
            "notes": text.notes(of: ablation).map { ["name": $0.name, "text": $0.text] },
        ]
        entry["remark"] = ablation.remark
        return entry
    }

    private func detail(_ arm: AblationEntry.Arm) -> [String: Any]? {
        guard let detail = arm.detail else { return nil }
        func slices(_ title: String, _ slices: [ArmDetail.Slice]) -> [[String: Any]] {
            guard slices.count > 1 else { return [] }
            return [
                [
                    "sliceTitle": title,
                    "slices": slices.map { slice in
                        [
                            "slice": slice.name, "rows": String(slice.rows),
                            "gain": Format.difference(slice.improvement),
                            "share": Format.signed(slice.accuracy, 3),
                        ]
                    },
                ]
            ]
        }
        func examples(_ title: String, _ examples: [ArmDetail.Example]) -> [[String: Any]] {
            examples.isEmpty
                ? []
                : [
                    [
                        "exampleTitle": title,
                        "examples": examples.map { example in
                            [
                                "row": String(example.row + 1), "gain": Format.signed(example.improvement, 2),
                                "excerpt": example.text,
                            ]
                        },
                    ]
                ]
        }
        return [
            "armName": arm.label, "fixed": String(detail.fixed), "broken": String(detail.broken),
            "detailFigures": figures([text.confusionFigure(of: arm)]),
            "sliceTables": slices("class", detail.byClass) + slices("length", detail.byLength)
                + slices("truncation", detail.byTruncation),
            "exampleLists": examples("Gained most\(detailOf)", detail.gained)
                + examples("Lost most\(detailOf)", detail.lost),
        ]
    }
}
