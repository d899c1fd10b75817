// What cannot serve what a recipe predicts, and what a recipe is scored by that does not say.

import Diagnostics
import Targets
import Testing

@testable import Recipes

@Suite struct TargetChecksTests {
    private func loader(_ data: String, folds: String, models: String, stack: String) -> RecipeLoader {
        let text = """
            recipe: r
            data:
              train: t.csv
              test: u.csv
              \(data)
            folds: {kind: \(folds), count: 3}
            models:
              b: {tfidf: {}}
              \(models)
            stack:
              all: {average: [b]}
              \(stack)

            """
        return RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f", overrides: []) { _ in true }
    }

    private func errors(
        _ data: String, folds: String = "k-fold", models: String = "c: {tfidf: {}}", stack: String = "d: {average: [c]}"
    ) -> [String] {
        do {
            _ = try loader(data, folds: folds, models: models, stack: stack).load()
            return []
        } catch {
            return error.all.filter { $0.severity == .error }.map(\.message)
        }
    }

    @Test func whatServesIsTaken() throws {
        for (data, width, metrics) in [
            ("target: number\n  columns: {id: id, answer: a, label: [x, y]}", 2, ["rmse", "mae"]),
            ("target: number\n  columns: {id: id, answer: a, label: x}", 1, ["rmse", "mae"]),
            ("target: multi-label\n  columns: {id: id, answer: a, label: [x, y, z]}", 3, ["log-loss", "auc"]),
            ("target: ordinal\n  labels: [1, 2, 3]\n  columns: {id: id, answer: a, label: l}", 3, ["qwk", "accuracy"]),
            ("labels: [m, n]\n  columns: {id: id, answer: a, label: [x, y]}", 2, ["log-loss", "accuracy"]),
            (
                "target: classes\n  labels: [m, n]\n  columns: {id: id, answer: a, label: l}", 2,
                ["log-loss", "accuracy"]
            ),
        ] {
            let recipe = try loader(data, folds: "k-fold", models: "c: {tfidf: {}}", stack: "d: {average: [c]}").load()
                .recipe
            #expect(recipe.data.target.width == width && recipe.metrics == metrics, "\(data)")
        }
    }

    @Test(arguments: [
        ("columns: {answer: a, label: l}", "key \"labels\" is missing here"),
        ("target: ordinal\n  columns: {answer: a, label: l}", "key \"labels\" is missing here"),
        ("target: number\n  labels: [m, n]\n  columns: {answer: a, label: l}", "columns.label names what"),
        ("target: multi-label\n  labels: [m, n]\n  columns: {answer: a, label: [m, n]}", "columns.label names what"),
        ("labels: [m, n, o]\n  columns: {answer: a, label: [x, y]}", "2 columns are named, and data.labels has 3"),
        (
            "target: number\n  constraint: one-of-each\n  columns: {answer: a, label: l, group: g}",
            "a constraint speaks of one label a row"
        ),
        ("target: number\n  columns: {answer: a, label: [l, a]}", "the column \"a\" is both read and predicted"),
        ("labels: [m, n]\n  columns: {answer: a, label: \"{l}:{a}\"}", "the column \"a\" is both read and predicted"),
        ("labels: [m, n]\n  columns: {answer: a, label: \"{l}:{k}\", weight: k}", "the column \"k\" holds the labels"),
        ("target: numbers\n  labels: [m, n]\n  columns: {answer: a, label: l}", "\"numbers\""),
    ])
    func dataThatIsNotOfItsTargetIsRefused(_ data: String, _ words: String) {
        let found = errors(data)
        #expect(found.contains { $0.contains(words) }, "\(found)")
    }

    @Test(arguments: [
        ("number", "stratified-k-fold", "c: {tfidf: {}}", "d: {average: [c]}", "keeps the shares of labels"),
        ("number", "k-fold", "c: {tfidf: {}}", "d: {logistic: [b, c]}", "logistic predicts classes"),
        ("number", "k-fold", "c: {tfidf: {}}", "d: {optimize: b, method: temperature}", "optimize works on"),
        ("number", "k-fold", "c: {tfidf: {}}", "d: {average: [b, c], mean: rank}", "mean: rank is a scale"),
        (
            "number", "k-fold", "c: {tfidf: {}, pseudo-labels: {from: b}}", "d: {average: [b]}",
            "pseudo-labels are labels"
        ),
        (
            "number", "k-fold", "c: {backbone: ./m, training: {class-weights: balanced}}", "d: {average: [b]}",
            "no classes to weigh"
        ),
        ("multi-label", "k-fold", "c: {tfidf: {}}", "d: {ridge: [b, c]}", "ridge predicts numbers"),
        (
            "multi-label", "k-fold", "c: {backbone: ./m, training: {loss: mse}}", "d: {average: [b]}",
            "multi-label are trained by cross-entropy"
        ),
        (
            "multi-label", "k-fold", "c: {tfidf: {}}", "d: {optimize: b, method: thresholds}",
            "labels that have an order"
        ),
    ])
    func entriesThatCannotServeAreRefused(
        _ target: String, _ folds: String, _ models: String, _ stack: String, _ words: String
    ) {
        let found = errors(
            "target: \(target)\n  columns: {id: id, answer: a, label: [x, y]}", folds: folds, models: models,
            stack: stack)
        #expect(
            found.contains { $0.contains(words) && $0.hasSuffix("data.target is \(target)") }, "\(found)")
    }

    @Test func orderedLabelsTrainedAsNumbersHaveNothingToSmooth() {
        let data = "target: ordinal\n  labels: [1, 2, 3]\n  columns: {id: id, answer: a, label: l}"
        let model = "c: {backbone: ./m, training: {loss: huber, label-smoothing: 0.1}}"
        #expect(errors(data, models: model).map { $0.contains("where labels are trained as numbers") } == [true])
        #expect(errors(data, models: "c: {backbone: ./m, training: {label-smoothing: 0.1}}").isEmpty)
        #expect(errors(data, stack: "d: {optimize: b, method: thresholds}").isEmpty)
    }
}
