// Labels that stand in one fold alone.

import Testing

@testable import Scores

@Suite struct UnseenLabelTests {
    @Test func aLabelOfOneFoldIsFound() {
        let found = UnseenLabel.all(labels: [0, 1, 2, 0, 1, 2, 0], folds: [0, 0, 0, 1, 1, 0, 1], classes: 4)
        #expect(found == [UnseenLabel(label: 2, fold: 0, rows: 2), UnseenLabel(label: 3, fold: nil, rows: 0)])
        #expect(found.map { $0.name(["a", "b", "c"]) } == ["c", "3"])
    }

    @Test func aRowOfNoFoldTeachesEveryModel() {
        // Label 1 stands in fold 0 and in no fold; label 2 in fold 1 alone.
        let found = UnseenLabel.all(labels: [0, 1, 2, 0, 1], folds: [0, 0, 1, 1, -1], classes: 3)
        #expect(found == [UnseenLabel(label: 2, fold: 1, rows: 1)])
        // A single fold beside rows of none: what it holds out alone was taught to nobody.
        #expect(UnseenLabel.all(labels: [0, 1, 0], folds: [0, 0, -1], classes: 2).map(\.label) == [1])
    }

    @Test func inTheOrderOfTimeALabelIsUnseenUntilItHasCome() {
        let found = UnseenLabel.all(
            labels: [0, 0, 1, 2, 1, 2, 2], folds: [-1, 0, 0, 1, 1, 2, 2], isOrdered: true, classes: 3)
        #expect(
            found == [
                UnseenLabel(label: 1, fold: 0, rows: 1, comesLater: true),
                UnseenLabel(label: 2, fold: 1, rows: 1, comesLater: true),
            ])
    }

    @Test func oneFoldAloneSaysNothing() {
        #expect(UnseenLabel.all(labels: [0, 1], folds: [0, 0], classes: 2).isEmpty)
        // Rows of weight 0 teach nothing.
        let weighed = UnseenLabel.all(
            labels: [0, 1, 0, 1], folds: [0, 0, 1, 1], weights: [1, 1, 1, 0], classes: 2)
        #expect(weighed.map(\.label) == [1] && weighed.map(\.fold) == [0] && weighed.map(\.rows) == [1])
        #expect(UnseenLabel.all(labels: [0, 1, 0, 1], folds: [0, 0, 1, 1], classes: 2).isEmpty)
    }

    @Test func aLabelWithFewerRowsThanFoldsIsFound() {
        let (labels, folds) = ([0, 0, 0, 0, 1, 1, 2, 3, 1, 1], [0, 1, 2, -1, 0, 2, 1, -1, -1, -1])
        // Label 2 stands in one fold alone and label 3 in none; of label 1 two rows are scored.
        #expect(
            RareLabel.all(labels: labels, folds: folds, classes: 4) == [
                RareLabel(label: 1, rows: 2, folds: [0, 2], foldCount: 3, scoredRows: 6)
            ])
        #expect(RareLabel.all(labels: [0, 0, 1, 1], folds: [0, 1, 0, 1], classes: 2).isEmpty)
    }
}
