// `diff`, step by step: what is alike, what is changed and by what of its own, what is new, gone or renamed.

import Digests
import Forecasts
import Plans
import Storage
import TestProjects
import Testing

@Suite struct SideDifferenceTests {
    private func side(_ plan: Plan, _ project: MemoryProject) throws -> Side {
        try Side(of: plan, project.forecast(plan), project.resolver)
    }

    private let changed = MemoryProject.recipe(folds: "{kind: k-fold, count: 2, seed: 7}")

    @Test func aRecipeIsLikeItself() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        for _ in 0..<2 {
            let difference = SideDifference(from: try side(plan, project), to: try side(plan, project))
            #expect(difference.same == plan.steps.count)
            #expect(difference.changed.isEmpty && difference.added.isEmpty && difference.removed.isEmpty)
            try project.run(plan)
        }
    }

    @Test(arguments: [false, true])
    func aChangeIsToldOnceAndTheRestFollows(_ isRun: Bool) throws {
        let project = try MemoryProject()
        let (old, new) = (try project.plan(), try project.plan(changed))
        if isRun {
            try project.run(old)
            try project.run(new)
        }
        let difference = SideDifference(from: try side(old, project), to: try side(new, project))
        let own = difference.changed.filter { !$0.differences.isEmpty }
        #expect(own.map(\.address) == ["folds/split"])
        #expect(own[0].differences.map(\.text) == ["seed: 42 -> 7 (recipe.yaml:3:39)"])
        let predict = difference.changed.first { $0.address == "words/fold-0/predict-oof" }
        #expect(predict?.follows == ["folds/split", "words/fold-0/fit"] && predict?.differences.isEmpty == true)
        #expect(difference.same + difference.changed.count == new.steps.count)
    }

    @Test func aRunIsComparedByItsRecords() throws {
        let project = try MemoryProject()
        let old = try project.plan()
        try project.run(old)
        let run = try Side(ofRun: project.lastKeys, in: project.store)
        let new = try project.plan(changed)
        let difference = SideDifference(from: run, to: try side(new, project))
        #expect(difference.changed.first { $0.address == "folds/split" }?.differences.map(\.name) == ["seed"])
        #expect(SideDifference(from: run, to: try side(old, project)).same == old.steps.count)
    }

    @Test func aRunWhoseRecordIsGoneCannotBeTold() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        var keys = project.lastKeys
        keys["words/fold-0/fit"] = Digest(of: "nothing")
        let difference = SideDifference(from: try Side(ofRun: keys, in: project.store), to: try side(plan, project))
        let change = try #require(difference.changed.first { $0.address == "words/fold-0/fit" })
        #expect(change.differences.map(\.subject) == [.record])
    }

    @Test func otherNamesAreRenamedNewOrGone() throws {
        let project = try MemoryProject()
        let old = try project.plan(
            MemoryProject.recipe(models: "{words: {tfidf: {ngrams: [1, 1]}}, other: {tfidf: {ngrams: [1, 3]}}}"))
        let new = try project.plan(
            MemoryProject.recipe(models: "{terms: {tfidf: {ngrams: [1, 1]}}, third: {tfidf: {ngrams: [3, 3]}}}"))
        try project.run(old)
        try project.run(new)
        let difference = SideDifference(from: try side(old, project), to: try side(new, project))
        #expect(difference.renamed.contains { $0.old == "words/fold-0/fit" && $0.new == "terms/fold-0/fit" })
        #expect(difference.removed.contains("other/fold-0/fit") && difference.added.contains("third/fold-0/fit"))
        #expect(!difference.added.contains("terms/fold-0/fit") && !difference.removed.contains("words/fold-0/fit"))
    }

    @Test func twoStepsOfOneRecipeDifferInWhatIsTheirOwn() throws {
        let project = try MemoryProject()
        let plan = try project.plan(
            MemoryProject.recipe(models: "{one: {tfidf: {ngrams: [1, 1]}}, two: {tfidf: {ngrams: [1, 3]}}}"))
        try project.run(plan)
        let side = try side(plan, project)
        let (one, two) = (try #require(side["one/fold-0/fit"]), try #require(side["two/fold-0/fit"]))
        #expect(SideDifference.between(one, two).map(\.name) == ["tfidf.ngrams"])
        let fold = SideDifference.between(one, try #require(side["one/fold-1/fit"]))
        #expect(fold.map(\.name) == ["fold"], "\(fold.map(\.text))")
        let kinds = SideDifference.between(one, try #require(side["data/train/ingest"]))
        #expect(kinds.map(\.name) == ["kind"])
    }
}
