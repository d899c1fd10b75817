// Accepting an old output and taking it back: what is published and listed, and what is refused.

import Digests
import Execution
import Forecasts
import Host
import Plans
import Runs
import Storage
import TestProjects
import Testing

@Suite struct AcceptancesTests {
    private static func recipe(_ program: String) -> String {
        MemoryProject.recipe(
            """
            steps:
              count: {command: [\(program), "{in.t}", "{out.words}"], inputs: {t: data.train}, outputs: [words]}
              upper: {command: [tr, "{in.w}", "{out.words}"], inputs: {w: count.words}, outputs: [words]}
            """)
    }

    /// A project whose recipe has changed since its last run, and what could be accepted there.
    private func changed() throws -> (MemoryProject, Plan, Acceptances) {
        let project = try MemoryProject()
        try project.run(try project.plan(Self.recipe("wc")))
        let plan = try project.plan(Self.recipe("awk"))
        let acceptances = Acceptances(
            plan: plan, recipe: "mine", resolver: project.resolver, lastKeys: project.lastKeys)
        return (project, plan, acceptances)
    }

    private func count(_ plan: Plan) throws -> Int { try MemoryProject.index(of: "count/command", in: plan) }

    @Test func anAcceptedOutputIsReusedAndSoIsAllBelow() throws {
        let (project, plan, acceptances) = try changed()
        let old = try #require(project.lastKeys["count/command"])
        #expect(try project.forecast(plan).count(.reuse) == plan.steps.count - 2)
        let notes = try acceptances.accept([try count(plan)], reason: "the same numbers")
        let forecast = try project.forecast(plan)
        #expect(forecast.count(.reuse) == plan.steps.count)
        let entry = forecast.entries[try count(plan)]
        #expect(entry.reason == "accepted by someone@memory: the same numbers")
        #expect(entry.record?.acceptance?.from == old && entry.record?.key == notes.first?.key)
        #expect(notes.map(\.act) == [.accept] && notes.map(\.from) == [old] && notes.map(\.by) == ["someone@memory"])
        #expect(notes.map(\.at) == [Double(project.clock.now) / 1e9])
        #expect(try project.store.acceptanceNotes(of: "mine").map(\.key) == notes.map(\.key))
    }

    @Test func whatIsReusedAnywayIsPassedOverAndRefusedAlone() throws {
        let (_, plan, acceptances) = try changed()
        #expect(try acceptances.accept(Array(plan.steps.indices), reason: "all").count == 1)
        #expect(throws: Refusal.self) { try acceptances.accept([try count(plan)], reason: "again") }
        #expect(throws: Refusal.self) { try acceptances.accept(Array(plan.steps.indices), reason: "again") }
    }

    @Test func aStepAtWorkIsLeftAlone() throws {
        let (project, plan, acceptances) = try changed()
        let key = try #require(try project.forecast(plan).entries[try count(plan)].key)
        let lease = try #require(try project.store.lease(key))
        let refusal = #expect(throws: Refusal.self) { try acceptances.accept([try count(plan)], reason: "x") }
        #expect(refusal?.description == "count/command is being run now; let it end, or stop it")
        #expect(try project.store.acceptanceNotes(of: "mine").isEmpty)
        lease.release()
        #expect(try acceptances.accept([try count(plan)], reason: "x").count == 1)
    }

    @Test func whatIsTakenBackRunsAgainAndTheListKeepsBoth() throws {
        let (project, plan, acceptances) = try changed()
        _ = try acceptances.accept([try count(plan)], reason: "the same numbers")
        project.clock.advance(seconds: 60)
        let notes = try acceptances.takeBack([try count(plan)], reason: "they were not")
        #expect(notes.map(\.act) == [.undo] && notes.map(\.reason) == ["they were not"])
        #expect(try project.forecast(plan).entries[try count(plan)].state == .run)
        #expect(try project.store.acceptanceNotes(of: "mine").map(\.act) == [.accept, .undo])
        let refusal = #expect(throws: Refusal.self) { try acceptances.takeBack([try count(plan)], reason: "x") }
        #expect(refusal?.description == "nothing was accepted for count/command")
    }
}
