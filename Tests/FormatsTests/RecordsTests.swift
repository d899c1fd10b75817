// Rows, folds, labels of a teacher, weights, scores: each held to what its type promises.

import Digests
import Formats
import Testing

private let rows: [String: JSON] = [
    "ids": ["a", "b", "c"], "labels": [0, 1, 0], "groups": [0, 0, 1], "weights": [1.0, 0.5, 0.0], "classes": 2,
]
private let folds: [String: JSON] = ["count": 2, "folds": [0, 1, 0]]
private let pseudo: [String: JSON] = ["rows": [0, 2], "labels": [1, 0], "weights": [1.0, 0.5], "classes": 2]
private let weights: [String: JSON] = ["members": ["a", "b"], "weights": [0.25, 0.75], "folds": [[1.0, 0.0]]]
private let coefficients: [String: JSON] = ["method": "m", "names": ["exponent"], "values": [0.1], "folds": [[0.2]]]
private let evaluation: [String: JSON] = [
    "rows": 2, "classes": 2, "average": ["log-loss": 0.5, "accuracy": 1.0], "cells": [], "seeds": [],
    "losses": ["average": [0.25, 0.75]], "groups": [0, 1], "folds": [0, 1], "labels": [0, 1], "predicted": [0, 1],
    "reliability": ["bins": [["rows": 2, "confidence": 0.5, "accuracy": 1.0]], "calibration-error": 0.5],
]

@Suite struct RecordsTests {
    /// The refusal of a file in which one member is another.
    private func refusal(
        _ file: [String: JSON], _ member: String, _ value: JSON?, _ read: ([UInt8]) throws -> Void
    ) -> String {
        var file = file
        file[member] = value
        do {
            try read(bytes(.object(file)))
            return "nothing was wrong with \(member) \(value?.text() ?? "missing")"
        } catch {
            return error is FormatError ? "\(error)" : "not refused in words: \(error)"
        }
    }

    @Test(
        arguments: [
            ("labels", [0, 2, 0], "row 2 has the label 2, and labels are 0 to 1"), ("labels", [0, -1, 0], "label -1"),
            ("labels", [0, 1], "3 ids and 2 labels"),
            ("labels", [0, 1.0, 0], "labels[1]: expected a whole number, found 1.0"),
            ("labels", "x", "labels: expected a list, found the text \"x\""),
            ("groups", [1, 0, 0], "row 1 has the group 1"),
            ("groups", [0, 2, 1], "row 2 has the group 2"), ("groups", [0, -1, 0], "group -1"),
            ("groups", [0, 9_223_372_036_854_775_807, 0], "group 9223372036854775807"),
            ("weights", [1, -0.5, 0], "row 2 has the weight -0.5"), ("weights", [0, 0, 0], "sum to 0"),
            ("weights", [1, 1e308, 1], "row 2 has the weight 1e+308"),
            ("weights", [1, 1e-31, 1], "row 2 has the weight 1e-31"),
            ("weights", [1, nil, 0], "weights[1]: expected a number, found null"),
            ("ids", ["a", "b", "a"], "row 3 has the id \"a\" of row 1"),
            ("ids", [1, 2, 3], "ids[0]: expected a text, found 1"),
            ("ids", nil, "expected a member \"ids\", found none"), ("classes", 0, "classes is 0"),
            ("classes", -5, "classes is -5"),
        ] as [(String, JSON, String)])
    func rowsAreWhatIngestFound(_ member: String, _ value: JSON, _ words: String) {
        let said = refusal(rows, member, value) { _ = try Rows(reading: $0, name: "rows") }
        #expect(said.contains(words) && said.hasPrefix("rows"), "\(said)")
    }

    @Test func rowsWithoutLabelsAreATableToPredict() throws {
        let found = try Rows(
            reading: bytes(["ids": ["a"], "labels": nil, "groups": nil, "weights": nil, "classes": 2]), name: "r")
        #expect(found.labels == nil && found.groups == nil && found.weights == nil)
        #expect { try found.trueLabels() } throws: { "\($0)".contains("r has no labels") }
    }

    @Test(
        arguments: [
            ("folds", [0, 2, 0], "row 2 is in fold 2"), ("folds", [0, -3, 1], "fold -3"),
            ("folds", [0, 0, 0], "fold 1 of 2 has no rows"), ("count", 0, "cannot fill 0 folds"),
            ("count", 4, "3 rows cannot fill 4 folds"), ("count", -1, "cannot fill -1"),
            ("count", 9_223_372_036_854_775_807, "cannot fill"), ("folds", [], "0 rows"),
            ("count", 2.0, "count: expected a whole number, found 2.0"),
        ] as [(String, JSON, String)])
    func foldsAreDenseAndNoneIsEmpty(_ member: String, _ value: JSON, _ words: String) {
        let said = refusal(folds, member, value) { _ = try Folds(reading: $0, name: "folds") }
        #expect(said.contains(words), "\(said)")
    }

