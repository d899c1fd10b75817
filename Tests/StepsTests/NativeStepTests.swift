// Native steps on files: what they compute, and what they refuse. Scores against other implementations are tested with
// Scores and Constraints and, for a whole run, in Tests/EndToEnd.

import Host
import Digests
import Formats
import Foundation
import Steps
import Testing

private let rows: JSON = [
    "ids": ["a", "b", "c", "d"], "labels": [0, 1, 0, 1], "groups": [0, 0, 1, 1], "weights": nil, "classes": 2,
]

@Suite struct NativeStepTests {
    @Test func averageJoinsFoldsAndMeansSeeds() throws {
        let folder = try Folder()
        let inputs = [
            "seed-1/fold-0": try folder.predictions("a", rows: [1], [0.25, 0.75]),
            "seed-1/fold-1": try folder.predictions("b", rows: [0], [0.5, 0.5]),
            "seed-2/fold-0": try folder.predictions("c", rows: [1], [0.75, 0.25]),
            "seed-2/fold-1": try folder.predictions("d", rows: [0], [1, 0]),
        ]
        _ = try folder.run(Make.average(cover: 2), inputs)
        #expect(try folder.output().values == [0.75, 0.25, 0.5, 0.5])
    }

    @Test func averageRefusesRowsThatCountLess() throws {
        let folder = try Folder()
        let inputs = ["x": try folder.predictions("a", rows: [0, 2], [1, 0, 0, 1])]
        #expect { try folder.run(Make.average(cover: 1), inputs) } throws: {
            "\($0)".contains("row 2 has 0 predictions")
        }
    }

    @Test func splitKeepsGroupsWhole() throws {
        let folder = try Folder()
        let outcome = try folder.run(
            Make.split, ["rows": try folder.write("rows", rows)]
        )
        let folds = try folder.folds()
        #expect(folds[0] == folds[1] && folds[2] == folds[3] && folds[0] != folds[2])
        #expect(outcome.metrics["smallest"] == 2)
    }

    @Test func optimizeIsCrossFittedAndAppliesItsParameterToTheTest() throws {
        let folder = try Folder()
        let predictions = try folder.predictions("p", rows: [0, 1, 2, 3], [0.6, 0.4, 0.5, 0.5, 0.7, 0.3, 0.4, 0.6])
        let inputs = [
            "fitted-on": predictions, "predictions": predictions, "rows": try folder.write("rows", rows),
            "folds": try folder.write("folds", ["count": 2, "folds": [0, 0, 1, 1]]),
        ]
        let outcome = try folder.run(Make.optimize(), inputs)
        #expect(outcome.metrics["log-loss"]!.number! < outcome.metrics["log-loss-before"]!.number!)
        let table = try folder.output()
        // Two rows, two labels: the marginals of a group are one probability and its complement.
        for row in [0, 2] { #expect(abs(table[row].first! - table[row + 1].last!) < 1e-6) }
        let parameters = folder.path + "/outputs/parameters"
        let test = try folder.run(
            Make.optimize(),
            ["parameters": parameters, "predictions": predictions, "rows": inputs["rows"]!])
        #expect(test.metrics["exponent"] == outcome.metrics["exponent"])
    }

    @Test func optimizeRefusesGroupsThatAreSplitOverFolds() throws {
        let folder = try Folder()
        let predictions = try folder.predictions("p", rows: [0, 1, 2, 3], [0.6, 0.4, 0.5, 0.5, 0.7, 0.3, 0.4, 0.6])
        let inputs = [
            "fitted-on": predictions, "predictions": predictions, "rows": try folder.write("rows", rows),
            "folds": try folder.write("folds", ["count": 2, "folds": [0, 1, 1, 0]]),
        ]
        #expect { try folder.run(Make.optimize(), inputs) } throws: {
            "\($0)".contains("split over folds")
        }
    }

    @Test func aSampleThatDoesNotFitIsRefusedByRow() throws {
        let folder = try Folder()
        let predictions = try folder.predictions("p", rows: [0, 1, 2, 3], [0.6, 0.4, 0.5, 0.5, 0.7, 0.3, 0.4, 0.6])
        let sample = folder.path + "/sample.csv"
        try "id,x,y\n\"a\",0,0\nz,0,0\n".write(toFile: sample, atomically: true, encoding: .utf8)
        let inputs = ["predictions": predictions, "rows": try folder.write("rows", rows), "sample": sample]
        #expect { try folder.run(Make.submission(id: "id", label: "target"), inputs) } throws: {
            "\($0)".contains("row 2 of the sample")
        }
    }

    /// A metric file is handed what a submission would have, and the truth in the same form.
    @Test func sheetsHaveTheTruthInTheSubmissionsForm() throws {
        let folder = try Folder()
        let inputs = [
            "average": try folder.predictions("p", rows: [0, 1, 2, 3], [0.6, 0.4, 0.5, 0.5, 0.2, 0.8, 0.4, 0.6]),
            "rows": try folder.write("rows", rows),
            "folds": try folder.write("folds", ["count": 2, "folds": [0, 0, 1, 1]]),
            "fold-0": try folder.predictions("p0", rows: [0, 1], [0.6, 0.4, 0.5, 0.5]),
            "fold-1": try folder.predictions("p1", rows: [2, 3], [0.2, 0.8, 0.4, 0.6]),
        ]
        _ = try folder.run(Make.sheets(), inputs)
        func text(_ name: String) throws -> String {
            String(decoding: try folder.bytes("sheets/\(name)"), as: UTF8.self)
        }
        #expect(try text("solution.csv") == "id,target_0,target_1\na,1,0\nb,0,1\nc,1,0\nd,0,1\n")
        #expect(try text("average.csv") == "id,target_0,target_1\na,0.6,0.4\nb,0.5,0.5\nc,0.2,0.8\nd,0.4,0.6\n")
        #expect(try text("all.csv") == text("average.csv"))
        let said = try JSON(parsing: folder.bytes("sheets/sheets.json"))
        #expect(said["id"] == "id" && said["lines"] == 1 && said["fold-count"] == 2)
        #expect(said["tables"] == ["average": [0, 0, 1, 1], "all": [0, 0, 1, 1]])
        // Rows of one group are left out together.
        let blocks = try #require(said["blocks"]?.array)
        #expect(blocks[0] == blocks[1] && blocks[2] == blocks[3] && blocks[0] != blocks[2])
        _ = try folder.run(Make.sheets(form: "label"), inputs)
        #expect(try text("solution.csv") == "id,target\na,0\nb,1\nc,0\nd,1\n")
        #expect(try text("average.csv") == "id,target\na,0\nb,0\nc,1\nd,1\n")
    }

    @Test func aFileCutOffIsNoPredictions() throws {
        let folder = try Folder()
        let whole = try folder.predictions("p", rows: [0], [0.5, 0.5])
        let bytes = try Data(contentsOf: URL(filePath: whole))
        for count in [0, 4, 20, bytes.count - 1] {
            try bytes.prefix(count).write(to: URL(filePath: whole))
            #expect(throws: AblateError.self) { try folder.run(Make.average(cover: 1), ["x": whole]) }
        }
    }
}
