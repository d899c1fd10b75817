import Testing

@testable import Scores

@Suite struct FoldTests {
    struct Case: Decodable {
        let labels, groups: [Int]
        let count: Int
        let folds, seed42: [String: [Int]]
    }

    @Test(arguments: FoldAssignment.Kind.allCases)
    func inTheOrderOfTheTableFoldsAreThoseOfScikitLearn(kind: FoldAssignment.Kind) throws {
        for peer in try golden("folds", as: [Case].self) {
            let expected = try #require(peer.folds[kind.rawValue])
            let assignment = try FoldAssignment(
                kind, rowCount: peer.labels.count, labels: peer.labels, groups: peer.groups,
                count: peer.count,
                order: { Array(0..<$0) })
            #expect(assignment.folds == expected)
        }
    }

    @Test(arguments: FoldAssignment.Kind.allCases)
    func aSeedGivesTheFoldsOfScikitLearnInTheOrderItNames(kind: FoldAssignment.Kind) throws {
        for peer in try golden("folds", as: [Case].self) {
            let assignment = try FoldAssignment(
                kind, rowCount: peer.labels.count, labels: peer.labels, groups: peer.groups,
                count: peer.count,
                seed: 42)
            #expect(assignment.folds == peer.seed42[kind.rawValue])
        }
    }

    @Test(arguments: FoldAssignment.Kind.allCases)
    func aSeedNamesTheFolds(kind: FoldAssignment.Kind) throws {
        let peer = try golden("folds", as: [Case].self)[4]
        func folds(seed: UInt64) throws -> [Int] {
            try FoldAssignment(
                kind, rowCount: peer.labels.count, labels: peer.labels, groups: peer.groups, count: 5,
                seed: seed
            ).folds
        }
        #expect(try folds(seed: 42) == folds(seed: 42))
        #expect(try folds(seed: 42) != folds(seed: 43))
    }

    @Test func shuffledFoldsKeepTheirPromises() throws {
        for peer in try golden("folds", as: [Case].self) {
            func make(_ kind: FoldAssignment.Kind) throws -> [Int] {
                try FoldAssignment(
                    kind, rowCount: peer.labels.count, labels: peer.labels, groups: peer.groups,
                    count: peer.count,
                    seed: 7
                ).folds
            }
            func sizes(_ folds: [Int], where isIncluded: (Int) -> Bool = { _ in true }) -> [Int] {
                (0..<peer.count).map { fold in folds.indices.count { folds[$0] == fold && isIncluded($0) } }
            }
            func spread(_ sizes: [Int]) -> Int { sizes.max()! - sizes.min()! }
            #expect(spread(sizes(try make(.kFold))) <= 1)
            let stratified = try make(.stratifiedKFold)
            for label in Set(peer.labels) {
                #expect(spread(sizes(stratified) { peer.labels[$0] == label }) <= 1)
            }
            for kind in [FoldAssignment.Kind.groupKFold, .stratifiedGroupKFold] {
                let folds = try make(kind)
                let pairs = Set(zip(peer.groups, folds).map { [$0, $1] })
                #expect(pairs.count == Set(peer.groups).count, "no group is divided")
                #expect(Set(folds).count == peer.count, "no fold is empty")
            }
        }
    }

    @Test func groupsWithOneOfEachLabelSpreadEvenly() throws {
        let groups = (0..<231).map { $0 / 7 }
        let labels = (0..<231).map { $0 % 7 }
        let folds = try FoldAssignment(
            .stratifiedGroupKFold, rowCount: 231, labels: labels, groups: groups, count: 5, seed: 1)
        let sizes = (0..<5).map { fold in folds.folds.count { $0 == fold } }
        #expect(sizes.sorted() == [42, 42, 49, 49, 49])
    }

    @Test func whatCannotBeDealtIsRefusedInPlainWords() {
        func error(
            _ kind: FoldAssignment.Kind, rows: Int = 4, labels: [Int]? = nil, groups: [Int]? = nil,
            count: Int = 3
        ) -> FoldError? {
            do {
                _ = try FoldAssignment(
                    kind, rowCount: rows, labels: labels, groups: groups, count: count, seed: 1)
                return nil
            } catch {
                return error
            }
        }
        #expect(error(.kFold, count: 1) == .tooFewFolds(1))
        #expect(error(.kFold, rows: 2) == .tooFewRows(rows: 2, folds: 3))
        #expect(error(.stratifiedKFold) == .labels(given: nil, rows: 4))
        #expect(error(.stratifiedKFold, labels: [1]) == .labels(given: 1, rows: 4))
        #expect(error(.stratifiedKFold, labels: [0, 0, 1, 1]) == .tooFewPerLabel(rows: 2, folds: 3))
        #expect(error(.groupKFold) == .groups(given: nil, rows: 4))
        #expect(error(.stratifiedGroupKFold, labels: [0, 0, 0, 1]) == .groups(given: nil, rows: 4))
        #expect(error(.groupKFold, groups: [5, 5, 9, 9]) == .tooFewGroups(groups: 2, folds: 3))
        #expect(
            error(.groupKFold, groups: [5, 5, 9, 9])?.description
                == "2 groups cannot fill 3 folds: a group is never divided")
        // A label too rare for every fold is no error while another is common enough.
        #expect(error(.stratifiedKFold, labels: [0, 0, 0, 1]) == nil)
    }
}
