// Folds in the order of time, against scikit-learn's TimeSeriesSplit.

import Testing

@testable import Scores

@Suite struct TimeBlocksTests {
    struct Case: Decodable {
        let times, folds: [Int]
        let count: Int
    }

    @Test func foldsAreThoseOfScikitLearn() throws {
        for peer in try golden("time_blocks", as: [Case].self) {
            #expect(try TimeBlocks.folds(of: peer.times, count: peer.count) == peer.folds)
        }
    }

    @Test func rowsOfOneTimeAreNeverParted() throws {
        // Six rows in three blocks of two: the border falls between the two rows of time 1.
        #expect(try TimeBlocks.folds(of: [0, 1, 1, 2, 3, 4], count: 2) == [-1, -1, -1, 0, 1, 1])
        for peer in try golden("time_blocks", as: [Case].self) {
            let times = peer.times.map { $0 / 3 }
            let folds = try TimeBlocks.folds(of: times, count: peer.count)
            #expect(Set(zip(times, folds).map { [$0, $1] }).count == Set(times).count)
            for (row, fold) in folds.enumerated() {
                for other in times.indices where times[other] < times[row] { #expect(folds[other] <= fold) }
            }
        }
    }

    @Test func tooFewRowsAreRefused() {
        #expect(throws: FoldError.tooFewRows(rows: 3, folds: 4)) { try TimeBlocks.folds(of: [0, 1, 2], count: 3) }
    }
}
