// Steps on predictions of some rows: the same as on a table of these rows alone.

import Digests
import Formats
import Foundation
import Recipes
import Targets
import Testing

@testable import Plans
@testable import Steps

@Suite struct HeldOutTests {
    /// Six rows in groups of two; the first two are of no fold.
    private let rows: JSON = [
        "ids": ["a", "b", "c", "d", "e", "f"], "labels": [1, 0, 0, 1, 1, 0], "groups": [0, 0, 1, 1, 2, 2],
        "weights": [5, 5, 1, 2, 3, 4], "classes": 2,
    ]
    private let folds: JSON = ["count": 2, "folds": [-1, -1, 0, 0, 1, 1]]
    /// The last four of them.
    private let ownRows: JSON = [
        "ids": ["c", "d", "e", "f"], "labels": [0, 1, 1, 0], "groups": [0, 0, 1, 1], "weights": [1, 2, 3, 4],
        "classes": 2,
    ]
    private let ownFolds: JSON = ["count": 2, "folds": [0, 0, 1, 1]]
    private let values: [Float] = [0.6, 0.4, 0.5, 0.5, 0.3, 0.7, 0.6, 0.4]

    /// What a step gives of the rows of folds, and what of these rows as a table of their own.
    private func both(
        _ step: any TypedStep, _ names: [String]
    ) throws -> (some: Formats.Predictions, own: Formats.Predictions) {
        func run(_ numbers: [Int], _ rows: JSON, _ folds: JSON) throws -> Formats.Predictions {
            let folder = try Folder()
            var inputs = ["rows": try folder.write("rows", rows), "folds": try folder.write("folds", folds)]
            for (index, name) in names.enumerated() {
                let own = index == 0 ? values : values.map { 1 - $0 }
                inputs[name] = try folder.predictions("p\(index)", rows: numbers, own)
            }
            _ = try folder.run(step, inputs)
            return try folder.output()
        }
        return (try run([2, 3, 4, 5], rows, folds), try run([0, 1, 2, 3], ownRows, ownFolds))
    }

    @Test func optimizeIsOfTheRowsOfFolds() throws {
        let (some, own) = try both(Make.optimize(), ["fitted-on", "predictions"])
        #expect(some.rows == [2, 3, 4, 5] && some.values == own.values)
    }

    @Test func fittedWeightsAreOfTheRowsOfFolds() throws {
        let (some, own) = try both(Make.weighted(.probabilities, .simplex), ["member.a", "member.b"])
        #expect(some.rows == [2, 3, 4, 5] && some.values == own.values)
    }

