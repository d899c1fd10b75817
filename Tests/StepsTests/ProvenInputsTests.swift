// Native steps on files that no step of ours would write, such as those of older versions and of programs: an error with the input's
// name and the row, never a trap, and never a number that counts a row twice.

import Host
import Digests
import Formats
import Foundation
import Steps
import Targets
import Testing

@testable import Plans
@testable import Recipes

private let rows: JSON = [
    "ids": ["a", "b", "c", "d"], "labels": [0, 1, 0, 1], "groups": [0, 0, 1, 1], "weights": nil, "classes": 2,
]
private let folds: JSON = ["count": 2, "folds": [0, 0, 1, 1]]
private let values: [Float] = [0.75, 0.25, 0.5, 0.5, 0.25, 0.75, 0.5, 0.5]

@Suite struct ProvenInputsTests {
    /// What a step says of these inputs; predictions are written by their rows, everything else as JSON.
    private func refusal(
        _ step: any TypedStep, predictions: [String: [Int]] = [:], values own: [Float] = values,
        _ others: [String: JSON] = [:]
    ) throws -> String {
        let folder = try Folder()
        var inputs: [String: String] = [:]
        for (name, rows) in predictions {
            inputs[name] = try folder.predictions(
                name.replacing("/", with: "-"), rows: rows, Array(own.prefix(rows.count * 2)))
        }
        for (name, json) in others { inputs[name] = try folder.write(name, json) }
        do {
            let outcome = try folder.run(step, inputs)
            return "done: \(outcome.outputs)"
        } catch let error as AblateError {
            return error.description
        }
    }

