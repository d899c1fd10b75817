// The folds that a table says itself: numbered in the order of the values, groups whole.

import Digests
import Formats
import Host
import Recipes
import Testing

@testable import Plans
@testable import Steps

@Suite struct SplitTests {
    private func split(count: Int, names: [String], places: [Int], groups: JSON = nil) throws -> [Int] {
        let folder = try Folder()
        let ids: [JSON] = places.indices.map { .string("\($0)") }
        let rows: JSON = [
            "ids": .array(ids), "labels": .array(places.indices.map { .integer($0 % 2) }), "groups": groups,
            "weights": nil, "classes": 2,
        ]
        let order: JSON = ["names": .array(names.map { .string($0) }), "places": .array(places.map { .integer($0) })]
        _ = try folder.run(
            SplitStep(method: .column, count: count, seed: 1, rows: Artifact(0, "rows"), order: Artifact(0, "order")),
            ["rows": try folder.write("rows", rows), "order": try folder.write("order", order)])
        return try folder.folds()
    }

    @Test func aColumnIsTakenAsItIs() throws {
        #expect(try split(count: 3, names: ["a", "b", "c"], places: [2, 0, 1, 1, 0, 2]) == [2, 0, 1, 1, 0, 2])
    }

    @Test func theCountMustBeThatOfTheValues() {
        #expect {
            _ = try split(count: 5, names: ["2", "10"], places: [0, 1, 0, 1])
        } throws: {
            "\($0)".contains("has 2 different values (2, 10), and folds.count is 5: write `count: 2`")
        }
    }

    @Test func aGroupInTwoFoldsIsRefused() {
        #expect {
            _ = try split(count: 2, names: ["early", "late"], places: [0, 1, 0, 1], groups: [0, 1, 2, 2])
        } throws: {
            "\($0)".contains("rows 3 and 4 are of one group") && "\($0)".contains("into early and late")
        }
    }
}
