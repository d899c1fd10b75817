// The logbook as numbers, for programs: what schemas/logbook.schema.json describes.

package import Digests
internal import Figures
package import Results
internal import Scores
internal import Statistics

package struct LogbookJSON: Form {
    package init() {}

    package static let file = "logbook.json"

    package func files(of logbooks: [RecipeResults]) -> [FormFile] {
        [FormFile(Self.file, .document(document(of: logbooks)))]
    }

    /// The document of one recipe, or of several with what sets them beside each other.
    package func document(of logbooks: [RecipeResults]) -> JSON {
        guard logbooks.count > 1 else { return logbooks[0].json }
        return [
            "schema_version": RecipeResults.version, "recipes": .array(logbooks.map(\.json)),
            "across": .array(
                AcrossRecipes(logbooks).rows.map {
                    [
                        "recipe": .string($0.recipe), "result": JSON($0.result),
                        "comparison": $0.comparison.map(logbooks[0].json) ?? .null, "refusal": JSON($0.refusalText),
                    ]
                }),
        ]
    }
}

extension RecipeResults {
    /// The version of the document; members are only added while it stays. 2 spells log loss as records do, `log-loss`.
    fileprivate static let version: JSON = 2

    /// What a recipe is scored by that names no metrics is said by the members of each score.
    private var isStandard: Bool { Metrics.isStandard(metrics.map(\.name)) }

    /// What the score that decides is called where it stands alone.
    private var scoreName: String { isStandard ? metrics[0].name : "score" }

    /// The document of one recipe.
    package var json: JSON {
        var document = members
        if !isStandard {
            document["metrics"] = .array(metrics.map { .string($0.name) })
        }
        return .object(document)
    }

    private var members: [String: JSON] {
        // Of thousands of fine-tunes a few points each: all losses are in the records.
        let mostPoints = max(3, min(40, 20_000 / max(curves.count, 1)))
        return [
            "schema_version": Self.version, "recipe": .string(name), "about": JSON(about),
            "labels": .array(labels.map { .string($0) }),
            "answers": .array(PageText(logbook: self).answers.map { .string($0) }),
            "next": .array(
                suggestions.map {
                    [
                        "reason": .string($0.sentence), "command": JSON($0.command?.text), "seconds": JSON($0.seconds),
                        "on_gpu": .bool($0.isOnGPU),
                    ]
                }),
            "steps": ["recorded": .integer(done.steps), "total": .integer(done.total)],
            "scores": .array(scores.map(json)), "ablations": .array(ablations.map(json)),
            "contributions": .array(
                contributions.map {
                    [
                        "ensemble": .string($0.ensemble), "member": .string($0.member),
                        "difference": .number($0.difference), "interval": interval($0.interval),
                        "word": .string($0.word),
                    ]
                }),
            "makeups": .array(
                compositions.map { composition in
                    [
                        "entry": .string(composition.entry), "measure": .string(composition.measure.words),
                        "parts": .array(
                            composition.parts.map {
                                [
                                    "name": .string($0.name), "value": .number($0.value),
                                    "range": $0.range.map(interval) ?? .null,
                                ]
                            }), "rest": .integer(composition.rest),
                    ]
                }),
            "submissions": .array(
                submissions.map {
                    [
                        "result": .string($0.result), "leaderboard": .number($0.leaderboard),
                        scoreName: JSON($0.score), "is_current": .bool($0.isCurrent), "text": JSON($0.text),
                    ]
                }),
            "curves": .array(
                curves.map { curve in
                    [
                        "result": .string(curve.result), "part": .string(curve.part),
                        "steps": .integer(curve.losses.count),
                        "points": .array(
                            CurveChart.thinned(curve.losses, to: mostPoints).map { [.number($0.x), .number($0.y)] }),
                    ]
                }),
            "texts": texts.map {
                [
                    "column": .string($0.column), "count": .integer($0.questions),
                    "clusters": .array(
                        $0.clusters.map {
                            ["size": .integer($0.size), "words": .array($0.words.map { .string($0) })]
                        }),
                    "near_duplicates": [
                        "pairs": .integer($0.nearDuplicates.pairs), "with_test": .integer($0.nearDuplicates.withTest),
                        "across_folds": .integer($0.nearDuplicates.acrossFolds),
                    ], "advice": .array($0.advice.map { .string($0) }),
                ]
            } ?? .null,
            "history": json(history), "last_run": timeline.json,
            "costs": .array(
                costs.map { ["kind": .string($0.kind), "steps": .integer($0.steps), "seconds": .number($0.seconds)] }),
            "warnings": .array(warnings.map { ["address": .string($0.address), "text": .string($0.text)] }),
            "failures": .array(failures.map { ["address": .string($0.address), "message": .string($0.message)] }),
            "provenance": provenance.json,
        ]
    }

    private func json(_ score: Score) -> JSON {
        [
            "name": .string(score.name), "what": .string(score.what), "absence": JSON(score.absenceText),
            "key": JSON(score.anchor), "is_model": .bool(score.isModel), "is_step": .bool(score.isStep),
            "parts": .array(score.parts.map { .string($0) }), "round": .integer(score.round),
            "effect": effects[score.name].map { effect in
                [
                    "against": .string(effect.against), "difference": .number(effect.difference),
                    "interval": effect.interval.map(interval) ?? .null,
                ]
            } ?? .null,
            "evaluation": score.evaluation.map(json) ?? .null, "seconds": .number(score.seconds),
            "notes": json(score.notes),
        ]
    }

    /// Scores as members of their own, or below one where the recipe names its metrics.
    private func scored(_ scores: [String: JSON]) -> [String: JSON] {
        isStandard ? scores : ["scores": .object(scores)]
    }

