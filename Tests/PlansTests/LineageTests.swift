// Label lineage of plans that no recipe compiles to: the rules hold whatever the compiler does.

import Digests
import Testing

@testable import Plans

@Suite struct LineageTests {
    /// A plan in the making over three folds.
    private struct Draft {
        var builder = PlanBuilder()
        let rows: Source
        let texts: Source
        let testTexts: Source
        let folds: Source

        init() {
            let train = builder.step("data/train/ingest", .ingest, ["role": "train"], inputs: [:])
            let test = builder.step("data/test/ingest", .ingest, ["role": "test"], inputs: [:])
            rows = .output(step: train, name: "rows")
            texts = .output(step: train, name: "texts")
            testTexts = .output(step: test, name: "texts")
            folds = .output(
                step: builder.step("folds/split", .split, [:], inputs: ["rows": rows]), name: "folds")
        }

        mutating func fit(_ name: String, fold: Int?, pseudoLabels: Source? = nil) -> Source {
            var inputs = ["rows": rows, "texts": texts]
            inputs["pseudo-labels"] = pseudoLabels
            let step = builder.step("\(name)/fit", .fit, ["fold": JSON(fold), "name": .string(name)], inputs: inputs)
            return .output(step: step, name: "model")
        }

        mutating func predict(_ name: String, _ model: Source, fold: Int?, train: Bool) -> Source {
            let step = builder.step(
                "\(name)/predict-\(train)", .predict, ["fold": JSON(fold)],
                inputs: ["model": model, "texts": train ? texts : testTexts, "folds": folds])
            return .output(step: step, name: "predictions")
        }

        mutating func average(_ name: String, _ inputs: [Source]) -> Source {
            let named = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ("\($0)", $1) })
            return .output(step: builder.step("\(name)/average", .average, [:], inputs: named), name: "predictions")
        }

        /// Out-of-fold predictions, as they should be made.
        mutating func outOfFold(_ name: String) -> Source {
            let parts = (0..<3).map { fold in
                let model = fit("\(name)/fold-\(fold)", fold: fold)
                return predict("\(name)/fold-\(fold)", model, fold: fold, train: true)
            }
            return average(name, parts)
        }

        mutating func evaluate(_ name: String, _ predictions: Source) {
            _ = builder.step(
                "\(name)/evaluate", .evaluate, [:], inputs: ["rows": rows, "folds": folds, "average": predictions])
        }

        func lineage(splitsGroups: Bool = false) -> Lineage {
            Lineage(
                of: Plan(steps: builder.steps, results: [], submission: nil), foldCount: 3, splitsGroups: splitsGroups)
        }
    }

    private func addresses(_ lineage: Lineage) -> [[String]] {
        lineage.leaks.map { leak in
            [lineage.plan.steps[leak.step].address] + leak.path.map { lineage.plan.steps[$0].address }
        }
    }

    @Test func outOfFoldPredictionsHaveSeenTheOtherFolds() {
        var draft = Draft()
        let predictions = draft.outOfFold("words")
        draft.evaluate("words", predictions)
        let lineage = draft.lineage()
        #expect(lineage.leaks.isEmpty)
        let seen = [[1, 2], [0, 2], [0, 1]].map { Seen(direct: FoldSet($0)) }
        #expect(lineage.sight(of: predictions) == .rows(seen))
    }

    @Test func aModelOnAllRowsIsALeakWithItsPath() {
        var draft = Draft()
        let model = draft.fit("known", fold: nil)
        let predictions = draft.predict("known", model, fold: nil, train: true)
        draft.evaluate("known", predictions)
        #expect(addresses(draft.lineage()) == [["known/evaluate", "known/predict-true", "known/fit"]])
    }

    @Test func aModelOfAnotherFoldIsALeak() {
        var draft = Draft()
        let wrong = draft.fit("words/fold-1", fold: 1)
        let predictions = draft.average("words", [draft.predict("words/fold-0", wrong, fold: 0, train: true)])
        draft.evaluate("words", predictions)
        let leaks = draft.lineage().leaks
        #expect(leaks.map(\.fold) == [0])
    }

    @Test func aTeacherThatSawTheFoldIsALeak() {
        var draft = Draft()
        func labels(_ draft: inout Draft, fold: Int?) -> Source {
            let name = "teacher-\(fold ?? 9)"
            let test = draft.predict(name, draft.fit(name, fold: fold), fold: nil, train: false)
            let step = draft.builder.step("\(name)/pseudo-label", .pseudoLabel, [:], inputs: ["predictions": test])
            return .output(step: step, name: "pseudo-labels")
        }
        _ = draft.fit("pupil/fold-1", fold: 1, pseudoLabels: labels(&draft, fold: 1))
        #expect(draft.lineage().leaks.isEmpty)
        _ = draft.fit("pupil/fold-2", fold: 2, pseudoLabels: labels(&draft, fold: nil))
        #expect(addresses(draft.lineage()).map(\.first) == ["pupil/fold-2/fit"])
        #expect(addresses(draft.lineage()).first?.last == "teacher-9/fit")
    }

    @Test func theFoldsOfAPupilAreThoseOfItsTeacherToo() {
        var draft = Draft()
        let test = draft.predict("teacher", draft.fit("teacher", fold: 1), fold: nil, train: false)
        let step = draft.builder.step("teacher/pseudo-label", .pseudoLabel, [:], inputs: ["predictions": test])
        let pupil = draft.fit("pupil", fold: 1, pseudoLabels: .output(step: step, name: "pseudo-labels"))
        #expect(draft.lineage().sight(of: pupil) == .whole(Seen(direct: FoldSet([0, 2]))))
    }

    @Test(arguments: [false, true])
    func groupStatisticsLeakWhereGroupsAreSplit(_ splitsGroups: Bool) {
        var draft = Draft()
        let member = draft.outOfFold("words")
        let stack = draft.builder.step(
            "stacked/stack", .stack, ["group-statistics": true, "fold": .null],
            inputs: ["rows": draft.rows, "folds": draft.folds, "oof.words": member])
        draft.evaluate("stacked", .output(step: stack, name: "oof"))
        #expect(
            addresses(draft.lineage(splitsGroups: splitsGroups))
                == (splitsGroups ? [["stacked/evaluate", "stacked/stack"]] : []))
    }

    @Test func aLeakIsToldOnceHoweverMuchIsMadeOfIt() {
        var draft = Draft()
        let known = draft.predict("known", draft.fit("known", fold: nil), fold: nil, train: true)
        let stack = draft.builder.step(
            "stacked/stack", .stack, ["fold": .null],
            inputs: ["oof.words": draft.outOfFold("words"), "oof.known": known])
        let stacked = Source.output(step: stack, name: "oof")
        let final = draft.builder.step(
            "final/optimize-oof", .optimize, [:], inputs: ["fitted-on": stacked, "predictions": stacked])
        draft.evaluate("stacked", stacked)
        draft.evaluate("final", .output(step: final, name: "predictions"))
        #expect(addresses(draft.lineage()) == [["stacked/stack", "known/predict-true", "known/fit"]])
    }

    @Test func setsHoldAHundredFolds() {
        let all = FoldSet(all: 100, without: 63)
        #expect(all.folds == Array(0..<63) + Array(64..<100))
        #expect(!all.contains(63) && all.contains(99))
        #expect(all.subtracting(FoldSet(0..<99)).folds == [99])
    }
}
