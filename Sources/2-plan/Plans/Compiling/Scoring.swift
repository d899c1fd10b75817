// How out-of-fold predictions are scored: by the metrics there are, and before these by the recipe's metric files.

internal import Nodes
internal import Recipes
internal import Scores
internal import Targets

extension Compiler {
    /// The evaluation of what a step says, at an address of a result; the steps of metric files before it.
    mutating func evaluate(_ step: EvaluateStep, at address: String) -> Int? {
        var step = step
        let files = recipe.metrics.filter { $0.file != nil }
        if !files.isEmpty {
            let sheets = sheets(of: step, at: address)
            for metric in files {
                guard let file = metric.file else { continue }
                step.files[metric.name] = file.better
                step.values[metric.name] = score(metric, file, sheets, at: address)
            }
        }
        return builder.add(step, at: "\(address)/evaluate", origins: ["metrics": loaded.tree["metrics"]]).evaluation
            .step
    }

    /// What weights of an average are fitted to where that is not the log loss: the first metric that is no file.
    var fittedMetric: String {
        recipe.metrics.first { $0.file == nil }?.name ?? Metrics.standard(of: target.kind)[0].name
    }

    private mutating func sheets(of step: EvaluateStep, at address: String) -> Artifact<Content.Sheets> {
        let (data, tree) = (recipe.data, loaded.tree["submission"])
        return builder.add(
            SheetsStep(
                target: target, labels: data.outputs, id: data.columns.id ?? "id", label: data.columns.label,
                form: recipe.submission?.form, evaluated: step, sample: recipe.submission?.sample.map(file)),
            at: "\(address)/sheets", origins: ["labels": loaded.tree["data"]?["labels"], "form": tree?["form"]]
        ).sheets
    }

    private mutating func score(
        _ metric: RecipeMetric, _ file: MetricFile, _ sheets: Artifact<Content.Sheets>, at address: String
    ) -> Artifact<Content.MetricValues> {
        let paths = loaded.metricFiles[metric.name] ?? []
        let folder = String(file.python.dropLast(file.python.split(separator: "/").last?.count ?? 0))
        let scripts = paths.map { ($0, self.file(folder + $0)) }
        return builder.add(
            ScoreStep(
                file: paths.first ?? file.python, metric: metric, isDeciding: metric == recipe.metrics.first,
                sheets: sheets, scripts: Dictionary(scripts, uniquingKeysWith: { $1 })),
            at: "\(address)/score-\(metric.name)",
            origins: [
                "better": loaded.tree["metrics"], "arguments": loaded.tree["metrics"], "file": loaded.tree["metrics"],
            ]
        ).values
    }
}
