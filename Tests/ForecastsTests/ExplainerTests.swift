// `why`: with which record a step is compared, in what it differs, and which changes lie behind.

import Digests
import Forecasts
import Host
import Plans
import Storage
import TestProjects
import Testing

@Suite struct ExplainerTests {
    private func explain(_ address: String, _ plan: Plan, _ project: MemoryProject) throws -> Explanation {
        try Explainer(
            plan: plan, forecast: project.forecast(plan), resolver: project.resolver, lastKeys: project.lastKeys
        ).explain(try MemoryProject.index(of: address, in: plan))
    }

    private func ways(_ explanation: Explanation, _ plan: Plan) -> [String] {
        explanation.causes.map { cause in cause.path.map { plan.steps[$0].address }.joined(separator: " -> ") }
    }

    @Test func aStepAsItWasHasNothingToExplain() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        let explanation = try explain("words/evaluate", plan, project)
        #expect(explanation.entry.state == .reuse && explanation.compared == nil)
        #expect(explanation.differences.isEmpty && explanation.causes.isEmpty)
    }

    @Test func aStepThatNeverRanIsComparedWithNothing() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        let explanation = try explain("data/train/ingest", plan, project)
        #expect(explanation.compared == nil)
        #expect(explanation.causes.map(\.difference.text) == ["never run"])
    }

    @Test func everyDifferenceOfAStepIsTold() throws {
        let project = try MemoryProject()
        try project.run(try project.plan())
        let plan = try project.plan(
            MemoryProject.recipe(models: "{words: {tfidf: {ngrams: [1, 2], analyzer: char}}}"))
        let explanation = try explain("words/fold-0/fit", plan, project)
        #expect(explanation.compared?.basis == .lastRun)
        #expect(explanation.differences.map(\.name) == ["tfidf.analyzer", "tfidf.ngrams"])
        #expect(
            explanation.differences.allSatisfy {
                $0.subject == .parameter && $0.place?.hasPrefix("recipe.yaml:4:") == true
            })
        #expect(explanation.differences[1].old == [1, 1] && explanation.differences[1].new == [1, 2])
        #expect(ways(explanation, plan) == ["words/fold-0/fit", "words/fold-0/fit"])
    }

    @Test func theWayLeadsUpToWhatWasChangedAndCountsTheOthers() throws {
        let project = try MemoryProject()
        try project.run(try project.plan())
        let plan = try project.plan(MemoryProject.recipe(models: "{words: {tfidf: {ngrams: [1, 2]}}}"))
        let explanation = try explain("words/evaluate", plan, project)
        #expect(explanation.entry.state == .maybe)
        #expect(explanation.causes.count == 1)
        let cause = try #require(explanation.causes.first)
        #expect(cause.difference.name == "tfidf.ngrams" && cause.others == 3, "the other fit, and what predicts")
        #expect(
            ways(explanation, plan) == ["words/fold-0/fit -> words/fold-0/predict-oof -> words/evaluate"])
    }

    @Test func theWayIsTheSameWhenTheStepsBetweenHaveRunAgain() throws {
        let project = try MemoryProject()
        let before = try project.plan()
        try project.run(before)
        let keys = project.lastKeys
        let plan = try project.plan(MemoryProject.recipe(models: "{words: {tfidf: {ngrams: [1, 2]}}}"))
        try project.run(plan)
        let explanation = try Explainer(
            plan: plan, forecast: project.forecast(plan), resolver: project.resolver, lastKeys: keys
        ).explain(try MemoryProject.index(of: "words/evaluate", in: plan))
        #expect(explanation.entry.state == .reuse && explanation.compared?.basis == .lastRun)
        #expect(explanation.causes.map(\.difference.name) == ["tfidf.ngrams"])
    }

    @Test func aChangedFileIsTheCause() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        try project.write("train.csv", "text,who\nred,b\n")
        let explanation = try explain("words/fold-0/fit", plan, project)
        let cause = try #require(explanation.causes.first)
        #expect(cause.difference.subject == .input && cause.difference.text.hasPrefix("train.csv changed (content "))
        #expect(ways(explanation, plan) == ["data/train/ingest -> words/fold-0/fit"])
    }

    @Test func anotherNameIsComparedWithTheSameSettings() throws {
        let project = try MemoryProject()
        try project.run(try project.plan())
        let plan = try project.plan(MemoryProject.recipe(models: "{terms: {tfidf: {ngrams: [1, 1]}}}"))
        #expect(try explain("terms/fold-0/fit", plan, project).entry.state == .reuse)
        try project.write("train.csv", "text,who\nred,b\nblue,a\nx,b\n")
        let explanation = try explain("terms/fold-0/fit", plan, project)
        #expect(explanation.compared?.basis == .settings)
        let other = try project.plan(MemoryProject.recipe(models: "{terms: {tfidf: {ngrams: [2, 2]}}}"))
        #expect(try explain("terms/fold-0/fit", other, project).compared?.basis == .kind)
    }

    @Test func aStepThatGaveAnotherResultWithoutAChangeSaysSo() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        // The fit's record goes, and it gives something else the next time.
        let index = try MemoryProject.index(of: "words/fold-0/fit", in: plan)
        let keys = project.lastKeys
        let record = try #require(try project.forecast(plan).entries[index].record)
        let key = record.key.description
        try project.host.files.remove("/project/.ablate/records/\(key.prefix(2))/\(key).json")
        let gone = try explain("words/fold-0/predict-oof", plan, project)
        #expect(gone.entry.state == .maybe)
        try project.run(plan) { address, output in address == "words/fold-0/fit" ? "another \(output)" : nil }
        let explanation = try Explainer(
            plan: plan, forecast: project.forecast(plan), resolver: project.resolver, lastKeys: keys
        ).explain(try MemoryProject.index(of: "words/fold-0/predict-oof", in: plan))
        #expect(
            explanation.causes.map(\.difference.text) == [
                "the same settings and inputs gave another result than before"
            ])
    }
}
