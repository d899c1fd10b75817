// Rows of several tables that are of one question or group are in one fold, and what is not scored stays away from what is.

import Testing

@testable import Scores

@Suite struct LinkedRowsTests {
    @Test func rowsThatAreNotScoredFollowThoseThatAre() {
        // Rows 4 to 7 are of a table that is not scored: of question 0 in fold 1, of a new one, of one in both folds, and of none.
        let linked = LinkedRows(
            dealt: [1, 0, 0, 1, -1, -1, -1, -1], tables: [0, 0, 0, 0, 1, 1, 1, 1], scored: [true, false],
            links: [[0], [1], [2], [2], [0], [9], [2], []])
        #expect(linked.folds == [1, 0, 0, 1, 1, -1, -2, -1])
        #expect(linked.unscored == [4] && linked.moved == 0)
    }

    @Test func laterTablesFollowEarlierOnesWithTheirWholeGroups() {
        // Group 10 of the second table has a row of question 0, which stands in fold 1: both of its rows go there.
        let linked = LinkedRows(
            dealt: [1, 0, 0, 0, 1], tables: [0, 0, 1, 1, 1], scored: [true, true],
            links: [[0], [1], [0, 10], [2, 10], [3, 11]])
        #expect(linked.folds == [1, 0, 1, 1, 1] && linked.moved == 2 && linked.unscored.isEmpty)
    }

    @Test func oneTableIsLeftAsItWasDealt() {
        let linked = LinkedRows(dealt: [0, 1, 1], tables: [0, 0, 0], scored: [true], links: [[0], [0], [1]])
        #expect(linked.folds == [0, 1, 1] && linked.moved == 0)
    }

    @Test func rowsThatWouldBelongToSeveralFoldsAreLeftToNone() {
        // Row 2 asks what row 0 asks, in fold 0, and row 3 what row 1 asks, in fold 1; they are of one group. Row 4 is of it, too.
        let group = LinkedRows(
            dealt: [0, 1, 0, 1, 1, 0], tables: [0, 0, 1, 1, 1, 1], scored: [true, true],
            links: [[0], [1], [0, 10], [1, 10], [2, 10], [3, 11]])
        #expect(group.folds == [0, 1, -2, -2, -2, 0] && group.moved == 0)
        // A row that by itself belongs to two folds is left out alone: it is trained on by no model, so that its group may stay.
        let alone = LinkedRows(
            dealt: [0, 1, 0, 1], tables: [0, 0, 1, 1], scored: [true, true], links: [[0], [0], [0, 10], [2, 10]])
        #expect(alone.folds == [0, 1, -2, 1])
    }

    @Test func aChainOfLinksMovesAsOne() {
        // Row 1 asks what row 0 asks, row 2 is of row 1's group, row 3 asks what row 2 asks.
        let linked = LinkedRows(
            dealt: [1, 0, 0, 0], tables: [0, 1, 1, 1], scored: [true, true], links: [[0], [0, 10], [2, 10], [2, 11]])
        #expect(linked.folds == [1, 1, 1, 1] && linked.moved == 3)
    }
}