    @Test func aMeanOfSomeRowsHasTheseAlone() throws {
        let folder = try Folder()
        let inputs = [
            "seed-1/fold-0": try folder.predictions("a", rows: [1, 4], [0.25, 0.75, 1, 0]),
            "seed-2/fold-0": try folder.predictions("b", rows: [1, 4], [0.75, 0.25, 0, 1]),
        ]
        let step = AverageStep(form: .plain(cover: 2, isPartial: true), target: .classes(2), members: [:])
        _ = try folder.run(step, inputs)
        #expect(try folder.output().rows == [1, 4] && folder.output().values == [0.5, 0.5, 0.5, 0.5])
        #expect {
            _ = try folder.run(step, inputs.merging(["x": folder.predictions("c", rows: [1], [1, 0])]) { $1 })
        } throws: {
            "\($0)".contains("row 2 has 3 predictions, and every row that has some must have 2")
        }
    }

    private func evaluate(
        _ scored: [Int]?, _ folds: JSON, rows numbers: [Int], _ values: [Float], table: JSON? = nil
    ) throws -> Formats.Evaluation {
        let folder = try Folder()
        _ = try folder.run(
            EvaluateStep(
                target: .classes(2), metrics: ["log-loss", "accuracy"], scored: scored, rows: Artifact(0, ""),
                folds: Artifact(0, ""), average: Artifact(0, ""), members: [:]),
            [
                "rows": try folder.write("rows", table ?? rows), "folds": try folder.write("folds", folds),
                "average": try folder.predictions("p", rows: numbers, values),
            ])
        return try Formats.Evaluation(reading: folder.bytes("evaluation"), name: "evaluation")
    }

    @Test func aScoreIsOfTheRowsThatFoldsHoldOut() throws {
        let some = try evaluate(nil, folds, rows: [2, 3, 4, 5], values)
        let own = try evaluate(nil, ownFolds, rows: [0, 1, 2, 3], values, table: ownRows)
        #expect(some.scores == own.scores && some.losses == own.losses && some.folds == own.folds)
        #expect(some.covered == [2, 3, 4, 5] && own.covered == nil)
        // Fold 0 weighs 3, and 17 are trained on; fold 1 weighs 7, and 13 are.
        let expected: Double = (3.0 / 17 + 7.0 / 13) / 2
        #expect(abs(try #require(some.testToTrain) - expected) < 1e-15)
        #expect(own.testToTrain == nil)
    }

    @Test func someFoldsAreScoredAlone() throws {
        let three: JSON = ["count": 3, "folds": [2, 2, 0, 0, 1, 1]]
        let some = try evaluate([0], three, rows: [2, 3], Array(values.prefix(4)))
        #expect(some.covered == [2, 3] && some.folds == [0, 0] && some.cells.map(\.fold) == [0])
        #expect(some.testToTrain == 3.0 / 17)
        #expect {
            _ = try evaluate([0, 1], three, rows: [2, 3], Array(values.prefix(4)))
        } throws: {
            "\($0)".contains("no prediction for row 5")
        }
    }

    @Test func inTheOrderOfTimeAModelIsTrainedOnWhatCameBefore() throws {
        let ordered: JSON = ["count": 2, "folds": [-1, -1, 0, 0, 1, 1], "ordered": true]
        let some = try evaluate(nil, ordered, rows: [2, 3, 4, 5], values)
        // Fold 0 weighs 3 after 10, fold 1 weighs 7 after 13.
        let expected: Double = (3.0 / 10 + 7.0 / 13) / 2
        #expect(abs(try #require(some.testToTrain) - expected) < 1e-15)
    }

    @Test func eachRepeatIsScoredByItsOwnFolds() throws {
        let folder = try Folder()
        let inputs = [
            "rows": try folder.write("rows", ownRows), "folds": try folder.write("folds", ownFolds),
            "folds.1": try folder.write("folds-1", ["count": 2, "folds": [1, 0, 1, 0]]),
            "average": try folder.predictions("p", rows: [0, 1, 2, 3], [0.6, 0.4, 0.5, 0.5, 0.3, 0.7, 0.6, 0.4]),
            "repeat-0/fold-0": try folder.predictions("a", rows: [0, 1], [0.5, 0.5, 0.5, 0.5]),
            "repeat-0/fold-1": try folder.predictions("b", rows: [2, 3], [0.5, 0.5, 0.5, 0.5]),
            "repeat-1/fold-0": try folder.predictions("c", rows: [1, 3], [0.2, 0.8, 0.8, 0.2]),
            "repeat-1/fold-1": try folder.predictions("d", rows: [0, 2], [0.9, 0.1, 0.1, 0.9]),
        ]
        let folds: Artifact<Content.Folds> = Artifact(0, "")
        _ = try folder.run(
            EvaluateStep(
                target: .classes(2), metrics: ["log-loss", "accuracy"], scored: nil, rows: Artifact(0, ""),
                folds: folds,
                repeats: ["1": folds], average: Artifact(0, ""), members: [:]), inputs)
        let found = try Formats.Evaluation(reading: folder.bytes("evaluation"), name: "evaluation")
        #expect(found.seeds.map(\.name) == ["repeat-0", "repeat-1"])
        #expect(found.foldsBySeed == ["repeat-0": [0, 0, 1, 1], "repeat-1": [1, 0, 1, 0]])
        let losses = found.cells.filter { $0.seed == "repeat-1" }.compactMap { $0.scores["log-loss"] }
        // Rows 1 and 3 weigh 2 and 4, rows 0 and 2 weigh 1 and 3; the true labels are 0, 1, 1, 0.
        #expect(losses.count == 2 && abs(losses[0] + log(0.8)) < 1e-6 && abs(losses[1] + log(0.9)) < 1e-6)
    }
}
