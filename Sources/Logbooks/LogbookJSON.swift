// The logbook as numbers, for programs.

package import Digests
internal import Storage

extension Logbook {
    package var json: JSON {
        [
            "schema_version": 1, "recipe": .string(name), "about": JSON(about),
            "answers": .array(PageText(logbook: self).answers.map { .string($0) }),
            "steps": ["recorded": .integer(done.steps), "total": .integer(done.total)],
            "scores": .array(
                scores.map { score in
                    [
                        "name": .string(score.name), "what": .string(score.what), "absence": JSON(score.absence),
                        "evaluation": score.evaluation.map(json) ?? .null, "seconds": .number(score.seconds),
                        "notes": json(score.notes),
                    ]
                }),
            "ablations": .array(ablations.map(json)),
            "costs": .array(
                costs.map { ["kind": .string($0.kind), "steps": .integer($0.steps), "seconds": .number($0.seconds)] }),
            "failures": .array(failures.map { ["address": .string($0.address), "message": .string($0.message)] }),
            "provenance": [
                "inputs": .object(
                    Dictionary(provenance.inputs.map { ($0.name, .string($0.digest)) }, uniquingKeysWith: { $1 })),
                "libraries": .object(
                    Dictionary(
                        provenance.libraries.map { ($0.name, .array($0.versions.map { .string($0) })) },
                        uniquingKeysWith: { $1 })),
                "devices": .array(provenance.devices.map { .string($0) }),
                "accepted": .array(
                    provenance.accepted.map { address, acceptance in
                        var members = acceptance.json.object ?? [:]
                        members["address"] = .string(address)
                        return .object(members)
                    }),
            ],
        ]
    }

    private func json(_ evaluation: Evaluation) -> JSON {
        [
            "log_loss": .number(evaluation.logLoss), "accuracy": .number(evaluation.accuracy),
            "rows": .integer(evaluation.rows), "calibration_error": .number(evaluation.calibrationError),
            "cells": .array(
                evaluation.cells.map {
                    [
                        "seed": .string($0.seed), "fold": .integer($0.fold), "log_loss": .number($0.logLoss),
                        "accuracy": .number($0.accuracy),
                    ]
                }),
            "seeds": .array(
                evaluation.seeds.map {
                    ["seed": .string($0.name), "log_loss": .number($0.logLoss), "accuracy": .number($0.accuracy)]
                }),
        ]
    }

    private func json(_ notes: ResultNotes) -> JSON {
        [
            "leaderboard": JSON(notes.leaderboard), "is_stale": .bool(notes.isStale),
            "texts": .array(notes.texts.map { .string($0) }),
        ]
    }

    private func json(_ ablation: AblationEntry) -> JSON {
        [
            "name": .string(ablation.name), "hypothesis": .string(ablation.hypothesis), "of": .string(ablation.of),
            "setup": .string(ablation.setup), "conclusions": .array(ablation.conclusions.map { .string($0) }),
            "remark": JSON(ablation.remark), "tags": .array(ablation.tags.map { .string($0) }),
            "variants": .array(
                ablation.arms.map { arm in
                    [
                        "name": .string(arm.name), "is_baseline": .bool(arm.isBaseline),
                        "evaluation": arm.evaluation.map(json) ?? .null, "notes": json(arm.notes),
                        "comparison": arm.comparison.map { comparison in
                            [
                                "difference": .number(comparison.difference),
                                "interval": [
                                    .number(comparison.interval.lowerBound), .number(comparison.interval.upperBound),
                                ],
                                "p": .number(comparison.p), "verdict": .string(comparison.verdict),
                            ]
                        } ?? .null,
                    ]
                }),
        ]
    }
}
