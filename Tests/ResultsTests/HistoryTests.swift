// What earlier runs scored, from their documents and records: the best of each run, and results that are no more.

import Digests
import Plans
import Scores
import Storage
import TestProjects
import Testing

@testable import Results

@Suite struct HistoryTests {
    private let project: MemoryProject
    private let plan: Plan

    init() throws {
        project = try MemoryProject()
        plan = try project.plan()
    }

    /// A record of an evaluation with this loss; rows are told apart by `rows`.
    private func evaluation(_ loss: Double, rows: String = "all") throws -> Record {
        let step = plan.steps[try MemoryProject.index(of: "words/evaluate", in: plan)]
        let manifest = Manifest(
            kind: step.kind, parameters: step.parameters,
            inputs: ["rows": Digest(of: rows), "folds": Digest(of: "folds"), "average": Digest(of: "\(loss)")])
        return try project.publish(manifest, of: step, metrics: ["log-loss": .number(loss), "accuracy": 0.5])
    }

    private func run(
        _ results: [String: Record], state: String = "complete", settings: JSON = [:], folder: String = "/project"
    ) throws {
        try project.store.writeRun(
            "mine",
            [
                "folder": .string(project.store.place(ofProject: folder)), "state": .string(state),
                "settings": settings,
                "results": .object(results.mapValues { .string("\($0.key)") }),
                "keys": .object(
                    Dictionary(uniqueKeysWithValues: results.values.map { ("\($0.key)", .string("\($0.key)")) })),
            ])
    }

    private func history(_ current: [String: Record] = [:], settings: JSON = [:]) throws -> History {
        try History(
            of: "mine", in: "/project", store: project.store, settings: settings, metrics: [LogLoss(), Accuracy()],
            isScored: true, current: current.map { ($0.key, $0.value) })
    }

    @Test func eachRunHasItsBestScore() throws {
        let (one, two, three) = (try evaluation(0.7), try evaluation(0.6), try evaluation(0.5))
        try run(["words": one, "blend": two], state: "failed")
        try run(["words": three, "blend": two, "rank: rank=8": try evaluation(0.1)])
        let runs = try history(["words": three, "blend": two]).runs
        #expect(runs.map(\.number) == [1, 2] && runs.map(\.state) == ["failed", "complete"])
        #expect(runs.map(\.best) == ["blend", "words"], "a variant is no result of its own")
        #expect(runs.map(\.score) == [0.6, 0.5] && runs.allSatisfy(\.isComparable))
    }

    @Test func aResultThatIsNoMoreIsKeptWithItsRunsAndWhatChanged() throws {
        let (old, new) = (try evaluation(0.7), try evaluation(0.6))
        try run(["words": old], settings: ["folds.count": 5])
        try run(["words": old], settings: ["folds.count": 5])
        try run(["words": new], settings: ["folds.count": 10])
        let results = try history(["words": new], settings: ["folds.count": 10]).results
        let result = try #require(results.first)
        #expect(results.count == 1 && result.name == "words" && result.score == 0.7)
        #expect(result.runs == [1, 2] && result.changes == [.changed("folds.count", was: 5, is: 10)])
        #expect(result.scores == ["log-loss": 0.7, "accuracy": 0.5])
    }

    @Test func scoresOfOtherRowsAreNotCompared() throws {
        let (old, new) = (try evaluation(0.7, rows: "fewer"), try evaluation(0.6))
        try run(["words": old])
        #expect(try history(["words": new]).results.map(\.isComparable) == [false])
    }

    @Test func runsOfAnotherProjectOfTheNameAreNotItsHistory() throws {
        try run(["words": try evaluation(0.7)], folder: "/elsewhere")
        #expect(try history().runs.isEmpty && history().results.isEmpty)
    }
}