    @Test func anAverageIsBoundedByWhatIsThereAndNotByWhatARowSays() throws {
        let average = Make.average(cover: 1)
        for (rows, words) in [
            ([0, 1 << 40], "row 2 has 0 predictions"), ([0, .max], "row 2 has 0 predictions"),
            ([-1, 0], "a: rows[0] is -1"), ([0, 0], "a has row 1 twice"),
        ] {
            #expect(try refusal(average, predictions: ["a": rows]).contains(words))
        }
        #expect(
            try refusal(average, predictions: ["a": [0, 1]], values: [0.5, .nan, 1, 0]).contains(
                "a, row 1, label 2"))
        #expect(try refusal(Make.average(cover: 0), predictions: ["a": [0]]).contains("cover is 0"))
    }

    @Test func predictionsInAnotherOrderAreTheRowsTheyName() throws {
        let folder = try Folder()
        let inputs = ["a": try folder.predictions("a", rows: [3, 1, 0, 2], values)]
        _ = try folder.run(Make.average(cover: 1), inputs)
        #expect(try folder.output().values == [0.25, 0.75, 0.5, 0.5, 0.5, 0.5, 0.75, 0.25])
        let labels = try folder.run(Make.pseudoLabel(.hard), ["predictions": inputs["a"]!])
        #expect(labels.metrics["class-0"] == 3 && labels.metrics["class-1"] == 1)
        let found = try JSON(parsing: folder.bytes("pseudo-labels"))
        #expect(found["rows"] == [0, 1, 2, 3] && found["labels"] == [1, 0, 0, 0])
    }

    @Test func severalLabelsAreEachWhatATeacherSaysIfItIsSureOfAll() throws {
        let folder = try Folder()
        let said = try folder.predictions(
            "p", of: Target(.multiLabel, width: 2), [0.875, 0.25, 0.5, 0.125, 0.75, 0.75])
        func made(_ labels: Recipes.PseudoLabels.Labels, above least: Double) throws -> Formats.PseudoLabels {
            let outcome = try folder.run(Make.pseudoLabel(labels, above: least, .multiLabel), ["predictions": said])
            let found = try Formats.PseudoLabels(reading: folder.bytes("pseudo-labels"), name: "labels")
            #expect(outcome.metrics["rows"] == .integer(found.rows.count) && found.classes == 2)
            #expect(outcome.metrics["left-out"] == .integer(3 - found.rows.count))
            return found
        }
        let all = try made(.hard, above: 0)
        #expect(all.rows == [0, 1, 2] && all.labels == .values([[1, 0], [1, 0], [1, 1]]))
        let sure = try made(.hard, above: 0.7)
        #expect(sure.rows == [0, 2] && sure.labels == .values([[1, 0], [1, 1]]))
        let soft = try made(.soft, above: 0.75)
        #expect(soft.rows == [0, 2] && soft.labels == .values([[0.875, 0.25], [0.75, 0.75]]))
        #expect(try made(.soft, above: 0.8).rows.isEmpty)
    }

    @Test func numbersAreWhatATeacherSays() throws {
        let folder = try Folder()
        let said = try folder.predictions("p", of: Target(.number, width: 2), [-3.25, 1e6, 0, 0.125])
        let outcome = try folder.run(Make.pseudoLabel(.hard, above: 0, .number), ["predictions": said])
        let found = try Formats.PseudoLabels(reading: folder.bytes("pseudo-labels"), name: "labels")
        #expect(found.labels == .values([[-3.25, 1e6], [0, 0.125]]) && outcome.metrics["left-out"] == 0)
    }

    @Test func anEvaluationHasEachRowOfEachFoldOnce() throws {
        let whole = ["average": [0, 1, 2, 3]]
        func said(_ parts: [String: [Int]], _ folds: JSON = folds) throws -> String {
            try refusal(
                Make.evaluate, predictions: whole.merging(parts) { $1 }, ["rows": rows, "folds": folds])
        }
        #expect(try said(["fold-0": [0, 1], "fold-1": [2, 3]]).hasPrefix("done"))
        #expect(
            try said(["fold-0": [0, 1], "fold-1": [1, 2]]).contains("row 2 is predicted by fold-0 and by fold-1"))
        #expect(try said(["fold-0": [0, 1], "fold-1": [2]]).contains("no fold predicts row 4"))
        #expect(try said(["fold-0": [0, 1], "fold-1": [2, 9]]).contains("fold-1: rows[1] is 9"))
        #expect(
            try said([:], ["count": 2, "folds": [0, 1]]).contains("folds gives 2 rows a fold, and the table has 4"))
        #expect(try said([:], ["count": 3, "folds": [0, 1, 0, 1]]).contains("fold 2 of 3 has no rows"))
        #expect(
            try refusal(
                Make.evaluate, predictions: ["average": [0, 1, 2]], ["rows": rows, "folds": folds]
            )
            .contains("average has predictions for 3 rows"))
    }

    @Test func aFoldThatWeighsNothingHasNoScore() throws {
        let folder = try Folder()
        var weighted = rows.object!
        weighted["weights"] = [1, 1, 0, 0]
        _ = try folder.run(
            Make.evaluate,
            [
                "average": try folder.predictions("p", rows: [0, 1, 2, 3], values),
                "rows": try folder.write("rows", .object(weighted)), "folds": try folder.write("folds", folds),
            ])
        let cells = try JSON(parsing: folder.bytes("evaluation"))["cells"]?.array ?? []
        #expect(cells.map { $0["fold"] } == [0] && cells[0]["log-loss"]?.number != nil)
    }

    @Test func aConstraintIsFittedOnRowsAndFoldsOfOneTable() throws {
        func said(_ step: OptimizeStep, _ others: [String: JSON]) throws -> String {
            try refusal(
                step, predictions: ["fitted-on": [0, 1, 2, 3], "predictions": [0, 1, 2, 3]],
                ["rows": rows].merging(others) { $1 })
        }
        let plain = Make.optimize()
        #expect(try said(plain, ["folds": folds]).hasPrefix("done"))
        #expect(try said(plain, ["folds": ["count": 2, "folds": [0, 1]]]).contains("folds gives 2 rows a fold"))
        #expect(
            try said(Make.optimize([1]), ["folds": folds]).contains("counts is [1]"))
        #expect(
            try said(Make.optimize([0, 2]), ["folds": folds]).contains("counts"))
        func fitted(_ fold: Int?, _ values: JSON, _ names: JSON = ["exponent"]) throws -> String {
            try said(
                Make.optimize(fold: fold),
                ["parameters": ["method": "marginals", "names": names, "values": values, "folds": [[0.1]]]])
        }
        #expect(try fitted(1, [0.1]).contains("nothing was fitted without fold 1"))
        #expect(try fitted(-1, [0.1]).contains("without fold -1"))
        #expect(try fitted(nil, [nil]).contains("values[0]: expected a number, found null"))
        #expect(try fitted(nil, []).contains("0 values for 1 coefficients"))
        #expect(try fitted(nil, [0.1], ["other"]).contains("which are not those of this method"))
    }

    @Test func weightsOfAnAverageCanWeigh() throws {
        func said(_ weights: AverageWeights, _ others: [String: JSON] = [:]) throws -> String {
            try refusal(
                Make.weighted(.probabilities, weights),
                predictions: ["member.a": [0, 1, 2, 3], "member.b": [3, 2, 1, 0]], others)
        }
        #expect(try said(.given([1, 3])).hasPrefix("done") && said(.equal).hasPrefix("done"))
        for weights in [[0, 0], [1, -1], [1], [1e308, 1e308]] {
            #expect(try said(.given(weights)).contains("belong there"))
        }
        #expect(try said(.simplex, ["rows": rows, "folds": folds]).hasPrefix("done"))
        #expect(
            try said(.simplex, ["rows": rows, "folds": ["count": 1, "folds": [0, 0, 0, 0]]]).contains("one fold"))
        let fitted: JSON = ["members": ["a", "b"], "weights": [0, 0], "folds": []]
        #expect(try said(.simplex, ["weights": fitted]).contains("weights: the weights are 0.0, 0.0"))
    }

    @Test func aSubmissionStandsUnderTheNamesOfItsSample() throws {
        let folder = try Folder()
        let sample = folder.path + "/sample.csv"
        try "y_1,key,y_0\n0,d,0\n0,b,0\n0,a,0\n0,c,0\n".write(toFile: sample, atomically: true, encoding: .utf8)
        _ = try folder.run(
            Make.submission(id: "key", label: "y"),
            [
                "predictions": try folder.predictions("p", rows: [0, 1, 2, 3], values),
                "rows": try folder.write("rows", rows), "sample": sample,
            ])
        #expect(
            String(decoding: try folder.bytes("submission"), as: UTF8.self)
                == "y_1,key,y_0\n0.5,d,0.5\n0.5,b,0.5\n0.25,a,0.75\n0.75,c,0.25\n")
    }

    /// Every native kind, with one input file changed at random: an outcome or an error, and no trap.
    @Test func mutatedInputsAreRefusedOrComputed() throws {
        let folder = try Folder()
        let predictions = try folder.predictions("p", rows: [0, 1, 2, 3], values)
        let half = try folder.predictions("half", rows: [0, 1], Array(values.prefix(4)))
        let rest = try folder.predictions("rest", rows: [2, 3], Array(values.suffix(4)))
        let table = try folder.write("rows", rows)
        let dealt = try folder.write("folds", folds)
        let fitted = try folder.write(
            "fitted", ["method": "marginals", "names": ["exponent"], "values": [0.1], "folds": [[0.1], [0.2]]])
        let weights = try folder.write(
            "w", ["members": ["a", "b"], "weights": [0.5, 0.5], "folds": [[1, 0], [0.5, 0.5]]])
        let sample = folder.path + "/sample.csv"
        try "id,1,0\na,0,0\nb,0,0\nc,0,0\nd,0,0\n".write(toFile: sample, atomically: true, encoding: .utf8)
        let both = ["member.a": predictions, "member.b": predictions]
        let jobs: [(any TypedStep, [String: String])] = [
            (Make.split, ["rows": table]),
            (Make.average(cover: 1), ["a": half, "b": rest]),
            (
                Make.evaluate,
                [
                    "rows": table, "folds": dealt, "average": predictions, "seed-1/fold-0": half, "seed-1/fold-1": rest,
                ]
            ),
            (
                Make.optimize(),
                [
                    "rows": table, "folds": dealt, "fitted-on": predictions, "predictions": predictions,
                ]
            ),
            (
                Make.optimize(fold: 1),
                [
                    "rows": table, "parameters": fitted, "predictions": predictions,
                ]
            ),
            (
                Make.weighted(.geometric, .simplex),
                both.merging([
                    "rows": table, "folds": dealt,
                ]) { $1 }
            ),
            (
                Make.weighted(.probabilities, .simplex, fold: 0),
                both.merging(["weights": weights]) { $1 }
            ),
            (Make.pseudoLabel(.soft, above: 0.5), ["predictions": predictions]),
            (
                Make.submission(id: "id", label: "y"),
                [
                    "predictions": predictions, "rows": table, "sample": sample,
                ]
            ),
        ]
        var state: UInt64 = 5
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let hostile = ["-1", "9223372036854775807", "1099511627776", "1e308", "null", "[]", "0", "2", "\"\"", "0.5"]
        var outcomes = (done: 0, refused: 0)
        for (step, inputs) in jobs {
            #expect(throws: Never.self) { try folder.run(step, inputs) }
            for _ in 0..<250 {
                let name = inputs.keys.sorted()[random(inputs.count)]
                var bytes = [UInt8](try Data(contentsOf: URL(filePath: inputs[name]!)))
                for _ in 0...random(2) where !bytes.isEmpty {
                    let place = random(bytes.count)
                    if random(2) == 0 {
                        bytes[place] ^= 1 << random(8)
                    } else if let start = bytes[place...].firstIndex(where: { 0x30...0x39 ~= $0 }) {
                        let end = bytes[start...].firstIndex { !(0x30...0x39 ~= $0 || $0 == 0x2E) } ?? bytes.count
                        bytes.replaceSubrange(start..<end, with: Array(hostile[random(hostile.count)].utf8))
                    }
                }
                let path = folder.path + "/mutated"
                try Data(bytes).write(to: URL(filePath: path))
                do {
                    _ = try folder.run(step, inputs.merging([name: path]) { $1 })
                    outcomes.done += 1
                } catch let error as AblateError {
                    #expect(!error.description.isEmpty)
                    outcomes.refused += 1
                }
            }
        }
        #expect(outcomes.done > 100 && outcomes.refused > 500, "\(outcomes)")
    }
}