    private func json(_ evaluation: Evaluation) -> JSON {
        func with(_ scores: [String: Double], _ members: [String: JSON]) -> JSON {
            .object(members.merging(scored(scores.mapValues { .number($0) })) { own, _ in own })
        }
        // There where some rows were not scored.
        let folds = evaluation.scoredFolds.map { ["folds": JSON.array($0.map { .integer($0) })] } ?? [:]
        return with(
            evaluation.scores,
            folds.merging([
                "rows": .integer(evaluation.rows), "ranking": .number(evaluation.ranked),
                "calibration_error": evaluation.calibrationError.map { .number($0) } ?? .null,
                "cells": .array(
                    evaluation.cells.map {
                        with($0.scores, ["seed": .string($0.seed), "fold": .integer($0.fold)])
                    }),
                "seeds": .array(evaluation.seeds.map { with($0.scores, ["seed": .string($0.name)]) }),
            ]) { own, _ in own })
    }

    private func json(_ notes: ResultNotes) -> JSON {
        [
            "leaderboard": JSON(notes.leaderboard), "is_stale": .bool(notes.isStale),
            "texts": .array(notes.texts.map { .string($0) }),
        ]
    }

    private func interval(_ interval: ClosedRange<Double>) -> JSON {
        [.number(interval.lowerBound), .number(interval.upperBound)]
    }

    private func json(_ ablation: AblationEntry) -> JSON {
        [
            "name": .string(ablation.name), "hypothesis": .string(ablation.hypothesis), "of": .string(ablation.of),
            "setup": .string(ablation.setupText(labels)),
            "conclusions": .array(ablation.conclusions.map { .string($0.text) }),
            "remark": JSON(ablation.remark), "tags": .array(ablation.tags.map { .string($0) }),
            "variants": .array(
                ablation.arms.map { arm in
                    [
                        "name": .string(arm.name), "is_baseline": .bool(arm.isBaseline), "key": JSON(arm.anchor),
                        "changes": .array(
                            arm.changes.map { ["path": .string($0.path), "old": JSON($0.old), "new": JSON($0.new)] }),
                        "seconds": .number(arm.seconds), "on_gpu": .bool(arm.isOnGPU),
                        "evaluation": arm.evaluation.map(json) ?? .null, "notes": json(arm.notes),
                        "comparison": arm.comparison.map(json) ?? .null, "detail": arm.detail.map(json) ?? .null,
                    ]
                }),
        ]
    }

    fileprivate func json(_ comparison: ArmComparison) -> JSON {
        [
            "difference": .number(comparison.difference), "interval": interval(comparison.interval),
            "p": .number(comparison.p), "comparisons": .integer(comparison.family),
            "verdict": .string(comparison.outcome.rawValue),
            "minimum_detectable_effect": JSON(comparison.detectable), "further_seeds": JSON(comparison.furtherSeeds),
            "further_groups": JSON(comparison.furtherGroups), "standard_error": JSON(comparison.error?.standard),
            "degrees_of_freedom": JSON(comparison.error?.degrees),
            "variance": comparison.variance.map { ["rows": .number($0.rows), "seeds": .number($0.seeds)] } ?? .null,
        ]
    }

    private func json(_ detail: ArmDetail) -> JSON {
        func slices(_ slices: [ArmDetail.Slice]) -> JSON {
            .array(
                slices.map {
                    [
                        "name": .string($0.name), "rows": .integer($0.rows), "improvement": .number($0.improvement),
                        "accuracy": .number($0.accuracy),
                    ]
                })
        }
        return [
            "fixed": .integer(detail.fixed), "broken": .integer(detail.broken), "by_class": slices(detail.byClass),
            "by_length": slices(detail.byLength), "by_truncation": slices(detail.byTruncation),
            "confusion": .array(detail.confusion.map { .array($0.map { .number($0) }) }),
        ]
    }
}

extension RecipeResults {
    private func json(_ history: History) -> JSON {
        [
            "runs": .array(
                history.runs.map {
                    [
                        "run": .integer($0.number), "state": .string($0.state), "best": .string($0.best),
                        scoreName: .number($0.score), "is_comparable": .bool($0.isComparable),
                    ]
                }),
            "results": .array(
                history.results.map { result in
                    let members: [String: JSON] = [
                        "name": .string(result.name), "key": .string(result.anchor),
                        "is_comparable": .bool(result.isComparable),
                        "runs": .array(result.runs.map { .integer($0) }),
                        "changes": .array(result.changes.map { .string($0.text) }),
                    ]
                    let scores = Dictionary(
                        metrics.map { ($0.name, JSON(result.scores[$0.name])) }, uniquingKeysWith: { own, _ in own })
                    return .object(members.merging(scored(scores)) { own, _ in own })
                }),
        ]
    }
}

extension Timeline {
    fileprivate var json: JSON {
        ["executed": .integer(executed), "reused": .integer(hits), "saved_seconds": .number(saved)]
    }
}

extension Provenance {
    fileprivate var json: JSON {
        [
            "inputs": .object(Dictionary(inputs.map { ($0.name, .string($0.digest)) }, uniquingKeysWith: { $1 })),
            "libraries": .object(
                Dictionary(
                    libraries.map { ($0.name, .array($0.versions.map { .string($0) })) }, uniquingKeysWith: { $1 })),
            "devices": .array(devices.map { .string($0) }),
            "accepted": .array(
                accepted.map {
                    [
                        "address": .string($0.address), "from": .string($0.from.description), "by": .string($0.by),
                        "at": .number($0.at), "reason": .string($0.reason),
                    ]
                }),
        ]
    }
}
