// The folds that a table says itself: numbered in the order of the values, groups whole.

import Digests
import Formats
import Host
import Recipes
import Testing

@testable import Plans
@testable import Steps

@Suite struct SplitTests {
    private func split(_ kind: FoldKind = .column, count: Int, names: [String], places: [Int], groups: JSON = nil)
        throws -> [Int]
    {
        let folder = try Folder()
        let ids: [JSON] = places.indices.map { .string("\($0)") }
        let rows: JSON = [
            "ids": .array(ids), "labels": .array(places.indices.map { .integer($0 % 2) }), "groups": groups,
            "weights": nil, "classes": 2,
        ]
        let order: JSON = ["names": .array(names.map { .string($0) }), "places": .array(places.map { .integer($0) })]
        _ = try folder.run(
            SplitStep(method: kind, count: count, seed: 1, rows: Artifact(0, "rows"), order: Artifact(0, "order")),
            ["rows": try folder.write("rows", rows), "order": try folder.write("order", order)])
        return try folder.folds()
    }

    @Test func aColumnIsTakenAsItIs() throws {
        #expect(try split(count: 3, names: ["a", "b", "c"], places: [2, 0, 1, 1, 0, 2]) == [2, 0, 1, 1, 0, 2])
    }

    @Test func aRowWithoutAValueIsOfNoFold() throws {
        #expect(try split(count: 2, names: ["a", "b"], places: [1, -1, 0, 1]) == [1, -1, 0, 1])
    }

    @Test func blocksOfTimeAreOrderedAndTheFirstIsNoFold() throws {
        let names = (2019..<2025).map { "\($0)" }
        #expect(try split(.time, count: 2, names: names, places: [5, 0, 3, 1, 2, 4]) == [1, -1, 0, -1, 0, 1])
        #expect {
            _ = try split(.time, count: 2, names: ["2019", "2020"], places: [0, 0, 0, 0, 0, 1])
        } throws: {
            "\($0)".contains("fold 0 of 2 has no rows; take fewer folds")
        }
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

    @Test func furtherTablesLeaveTheFoldsOfTheFirstAlone() throws {
        func folds(_ tables: [SplitStep.Table], rows count: Int) throws -> Folds {
            let folder = try Folder()
            let numbers = 0..<count
            let rows: JSON = [
                "ids": .array(numbers.map { .string("\($0)") }), "labels": .array(numbers.map { .integer($0 % 2) }),
                "groups": nil, "weights": nil, "classes": 2,
            ]
            // Rows 8 and 9 are of a second table; row 8 asks what row 3 asks.
            let parts: JSON = [
                "tables": .array((0..<max(1, tables.count)).map { .string("\($0)") }),
                "parts": .array(numbers.map { .integer($0 < 8 ? 0 : 1) }),
                "questions": .array(numbers.map { .integer($0 == 8 ? 3 : $0) }),
            ]
            var step = SplitStep(method: .stratifiedKFold, count: 2, seed: 7, rows: Artifact(0, ""))
            step.tables = tables
            _ = try folder.run(
                step, ["rows": try folder.write("rows", rows), "parts": try folder.write("parts", parts)])
            return try Folds(reading: folder.bytes("folds"), name: "folds")
        }
        let alone = try folds([], rows: 8)
        let more = try folds([.init(isScored: true, method: nil), .init(isScored: false, method: nil)], rows: 10)
        #expect(Array(more.folds.prefix(8)) == alone.folds)
        #expect(more.folds[8] == alone.folds[3] && more.folds[9] == -1 && more.unscored == [8])
        #expect(
            more.heldOut() == Array(0..<8) && !more.trains(8, without: alone.folds[3]) && more.trains(9, without: 0))
    }
}