    @Test func foldsComeBack() throws {
        let found = try Folds(count: 3, folds: [2, 0, 1, 1], name: "f")
        #expect(try Folds(reading: found.bytes, name: "f").folds == [2, 0, 1, 1])
        let ordered = try Folds(count: 2, folds: [-1, 0, 1, 0], isOrdered: true, name: "f")
        let read = try Folds(reading: ordered.bytes, name: "f")
        #expect(
            read.folds == [-1, 0, 1, 0] && read.isOrdered && read.heldOut() == [1, 2, 3] && read.heldOut(in: [1]) == [2]
        )
        #expect((0..<4).map { read.trains($0, without: 1) } == [true, true, false, true])
        #expect((0..<4).map { read.trains($0, without: 0) } == [true, false, false, false])
        #expect { try found.covering(5, "f") } throws: { "\($0)".contains("4 rows a fold, and the table has 5") }
    }

    @Test(
        arguments: [
            ("labels", [1, 2], "rows[1]"), ("labels", [1], "2 rows, 1 labels"), ("rows", [2, 0], "not ascending"),
            ("rows", [-1, 0], "not ascending"), ("rows", [0, 0], "not ascending"), ("weights", [1, -1], "weights[1]"),
            ("probabilities", [[0.5, 0.5], [0.5]], "rows[1]"), ("probabilities", [[0.5, 0.5], [2, -1]], "rows[1]"),
            ("values", [[0.5, -3], [7]], "rows[1]"), ("values", [[0.5, -3]], "2 rows, 1 labels"),
            ("probabilities", [1, 2], "probabilities[0]"), ("classes", -9_223_372_036_854_775_808, "rows[0]"),
        ] as [(String, JSON, String)])
    func pseudoLabelsAreOfRowsAndClasses(_ member: String, _ value: JSON, _ words: String) {
        let said = refusal(pseudo, member, value) { _ = try PseudoLabels(reading: $0, name: "labels") }
        #expect(said.contains(words), "\(said)")
    }

    @Test func pseudoLabelsComeBack() throws {
        for labels in [
            PseudoLabels.Labels.hard([1, 0]), .soft([[0.25, 0.75], [1, 0]]), .values([[-7.5, 1e9], [0, 3]]),
        ] {
            let made = PseudoLabels(rows: [3, 5], labels: labels, weights: [1, 0.5], classes: 2)
            let found = try PseudoLabels(reading: made.bytes, name: "l")
            #expect(found.labels == labels && found.rows == [3, 5] && found.weights == [1, 0.5] && found.classes == 2)
        }
    }

    @Test(
        arguments: [
            ("weights", [0, 0], "not all 0"), ("weights", [1, -1], "none below 0"),
            ("weights", [1], "1 weights for 2 members"),
            ("weights", [1e308, 1e308], "must be finite"), ("folds", [[0, 0]], "without fold 0"),
            ("folds", [[1, 0], [1]], "without fold 1"), ("folds", [3], "folds[0]: expected a list, found 3"),
            ("members", [1, 2], "members[0]"),
        ] as [(String, JSON, String)])
    func weightsCanWeigh(_ member: String, _ value: JSON, _ words: String) {
        let said = refusal(weights, member, value) { _ = try Weights(reading: $0, name: "weights") }
        #expect(said.contains(words), "\(said)")
    }

    @Test(
        arguments: [
            ("values", [], "0 values for 1"), ("folds", [[0.1], []], "0 values for 1"),
            ("values", [nil], "values[0]: expected a number, found null"),
            ("names", nil, "expected a member \"names\", found none"),
            ("method", 3, "method: expected a text, found 3"),
        ] as [(String, JSON, String)])
    func coefficientsAreAsManyAsNames(_ member: String, _ value: JSON, _ words: String) {
        let said = refusal(coefficients, member, value) { _ = try Coefficients(reading: $0, name: "fit") }
        #expect(said.contains(words), "\(said)")
    }

    @Test(
        arguments: [
            ("labels", [0, 2], "labels[1] is 2"), ("predicted", [0, -1], "predicted[1] is -1"),
            ("groups", [0], "groups has 1"),
            ("losses", ["seed-1": [0.5]], "losses.seed-1 has 1 numbers"),
            ("losses", ["x": [nil, 1]], "x[0]: expected a number, found null"),
            ("average", ["log-loss": nil, "accuracy": 1], "average: expected a member \"log-loss\", found none"),
            ("average", nil, "expected a member \"average\", found none"),
            ("rows", 3, "and there are 3 rows"), ("classes", -9_223_372_036_854_775_808, "classes"),
            ("rows", -1, "-1 rows"),
            (
                "cells", [["seed": "seed-1", "fold": 0, "log-loss": "low"]],
                "cells[0].log-loss: expected a number, found"
            ),
            ("reliability", [], "reliability: expected an object, found a list of 0"),
            ("seeds", [1], "seeds[0]: expected an object, found 1"),
            ("metrics", ["f1-macro"], "expected a member \"f1-macro\", found none"),
            ("predicted-by-seed", ["seed-1": [0]], "predicted-by-seed.seed-1 has 1"),
            ("predicted-by-seed", ["seed-1": [0, 2]], "predicted-by-seed.seed-1[1] is 2"),
        ] as [(String, JSON, String)])
    func scoresAreFiniteAndOfEachRow(_ member: String, _ value: JSON, _ words: String) {
        let said = refusal(evaluation, member, value) { _ = try Evaluation(reading: $0, name: "scores") }
        #expect(said.contains(words), "\(said)")
    }

    @Test func anEvaluationComesBackByteByByte() throws {
        var made = Evaluation(rows: 2, classes: 2, scores: ["log-loss": 0.5, "accuracy": 1])
        made.cells = [.init(seed: "seed-1", fold: 0, rows: 2, scores: ["log-loss": 0.25, "accuracy": 0.5])]
        made.seeds = [("seed-1", ["log-loss": 0.5, "accuracy": 1])]
        made.losses = ["average": [0.25, 0.75], "seed-1": [1, 2]]
        (made.groups, made.folds, made.labels, made.predicted) = ([0, 1], [0, 1], [1, 0], [1, 1])
        made.bins = [(2, 0.5, 1)]
        made.calibrationError = 0.5
        let found = try Evaluation(reading: made.bytes, name: "e")
        #expect(found.bytes == made.bytes && found.hasSeeds && found.cells[0].scores["log-loss"] == 0.25)
        #expect(!String(decoding: made.bytes, as: UTF8.self).contains("metrics"))
        made.metrics = ["accuracy", "log-loss"]
        made.predictedBySeed = ["seed-1": [1, 0]]
        let named = try Evaluation(reading: made.bytes, name: "e")
        #expect(named.bytes == made.bytes && named.metrics == ["accuracy", "log-loss"])
        #expect(named.predictedBySeed == ["seed-1": [1, 0]])
    }

    @Test func aHistoryMayHaveGaps() throws {
        let found = try TrainingHistory(reading: bytes(["losses": [1.5, nil, 2], "epochs": []]), name: "h")
        #expect(found.losses == [1.5, nil, 2] && found.validation.isEmpty)
        #expect { try TrainingHistory(reading: bytes(["losses": [1, "x"]]), name: "h") } throws: {
            "\($0)".contains("h: losses[1]: expected a number or null, found the text \"x\"")
        }
    }

    private func tokens(offsets: [Int64], ids: Int) -> [UInt8] {
        safetensors([
            ("answer.offsets", .integers(offsets, type: "I64")),
            ("answer.ids", .integers([Int32](repeating: 1, count: ids), type: "I32")),
        ])
    }

    @Test func tokensAreCountedByOffsetsThatRise() throws {
        #expect(
            try Tokens(reading: tokens(offsets: [0, 2, 2, 5], ids: 5), name: "t").offsets == ["answer": [0, 2, 2, 5]])
        #expect(ContentShape.rows(of: tokens(offsets: [0, 2, 2, 5], ids: 5)) == 3)
        for offsets in [[0, 3, 2, 5], [1, 5], [0, 6], [], [-1, 5], [0, .min, 5]] as [[Int64]] {
            #expect(throws: FormatError.self) { try Tokens(reading: tokens(offsets: offsets, ids: 5), name: "t") }
        }
    }

    @Test func featuresAreNamedAndOfEachRow() throws {
        func features(_ rows: [Int64], _ names: String, _ shape: [Int]) -> [UInt8] {
            safetensors(
                [
                    ("rows", .integers(rows, type: "I64")),
                    ("values", .floats([Float](repeating: .nan, count: shape.reduce(1, *)), shape: shape)),
                ], metadata: ["names": .string(names)])
        }
        let found = try Features(reading: features([0, 1], "[\"a\",\"b\"]", [2, 2]), name: "f")
        #expect(found.names == ["a", "b"] && found.rows == 2)
        for file in [
            features([1, 0], "[\"a\",\"b\"]", [2, 2]), features([0, 1], "[\"a\",\"a\"]", [2, 2]),
            features([0, 1], "[\"a\"]", [2, 2]), features([0, 1], "[1,2]", [2, 2]), features([0, 1], "x", [2, 2]),
            features([0], "[\"a\",\"b\"]", [2, 2]), safetensors([("rows", .integers([Int64(0)], type: "I64"))]),
        ] {
            #expect(throws: FormatError.self) { try Features(reading: file, name: "f") }
        }
    }

    @Test func contentsOfEveryFormHaveTheirRows() {
        #expect(ContentShape.rows(of: bytes(.object(rows))) == 3)
        #expect(ContentShape.rows(of: bytes(.object(folds))) == 3)
        #expect(ContentShape.rows(of: predictions(rows: [0, 1], [1, 0, 1, 0], classes: 2)) == 2)
        #expect(ContentShape.rows(of: Array("{\"answer\":\"x\"}\n{\"answer\":\"y\"}\n".utf8)) == 2)
        #expect(ContentShape.rows(of: [0x89, 0x50]) == nil && ContentShape.rows(of: []) == nil)
    }
}
