// What the keys of `folds` need beside each other, and what means nothing.

import Diagnostics
import Testing

@testable import Recipes

@Suite struct FoldChecksTests {
    private func findings(
        _ folds: String, data: String = "", models: String = "b: {tfidf: {}}", more: String = "",
        tables: String = "train: t.csv"
    ) -> [Finding] {
        let text = """
            recipe: r
            data:
              \(tables)
              columns: {answer: a, label: l\(data)}
              labels: [x, y]
            folds: \(folds)
            models:
              \(models)
            \(more)
            """
        let loader = RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f", overrides: []) { _ in true
        }
        do {
            return try loader.load().warnings
        } catch {
            return error.all
        }
    }

    @Test(arguments: [
        ("{kind: column, column: fold, count: 4}", nil),
        ("{kind: column, count: 4}", "need \"column\""),
        ("{kind: column, column: fold}", "need \"count\""),
        ("{kind: column, column: fold, count: 4, seed: 1}", "\"seed\" means nothing to folds of kind column"),
        ("{kind: time, column: date}", nil),
        ("{kind: k-fold, repeats: 3}", nil),
        ("{kind: column, column: fold, count: 4, repeats: 2}", "\"repeats\" means nothing to folds of kind column"),
        ("{kind: time}", "need \"column\""),
        ("{kind: validation}", "folds of kind validation need data.validation"),
        ("{kind: k-fold, column: fold}", "\"column\" means nothing to folds of kind k-fold"),
    ])
    func eachKindHasItsKeys(folds: String, expected: String?) {
        let found = findings(folds).filter { $0.severity == .error }.map(\.message)
        if let expected {
            #expect(found.count == 1 && found[0].contains(expected), "\(found)")
        } else {
            #expect(found == [])
        }
    }

    @Test(arguments: [
        ("b: {tfidf: {}, fit: {folds: [1, 0]}}", "{}", nil),
        ("b: {tfidf: {}, fit: {folds: [0, 2]}}", "{}", "there is no fold 2: the recipe has 2, numbered 0 to 1"),
        ("{a: {tfidf: {}, fit: {folds: [0]}}, b: {tfidf: {}, fit: {folds: [0]}}}", "{m: {average: [a, b]}}", nil),
        (
            "{a: {tfidf: {}, fit: {folds: [0]}}, b: {tfidf: {}}}", "{m: {average: [a, b]}}",
            "this average needs predictions of every row, and \"a\" is fitted without fold 0 alone"
        ),
        (
            "{a: {tfidf: {}, fit: {folds: [0]}}}", "{m: {logistic: [a]}}",
            "logistic needs predictions of every row, and \"a\" is fitted without fold 0 alone"
        ),
    ])
    func someFoldsDoWhereNothingNeedsAll(models: String, stack: String, expected: String?) {
        let found = findings("{kind: k-fold, count: 2}", models: models, more: "stack: \(stack)")
            .filter { $0.severity == .error }.map(\.message)
        if let expected {
            #expect(found.contains { $0.contains(expected) }, "\(found)")
        } else {
            #expect(found == [])
        }
    }

    @Test(arguments: [
        ("validation: v.csv", "{kind: validation}", "{}", nil),
        ("validation: v.csv", "{kind: validation}", "{m: {average: [b]}}", nil),
        (
            "validation: v.csv", "{kind: validation}", "{m: {logistic: [b]}}",
            "\"m\" is fitted on the other folds, and a validation"
        ),
        ("validation: v.csv", "{kind: k-fold}", "{}", "a validation table means nothing to folds of kind k-fold"),
        ("more: [{file: e.csv, scored: false, weight: 0.5}]", "{kind: k-fold}", "{m: {logistic: [b]}}", nil),
        ("more: [{file: t.csv}]", "{kind: k-fold}", "{}", "the table \"t.csv\" is trained on already"),
        ("more: [{file: e.csv}]", "{kind: time, column: d}", "{}", "further tables mean nothing to folds of kind time"),
        (
            "more: [{file: e.csv, folds: column}]", "{kind: k-fold}", "{}",
            "folds of kind column are of all tables together"
        ),
        ("validation: ./t.csv", "{kind: validation}", "{}", "the validation table is the training table"),
        (
            "validation: v.csv", "{kind: validation, count: 3}", "{}",
            "\"count\" means nothing to folds of kind validation"
        ),
    ])
    func aValidationTableIsOneFoldOfItsOwn(table: String, folds: String, stack: String, expected: String?) {
        let found = findings(folds, more: "stack: \(stack)", tables: "train: t.csv\n  \(table)").map(\.message)
        if let expected {
            #expect(found.count == 1 && found[0].contains(expected), "\(found)")
        } else {
            #expect(found == [])
        }
    }

    @Test func whatIsFittedAcrossTimeIsRemarked() {
        func codes(_ stack: String) -> [String] {
            findings("{kind: time, column: date}", more: "stack: \(stack)").map(\.code)
        }
        #expect(codes("{m: {average: [b]}}") == [])
        #expect(codes("{m: {average: [b], weights: simplex}}") == ["later-folds"])
    }

    @Test func aColumnKeepsGroupsWhole() {
        #expect(findings("{kind: column, column: fold, count: 2}", data: ", group: g").isEmpty)
        #expect(findings("{kind: k-fold, count: 2}", data: ", group: g").map(\.code) == ["groups-split"])
    }
}
