// Groups of which one row is right, as rows of classes: scores worked out by hand, and what is no such group.

import Targets
import Testing

@testable import Scores

@Suite struct ChoicesTests {
    /// Three groups of 2, 3 and 1 rows, scattered.
    private static let groups = [0, 1, 0, 1, 2, 1]
    private static let truths: [Double] = [0, 0, 1, 1, 1, 0]
    private static let values = [0.25, 0.5, 0.75, 0.3, 1, 0.2]

    private func rows() throws -> ScoredRows {
        let choices = try Choices(groups: Self.groups, truths: Self.truths)
        return ScoredRows(try choices.matrix(of: Self.values), labels: choices.labels)
    }

    @Test func aGroupIsARowAndItsRowsAreClasses() throws {
        let choices = try Choices(groups: Self.groups, truths: Self.truths)
        #expect(choices.right == [2, 3, 4] && choices.labels == [1, 1, 0] && choices.classCount == 3)
        let matrix = try choices.matrix(of: Self.values)
        #expect(matrix.values == [0.25, 0.75, 0, 0.5, 0.3, 0.2, 1, 0, 0])
        #expect(choices.values(of: matrix.values) == Self.values)
    }

    @Test(
        arguments: [
            ("accuracy", 0.666_666_666_666_667), ("map@1", 0.666_666_666_666_667), ("map@3", 0.833_333_333_333_333),
            ("log-loss", 0.497_218_292_259_239),
        ] as [(String, Double)])
    func groupsAreScoredAsIfEachStoodAlone(_ name: String, _ expected: Double) throws {
        let metric = try #require(Metrics.named(name))
        #expect(metric.refusal(of: Target(.choice, width: 1)) == nil)
        #expect(abs(metric.value(over: try rows(), weights: nil) - expected) < 1e-12)
        // A group that counts nothing is as if it were not there.
        let part = metric.value(over: try rows(), weights: [1, 1, 0])
        let alone = try Choices(groups: [0, 1, 0, 1, 1], truths: [0, 0, 1, 1, 0])
        let own = ScoredRows(try alone.matrix(of: [0.25, 0.5, 0.75, 0.3, 0.2]), labels: alone.labels)
        #expect(abs(part - metric.value(over: own, weights: nil)) < 1e-12)
    }

    @Test func whatIsNoChoiceIsRefused() throws {
        #expect(throws: ChoiceError.right(row: 1, count: 0)) { try Choices(groups: [0, 0], truths: [0, 0]) }
        #expect(throws: ChoiceError.right(row: 8, count: 2)) {
            try Choices(groups: [0, 1, 1], truths: [1, 1, 1], numbers: [3, 7, 9])
        }
        #expect(throws: ChoiceError.sum(row: 10, sum: 1.5)) {
            try Choices(groups: [0, 0], truths: [1, 0], numbers: [9, 10]).matrix(of: [1, 0.5])
        }
    }

    @Test func whatDoesNotFitNamesWhatDoes() {
        let target = Target(.choice, width: 1)
        #expect(
            AreaUnderROC().refusal(of: target)?.hasSuffix("take one of log-loss, accuracy, ece, map@K, ndcg@K") == true)
        // Groups may be of several sizes, and labels that are so or not are two each.
        #expect(LogLoss().chance(of: target) == nil)
        #expect(LogLoss().chance(of: Target(.multiLabel, width: 5)) == LogLoss().chance(classes: 2))
        #expect(LogLoss().unit(of: target) == "nats per group" && Accuracy().unit(of: target) == "share of groups")
        #expect(LogLoss().unit(of: .classes(2)) == "nats per row")
    }
}
