// The settings in which two recipes differ, as `diff` says them.

import Digests
import Testing

@testable import CommandLine

@Suite struct DiffSettingTests {
    private func texts(_ before: [String: JSON], _ after: [String: JSON]) -> [String] {
        DiffDocument.settings(from: before, to: after) { $0 == "folds.count" ? "recipe.yaml:7:3" : nil }.map(\.text)
    }

    @Test func aChangedValueIsSaidWithItsPlace() {
        let settings = DiffDocument.settings(from: ["folds.count": 5], to: ["folds.count": 10]) { _ in "recipe.yaml:7:3"
        }
        #expect(settings.map(\.text) == ["folds.count: 5 -> 10 (recipe.yaml:7:3)"])
        #expect(settings.map(\.old) == [5] && settings.map(\.new) == [10])
        #expect(texts(["a": 1], ["a": 1]).isEmpty)
    }

    @Test func aWholeModelIsOneDifference() {
        let model: [String: JSON] = [
            "models.tiny.lora.rank": 8, "models.tiny.lora.alpha": 16, "models.tiny.seeds": [1],
        ]
        let rest: [String: JSON] = ["models.large.seeds": [1], "folds.count": 5]
        #expect(texts(rest, rest.merging(model) { $1 }) == ["models.tiny is new"])
        #expect(texts(rest.merging(model) { $1 }, rest) == ["models.tiny is gone"])
    }

    @Test func aKeyThatOneSideLacksIsNothingThere() {
        #expect(texts(["folds.count": 5, "folds.seed": 1], ["folds.count": 5]) == ["folds.seed: 1 -> nothing"])
    }
}
