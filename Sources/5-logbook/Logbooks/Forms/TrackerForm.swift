// The logbook as experiment trackers see it: one run for each result, one below it for each fine-tune.

package import Digests
package import Results
internal import Scores
internal import Statistics

/// What the worker makes of a logbook: Parquet, event files of TensorBoard, runs of MLflow. One file, which only the worker reads.
package struct TrackerForm: Form {
    package init() {}

    package func files(of logbooks: [RecipeResults]) -> [FormFile] {
        [FormFile("publication.json", .document(document(of: logbooks)))]
    }

    package func document(of logbooks: [RecipeResults]) -> JSON {
        ["table": ResultTable(logbooks).document, "runs": .array(logbooks.flatMap(\.trackedRuns))]
    }

    /// What a tracking server calls a metric; it makes paths of hyphens, and takes no `@` in a name.
    static func name(_ metric: String) -> String { metric.replacing("-", with: "_").replacing("@", with: "_at_") }
}

extension RecipeResults {
    /// Runs with parameters, metrics and series. A run is known by its key: that of the evaluation's record, or of its place in it.
    fileprivate var trackedRuns: [JSON] {
        var runs: [JSON] = []
        var keys: Set<String> = []
        func add(
            _ result: String, _ evaluation: Evaluation?, _ key: String?, parameters: [String: JSON],
            tags: [String: JSON], notes: ResultNotes, more: [String: JSON] = [:]
        ) {
            guard let evaluation, let key, keys.insert(key).inserted else { return }
            var metrics: [String: JSON] = [:]
            metrics["calibration_error"] = evaluation.calibrationError.map { .number($0) }
            for (name, value) in evaluation.scores { metrics[TrackerForm.name(name)] = .number(value) }
            metrics["leaderboard"] = notes.leaderboard.map { .number($0) }
            for cell in evaluation.cells {
                let name =
                    "\(cell.seed.isEmpty ? "" : cell.seed + "/")fold-\(cell.fold)/\(TrackerForm.name(evaluation.metric.name))"
                metrics[name] = .number(cell.score)
            }
            metrics.merge(more) { $1 }
            runs.append(
                run(result, "", key, parameters, tags.merging(["ablate.recipe": .string(name)]) { $1 }, metrics, []))
            for curve in curves where curve.result == result {
                runs.append(
                    run(
                        result, curve.part, "\(key)/\(curve.part)", parameters, ["ablate.recipe": .string(name)], [:],
                        [.array([.string("train_loss"), .array(curve.losses.map { .number($0) })])]))
            }
        }
        for score in scores {
            add(
                score.name, score.evaluation, score.anchor, parameters: ["what": .string(score.what)],
                tags: ["ablate.kind": .string(score.isModel ? "model" : score.isStep ? "custom step" : "stack entry")],
                notes: score.notes)
        }
        for ablation in ablations {
            for arm in ablation.arms {
                var more: [String: JSON] = [:]
                if let comparison = arm.comparison {
                    more = [
                        "improvement": .number(comparison.difference), "p": .number(comparison.p),
                        "improvement_low": .number(comparison.interval.lowerBound),
                        "improvement_high": .number(comparison.interval.upperBound),
                    ]
                }
                add(
                    "\(ablation.name): \(arm.name)", arm.evaluation, arm.anchor,
                    parameters: Dictionary(
                        arm.changes.compactMap { change in change.new.map { (change.path, .string($0)) } },
                        uniquingKeysWith: { $1 }),
                    tags: [
                        "ablate.kind": "variant", "ablate.ablation": .string(ablation.name),
                        "ablate.verdict": .string(arm.comparison?.outcome.rawValue ?? ""),
                    ], notes: arm.notes, more: more)
            }
        }
        return runs
    }

    private func run(
        _ result: String, _ part: String, _ key: String, _ parameters: [String: JSON], _ tags: [String: JSON],
        _ metrics: [String: JSON], _ series: [JSON]
    ) -> JSON {
        [
            "recipe": .string(name), "name": .string(result), "part": .string(part), "key": .string(key),
            "parameters": .object(parameters), "tags": .object(tags), "metrics": .object(metrics),
            "series": .array(series),
        ]
    }
}
