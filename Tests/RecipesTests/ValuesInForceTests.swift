// Variants are told by the values in force: which of them is the model as it is, and which are one and the same.

import Diagnostics
import Recipes
import Testing

private func variants(_ model: String, _ vary: String) throws -> [Variant] {
    let text = """
        recipe: r
        data: {train: t.csv, columns: {answer: a, label: l, group: g}, labels: [x, y, z], constraint: one-of-each}
        folds: {kind: group-k-fold, count: 2}
        models:
          one: {backbone: org/one}
          two: {tfidf: {}}
        stack:
          mean: {average: [one, two]}
          best: {optimize: mean}
        ablations:
          q: {hypothesis: h, of: \(model), vary: {\(vary)}}
        """
    let loaded = try RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f") { _ in true }.load()
    return loaded.variants.flatMap { $0 }
}

@Suite struct ValuesInForceTests {
    @Test(arguments: [
        ("one", "training.head-learning-rate: [0.1, 0.0001]", 1),
        ("one", "training.class-weights: [balanced, [1, 1, 1]]", 1),
        ("one", "training.epochs: [7, 3]", 1), ("mean", "weights: [simplex, [1, 1]]", 1),
        ("mean", "weights: [greedy, [2, 2]]", 1),
        ("best", "fitted-on: [two, mean]", 1),
        ("two", "tfidf.regularization: [7, 1.0]", 1),
    ])
    func theBaselineIsTheOneWithTheModelsOwnValues(_ subject: String, _ vary: String, _ index: Int) throws {
        let found = try variants(subject, vary)
        #expect(found.map(\.isAsModel) == found.indices.map { $0 == index }, "\(found.map(\.name))")
    }

    @Test(arguments: [
        ("two", "tfidf.regularization: [1, 1.0, 10]"), ("two", "tfidf.regularization: [10, 1e1]"),
        ("mean", "weights: [[2, 1], [2.0, 1.0]]"),
    ])
    func variantsThatAreOneAreRefused(_ subject: String, _ vary: String) throws {
        do {
            _ = try variants(subject, vary)
            Issue.record("no finding")
        } catch let findings as Findings {
            #expect(findings.all.map(\.code) == ["repeated-value"])
        }
    }
}
