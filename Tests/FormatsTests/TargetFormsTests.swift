// Files of what is predicted beside one label a row: numbers, and several labels at once.

import Digests
import Targets
import Testing

@testable import Formats

@Suite struct TargetFormsTests {
    private static let numbers = Target(.number, width: 2)
    private static let labels = Target(.multiLabel, width: 2)

    private func file(_ tensor: String, _ values: [Double], rows: [Int64] = [1, 0]) -> [UInt8] {
        safetensors([
            ("rows", .integers(rows, type: "I64")), (tensor, .doubles(values, shape: [rows.count, 2])),
        ])
    }

    @Test func numbersComeBackWithAllTheirDigitsAndInOrder() throws {
        let values = [1_700_000_000.123456, -0.1, 3e-9, 4]
        let found = try Predictions(reading: file("values", values), name: "p", target: Self.numbers, below: 2)
        #expect(found.rows == [0, 1] && found.values == [3e-9, 4, 1_700_000_000.123456, -0.1] && found.isMended)
        let again = try Predictions(reading: found.bytes, name: "p", target: Self.numbers)
        #expect(again.values == found.values && !again.isMended && Array(again[1]) == [1_700_000_000.123456, -0.1])
    }

    @Test(
        arguments: [
            (numbers, "values", [1, .infinity, 2, 3], "row 2, column 2 of 2: inf"),
            (numbers, "values", [1, 0, .nan, 3], "row 1, column 1 of 2: nan"),
            (numbers, "probabilities", [1, 0, 0, 1], "no tensor \"values\""),
            (labels, "probabilities", [1, 0.5, 1.01, 0], "row 1, label 1 of 2: 1.01 is no probability"),
            (labels, "probabilities", [1, -0.5, 1, 0], "row 2, label 2 of 2: -0.5 is no probability"),
            (labels, "values", [1, 0, 0, 1], "no tensor \"probabilities\""),
        ] as [(Target, String, [Double], String)])
    func whatIsNoSuchPredictionIsRefused(_ target: Target, _ tensor: String, _ values: [Double], _ words: String) {
        let bytes = file(tensor, values)
        #expect { try Predictions(reading: bytes, name: "p", target: target, below: 2) } throws: {
            "\($0)".contains(words)
        }
    }

    @Test func severalLabelsNeedNotSumToOne() throws {
        let found = try Predictions(
            reading: file("probabilities", [1, 1, 0, 0], rows: [0, 1]), name: "p", target: Self.labels)
        #expect(found.values == [1, 1, 0, 0])
        #expect(try Predictions(reading: found.bytes, name: "p", target: Self.labels).values == found.values)
    }

    private func rows(_ numbers: JSON) throws -> Rows {
        let json: JSON = ["classes": 2, "ids": ["a", "b"], "labels": .null, "numbers": numbers]
        return try Rows(reading: Array(json.text().utf8), name: "rows")
    }

    @Test func aTableHasAsManyNumbersInEachRow() throws {
        let found = try rows([[1.5, 2], [-3, 1e9]])
        #expect(try found.trueNumbers() == [1.5, 2, -3, 1e9])
        #expect(throws: FormatError.self) { try found.trueLabels() }
        #expect { try rows([[1, 2]]) } throws: { "\($0)".contains("2 ids and 1 numbers") }
        #expect { try rows([[1, 2], [3]]) } throws: { "\($0)".contains("row 2 has the numbers [3.0]") }
        #expect { try rows(.null).trueNumbers() } throws: { "\($0)".contains("no numbers to predict") }
    }

    @Test func aTableByIdHasTheTruthBesideWhatIsPredicted() throws {
        let predictions = Predictions(covering: 2, target: Self.numbers, values: [1.25, 2, -3, 1e9])
        let table = PredictionsTable(
            try rows([[1.5, 2], [-3, 1e9]]), folds: try Folds(count: 2, folds: [1, 0], name: "folds"),
            predictions: predictions, labels: ["mass", "size"], id: "id", label: "label")
        #expect(
            String(decoding: table.csv, as: UTF8.self) == """
                id,fold,mass,size,mass_predicted,size_predicted
                a,1,1.5,2.0,1.25,2.0
                b,0,-3.0,1000000000.0,-3.0,1000000000.0

                """)
        #expect(table.numbers == ["fold", "mass", "size", "mass_predicted", "size_predicted"])
        #expect(PredictionColumns.submitted(.number, ["mass", "size"], label: "label") == ["mass", "size"])
        #expect(PredictionColumns.submitted(.ordinal, ["1", "2"], label: "score") == ["score_1", "score_2"])
    }

    @Test func anEvaluationOfNumbersComesBackByteByByte() throws {
        var made = Evaluation(rows: 2, classes: 2, metrics: ["rmse"], scores: ["rmse": 0.5])
        (made.groups, made.folds, made.numbers) = ([0, 1], [0, 1], [1, 2, 3, 4])
        made.values = ["average": [1, 2, 3, 5]]
        made.losses = ["average": [0, 0.5]]
        let found = try Evaluation(reading: made.bytes, name: "e")
        #expect(found.bytes == made.bytes && found.isOfNumbers && found.values == made.values)
        let text = String(decoding: made.bytes, as: UTF8.self)
        #expect(!text.contains("reliability") && !text.contains("predicted"))
        made.values = ["average": [1, 2, 3]]
        let short = made.bytes
        #expect { try Evaluation(reading: short, name: "e") } throws: { "\($0)".contains("average has 3 numbers") }
    }

    @Test func anEvaluationOfGroupsSaysSo() throws {
        var made = Evaluation(rows: 2, classes: 3, metrics: ["map@3"], scores: ["map@3": 0.75])
        (made.groups, made.folds, made.labels, made.predicted) = ([0, 1], [0, 1], [1, 2], [1, 0])
        (made.covered, made.isOfGroups) = ([1, 5], true)
        let found = try Evaluation(reading: made.bytes, name: "e")
        #expect(found.bytes == made.bytes && found.isOfGroups && found.covered == [1, 5] && found.testToTrain == nil)
        made.isOfGroups = false
        #expect(try !Evaluation(reading: made.bytes, name: "e").isOfGroups)
    }

    @Test func aRowOfAChoiceHasOneProbability() throws {
        let bytes = safetensors([
            ("rows", .integers([0, 1], type: "I64")), ("probabilities", .doubles([0.25, 0.75], shape: [2, 1])),
        ])
        let found = try Predictions(reading: bytes, name: "p", target: Target(.choice, width: 1), below: 2)
        #expect(found.values == [0.25, 0.75])
        #expect(PredictionColumns.submitted(.choice, ["right"], label: "right") == ["right"])
    }
}
