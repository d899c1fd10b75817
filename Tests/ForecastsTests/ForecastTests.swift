// What a run would do with each step, and the reason it gives: reuse, run, maybe, and where the wave stops.

import Digests
import Forecasts
import Host
import Plans
import Storage
import TestProjects
import Testing

@Suite struct ForecastTests {
    private func entry(_ address: String, _ plan: Plan, _ forecast: Forecast) throws -> Forecast.Entry {
        forecast.entries[try MemoryProject.index(of: address, in: plan)]
    }

    @Test func whatNeverRanRuns() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        let forecast = try project.forecast(plan)
        #expect(forecast.count(.run) == plan.steps.count)
        #expect(forecast.entries.allSatisfy { $0.reason == "never run" && $0.record == nil && $0.estimate == nil })
        // Only what reads files alone has a key already.
        #expect(try entry("data/train/ingest", plan, forecast).key != nil)
        #expect(try entry("words/evaluate", plan, forecast).key == nil)
    }

    @Test func whatRanIsReusedAndSaysAsWhat() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        #expect(try project.run(plan) == plan.steps.map(\.address))
        let forecast = try project.forecast(plan)
        #expect(forecast.count(.reuse) == plan.steps.count)
        for (step, entry) in zip(plan.steps, forecast.entries) {
            #expect(entry.reason == "unchanged: recorded as \(step.address)" && entry.estimate == 2)
        }
        #expect(try project.run(plan).isEmpty)
    }

    @Test func aChangedSettingRunsItsStepAndMayRunWhatFollows() throws {
        let project = try MemoryProject()
        try project.run(try project.plan())
        let plan = try project.plan(MemoryProject.recipe(models: "{words: {tfidf: {ngrams: [1, 2]}}}"))
        let forecast = try project.forecast(plan)
        #expect(try entry("data/train/ingest", plan, forecast).state == .reuse)
        let fit = try entry("words/fold-0/fit", plan, forecast)
        #expect(fit.state == .run && fit.reason == "tfidf.ngrams: [1,1] -> [1,2] (recipe.yaml:4:34)", "\(fit.reason)")
        #expect(fit.estimate == 2, "from steps of its kind")
        let average = try entry("words/average-oof", plan, forecast)
        #expect(average.state == .maybe && average.reason == "waits for words/fold-0/predict-oof", "\(average.reason)")
        #expect(average.key == nil)
    }

    @Test func aStepThatMakesTheSameAgainStopsTheWave() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        let same = { (address: String, output: String) -> String? in "\(output) of \(address)" }
        try project.run(plan, content: same)
        try project.write("train.csv", "text,who\nred,a\nblue,b\n\n")
        let forecast = try project.forecast(plan)
        let ingest = try entry("data/train/ingest", plan, forecast)
        #expect(ingest.state == .run && ingest.reason == "train.csv changed")
        #expect(forecast.count(.run) == 1 && forecast.count(.maybe) == plan.steps.count - 1)
        #expect(try project.run(plan, content: same) == ["data/train/ingest"])
        #expect(try project.forecast(plan).count(.reuse) == plan.steps.count)
    }

    @Test func anotherContentGoesOnDownTheWave() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        try project.write("train.csv", "text,who\nred,b\nblue,a\n")
        #expect(try project.run(plan) == plan.steps.map(\.address))
    }

    @Test func aFileWithOtherTimesAndTheSameBytesChangesNothing() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        try project.write("train.csv", "text,who\nred,a\nblue,b\n")
        #expect(try project.forecast(plan).count(.reuse) == plan.steps.count)
    }

    @Test func aRecipeThatWasTheSameBeforeTheLastRunIsReusedWithoutARun() throws {
        let project = try MemoryProject()
        let (one, two) = (try project.plan(), try project.plan(MemoryProject.recipe(folds: "{kind: k-fold, count: 3}")))
        try project.run(one)
        try project.run(two)
        #expect(try project.forecast(one).count(.reuse) == one.steps.count)
    }

    @Test func aMissingFileIsNamedOnceWithItsPlace() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.host.files.remove("/project/test.csv")
        let forecast = try project.forecast(plan)
        #expect(forecast.missing.map(\.description) == ["test.csv is missing (looked for at /project/test.csv)"])
        let ingest = try entry("data/test/ingest", plan, forecast)
        #expect(ingest.state == .run && ingest.reason.hasPrefix("test.csv is missing") && ingest.key == nil)
    }

    @Test func aRecordWithoutItsObjectsDoesNotCount() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        let index = try MemoryProject.index(of: "words/fold-0/fit", in: plan)
        let record = try #require(try project.forecast(plan).entries[index].record)
        let object = try #require(record.outputs.values.first).digest.description
        try project.host.files.remove("/project/.ablate/objects/\(object.prefix(2))/\(object.dropFirst(2))")
        let entry = try project.forecast(plan).entries[index]
        #expect(entry.state == .run && entry.reason == "its record or one of its objects is gone from the store")
    }

    @Test func recordsOfOtherLibrariesDoNotCountWhereTheyMustNot() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        let forecast = try project.forecast(plan) { $0.kind != StepKind.fit.rawValue }
        let fit = try entry("words/fold-0/fit", plan, forecast)
        #expect(fit.state == .run && fit.reason == "made with other versions of libraries")
    }

    @Test func whatARunHasJustMadeIsNotLookedUp() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        let known = try project.forecast(plan).entries.enumerated().map { ($0.offset, $0.element.record!) }
        let empty = InputResolver(
            store: try Store(at: "/elsewhere", access: .readOnly, host: project.host), hub: project.resolver.hub)
        let forecast = try Forecast(
            of: plan, resolver: empty, lastKeys: [:], known: Dictionary(uniqueKeysWithValues: known))
        #expect(forecast.count(.reuse) == plan.steps.count)
    }
}
