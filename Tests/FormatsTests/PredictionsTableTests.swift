// Predictions as a table by id.

import Targets
import Digests
import Testing

@testable import Formats

@Suite struct PredictionsTableTests {
    private func rows(_ labels: [Int]?) throws -> Rows {
        var members: [String: JSON] = ["classes": 2, "ids": ["b, 1", "a"]]
        if let labels { members["labels"] = .array(labels.map { .integer($0) }) }
        return try Rows(reading: Array(JSON.object(members).text().utf8), name: "rows")
    }

    @Test func trainingRowsHaveTheirFoldAndLabel() throws {
        let table = PredictionsTable(
            try rows([1, 0]), folds: try Folds(count: 2, folds: [1, 0], name: "folds"),
            predictions: Predictions(covering: 2, target: .classes(2), values: [0.25, 0.75, 0.5, 0.5]),
            labels: ["x", "y"], id: "fold", label: "who")
        #expect(
            String(decoding: table.csv, as: UTF8.self) == """
                fold,fold_,who,who_x,who_y
                "b, 1",1,y,0.25,0.75
                a,0,x,0.5,0.5

                """)
        #expect(table.numbers == ["fold_", "who_x", "who_y"] && table.rowCount == 2)
    }

    @Test func rowsToPredictHaveNeither() throws {
        let table = PredictionsTable(
            try rows(nil), folds: nil,
            predictions: Predictions(covering: 2, target: .classes(2), values: [0.1, 0.9, 1, 0]), labels: ["x", "y"],
            id: "id", label: "who")
        #expect(String(decoding: table.csv, as: UTF8.self) == "id,who_x,who_y\n\"b, 1\",0.1,0.9\na,1.0,0.0\n")
    }
}
