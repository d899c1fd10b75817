// Label lineage of plans that no recipe compiles to: the rules hold whatever the compiler does.

import Targets
import Testing

@testable import Plans
@testable import Recipes

@Suite struct LineageTests {
    /// A plan in the making over three folds.
    private struct Draft {
        var builder = PlanBuilder()
        typealias Predictions = Artifact<Content.Predictions>
        let train: IngestStep.Outputs
        let test: IngestStep.Outputs
        let folds: Artifact<Content.Folds>
        private let baseline = Baseline(
            tfidf: Encoded(TFIDF(), TFIDF.declaration.shape), template: Template(pieces: [.place("answer")]))

        init() {
            func table(_ role: IngestStep.Role, _ builder: inout PlanBuilder) -> IngestStep.Outputs {
                let path = Artifact<Content.UserFile>(
                    .file(path: "/f/\(role.rawValue).csv", name: "\(role.rawValue).csv"))
                return builder.add(
                    IngestStep(data: DataSection(), role: role, table: path, reference: nil),
                    at: "data/\(role.rawValue)/ingest")
            }
            train = table(.train, &builder)
            test = table(.test, &builder)
            folds =
                builder.add(
                    SplitStep(method: .groupKFold, count: 3, seed: 1, rows: train.rows), at: "folds/split"
                ).folds
        }

        mutating func fit(
            _ name: String, fold: Int?, pseudoLabels: Artifact<Content.PseudoLabels>? = nil
        ) -> Artifact<Content.Model> {
            let pseudo = pseudoLabels.map { PseudoLabelled(labels: $0, folds: folds, texts: test.texts) }
            // Models of different names differ in a setting, as those of a recipe would.
            let baseline = Baseline(
                tfidf: baseline.tfidf, template: Template(pieces: [.text(name), .place("answer")]))
            return builder.add(
                FitStep(
                    baseline: baseline, target: .classes(2), fold: fold, rows: train.rows, folds: folds,
                    texts: train.texts,
                    pseudoLabels: pseudo),
                at: "\(name)/fit"
            ).model
        }

        mutating func predict(
            _ name: String, _ model: Artifact<Content.Model>, fold: Int?, train isTrain: Bool
        ) -> Predictions {
            builder.add(
                PredictStep(
                    reader: .baseline(baseline, texts: isTrain ? train.texts : test.texts), target: .classes(2),
                    fold: fold,
                    model: model, folds: folds),
                at: "\(name)/predict-\(isTrain)"
            ).predictions
        }

        mutating func average(_ name: String, _ members: [Predictions]) -> Predictions {
            let named = Dictionary(uniqueKeysWithValues: members.enumerated().map { ("\($0)", $1) })
            return builder.add(
                AverageStep(form: .plain(cover: 1), target: .classes(2), members: named), at: "\(name)/average"
            ).predictions
        }

        /// Out-of-fold predictions, as they should be made.
        mutating func outOfFold(_ name: String) -> Predictions {
            let parts = (0..<3).map { fold in
                let model = fit("\(name)/fold-\(fold)", fold: fold)
                return predict("\(name)/fold-\(fold)", model, fold: fold, train: true)
            }
            return average(name, parts)
        }

        mutating func evaluate(_ name: String, _ predictions: Predictions) {
            _ = builder.add(
                EvaluateStep(
                    target: .classes(2), metrics: ["log-loss", "accuracy"], scored: nil, rows: train.rows, folds: folds,
                    average: predictions, members: [:]),
                at: "\(name)/evaluate")
        }

        mutating func pseudoLabels(_ name: String, _ predictions: Predictions) -> Artifact<Content.PseudoLabels> {
            builder.add(
                PseudoLabelStep(settings: PseudoLabels(), target: .classes(2), predictions: predictions),
                at: "\(name)/pseudo-label"
            ).labels
        }

        mutating func stack(
            _ members: [String: Predictions], groupStatistics: Bool = false
        ) -> Predictions {
            builder.add(
                StackStep(
                    learner: .logistic, settings: LearnerSettings(), seeds: [1], fit: .mean, target: .classes(2),
                    fold: nil,
                    groupStatistics: groupStatistics, rows: train.rows, folds: folds, members: members, features: nil,
                    test: nil),
                at: "stacked/stack"
            ).outOfFold
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
        #expect(lineage.sight(of: predictions.source) == .rows(seen))
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
        func labels(_ draft: inout Draft, fold: Int?) -> Artifact<Content.PseudoLabels> {
            let name = "teacher-\(fold ?? 9)"
            let test = draft.predict(name, draft.fit(name, fold: fold), fold: nil, train: false)
            return draft.pseudoLabels(name, test)
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
        let pupil = draft.fit("pupil", fold: 1, pseudoLabels: draft.pseudoLabels("teacher", test))
        #expect(draft.lineage().sight(of: pupil.source) == .whole(Seen(direct: FoldSet([0, 2]))))
    }

    @Test(arguments: [false, true])
    func groupStatisticsLeakWhereGroupsAreSplit(_ splitsGroups: Bool) {
        var draft = Draft()
        let member = draft.outOfFold("words")
        draft.evaluate("stacked", draft.stack(["words": member], groupStatistics: true))
        #expect(
            addresses(draft.lineage(splitsGroups: splitsGroups))
                == (splitsGroups ? [["stacked/evaluate", "stacked/stack"]] : []))
    }

    @Test func aLeakIsToldOnceHoweverMuchIsMadeOfIt() {
        var draft = Draft()
        let known = draft.predict("known", draft.fit("known", fold: nil), fold: nil, train: true)
        let stacked = draft.stack(["words": draft.outOfFold("words"), "known": known])
        let final = draft.builder.add(
            OptimizeStep(
                method: .marginals, target: .classes(2), counts: nil, fold: nil, predictions: stacked,
                rows: draft.train.rows,
                fitting: .here(on: stacked, folds: draft.folds)),
            at: "final/optimize-oof")
        draft.evaluate("stacked", stacked)
        draft.evaluate("final", final.predictions)
        #expect(addresses(draft.lineage()) == [["stacked/stack", "known/predict-true", "known/fit"]])
    }

    @Test func setsHoldAHundredFolds() {
        let all = FoldSet(all: 100, without: 63)
        #expect(all.folds == Array(0..<63) + Array(64..<100))
        #expect(!all.contains(63) && all.contains(99))
        #expect(all.subtracting(FoldSet(0..<99)).folds == [99])
    }
}
