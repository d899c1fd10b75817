// What the keys of `folds` need beside each other, and what means nothing.

import Diagnostics
import Testing

@testable import Recipes

@Suite struct FoldChecksTests {
    private func findings(_ folds: String, data: String = "", models: String = "b: {tfidf: {}}") -> [Finding] {
        let text = """
            recipe: r
            data:
              train: t.csv
              columns: {answer: a, label: l\(data)}
              labels: [x, y]
            folds: \(folds)
            models:
              \(models)

            """
        let loader = RecipeLoader(file: SourceFile(name: "r.yaml", text: text), folder: "/f", overrides: []) { _ in true
        }
        do {
            return try loader.load().warnings
        } catch {
            return (error as? Findings)?.all ?? []
        }
    }

    @Test(arguments: [
        ("{kind: column, column: fold, count: 4}", nil),
        ("{kind: column, count: 4}", "need \"column\""),
        ("{kind: column, column: fold}", "need \"count\""),
        ("{kind: column, column: fold, count: 4, seed: 1}", "\"seed\" means nothing to folds of kind column"),
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

    @Test func aColumnKeepsGroupsWhole() {
        #expect(findings("{kind: column, column: fold, count: 2}", data: ", group: g").isEmpty)
        #expect(findings("{kind: k-fold, count: 2}", data: ", group: g").map(\.code) == ["groups-split"])
    }
}
