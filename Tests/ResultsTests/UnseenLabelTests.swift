// Labels that stand in one fold alone.

import Testing

@testable import Results

@Suite struct UnseenLabelTests {
    @Test func aLabelOfOneFoldIsFound() {
        let found = UnseenLabel.all(labels: [0, 1, 2, 0, 1, 2, 0], folds: [0, 0, 0, 1, 1, 0, 1], classes: 4)
        #expect(found == [UnseenLabel(label: 2, fold: 0, rows: 2), UnseenLabel(label: 3, fold: nil, rows: 0)])
        #expect(found.map { $0.name(["a", "b", "c"]) } == ["c", "3"])
    }

    @Test func oneFoldAloneSaysNothing() {
        #expect(UnseenLabel.all(labels: [0, 1], folds: [0, 0], classes: 2).isEmpty)
        // Rows of weight 0 teach nothing.
        let weighed = UnseenLabel.all(
            labels: [0, 1, 0, 1], folds: [0, 0, 1, 1], weights: [1, 1, 1, 0], classes: 2)
        #expect(weighed.map(\.label) == [1] && weighed.map(\.fold) == [0] && weighed.map(\.rows) == [1])
        #expect(UnseenLabel.all(labels: [0, 1, 0, 1], folds: [0, 0, 1, 1], classes: 2).isEmpty)
    }
}
