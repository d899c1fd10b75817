// Whether an old output may stand for what a step is now: every refusal, and which record is taken.

import Digests
import Forecasts
import Host
import Plans
import Storage
import TestProjects
import Testing

@Suite struct AcceptanceCheckTests {
    private static func steps(_ command: String, outputs: String = "[words]") -> String {
        MemoryProject.recipe(
            "steps: {count: {command: [\(command), \"{in.t}\", \"{out.words}\"], inputs: {t: data.train}, outputs: \(outputs)}}"
        )
    }

    private func check(_ plan: Plan, _ project: MemoryProject) throws -> AcceptanceCheck {
        AcceptanceCheck(
            plan: plan, forecast: try project.forecast(plan), resolver: project.resolver, lastKeys: project.lastKeys)
    }

    private func refusal(_ address: String, _ plan: Plan, _ project: MemoryProject, record: Digest? = nil) throws
        -> String
    {
        let check = try check(plan, project)
        let index = try MemoryProject.index(of: address, in: plan)
        return try #require(#expect(throws: Refusal.self) { try check.candidate(for: index, record: record) })
            .description
    }

    @Test func theRecordOfTheLastRunIsTaken() throws {
        let project = try MemoryProject()
        try project.run(try project.plan(Self.steps("wc")))
        let plan = try project.plan(Self.steps("awk"))
        let index = try MemoryProject.index(of: "count/command", in: plan)
        let candidate = try check(plan, project).candidate(for: index, record: nil)
        #expect(candidate.old.key == project.lastKeys["count/command"] && candidate.key != candidate.old.key)
        #expect(candidate.manifest.key == candidate.key && candidate.step == index)
    }

    @Test func aNamedRecordIsTakenInItsPlace() throws {
        let project = try MemoryProject()
        let first = try project.plan(Self.steps("wc"))
        try project.run(first)
        let key = try #require(project.lastKeys["count/command"])
        try project.run(try project.plan(Self.steps("sed")))
        let plan = try project.plan(Self.steps("awk"))
        let index = try MemoryProject.index(of: "count/command", in: plan)
        #expect(try check(plan, project).candidate(for: index, record: key).old.key == key)
    }

    @Test func whatIsReusedOrHasNoOldOutputIsRefused() throws {
        let project = try MemoryProject()
        let plan = try project.plan(Self.steps("wc"))
        #expect(try refusal("data/train/ingest", plan, project).contains("has no old output"))
        #expect(try refusal("words/evaluate", plan, project).contains("not known before"))
        try project.run(plan)
        #expect(try refusal("count/command", plan, project).contains("reused as it is"))
    }

    @Test func aRecordThatIsNotThereIsRefused() throws {
        let project = try MemoryProject()
        try project.run(try project.plan(Self.steps("wc")))
        let plan = try project.plan(Self.steps("awk"))
        #expect(
            try refusal("count/command", plan, project, record: Digest(of: "nothing")).contains("there is no record"))
    }

    @Test func anOutputThatIsNeededNowMustBeThere() throws {
        let project = try MemoryProject()
        try project.run(try project.plan(Self.steps("wc")))
        let plan = try project.plan(Self.steps("awk, \"{out.more}\"", outputs: "[words, more]"))
        #expect(try refusal("count/command", plan, project).contains("has no more, which is needed now"))
    }

    @Test func aRecordOfAnotherKindIsRefused() throws {
        let project = try MemoryProject()
        try project.run(try project.plan(Self.steps("wc")))
        let plan = try project.plan(Self.steps("awk"))
        let ingest = try #require(project.lastKeys["data/train/ingest"])
        #expect(try refusal("count/command", plan, project, record: ingest).contains("of a step of kind ingest"))
    }

    @Test func aMissingFileGivesNoKey() throws {
        let project = try MemoryProject()
        let plan = try project.plan()
        try project.run(plan)
        try project.host.files.remove("/project/train.csv")
        #expect(try refusal("data/train/ingest", plan, project).contains("cannot have a key: train.csv is missing"))
    }
}
