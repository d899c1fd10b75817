// The engine without anything that really runs: order, reuse, cutoff, failures, retries, leases and the end of a run.

import Digests
import Execution
import Forecasts
import Foundation
import Plans
import Storage
import Synchronization
import Testing
import Workers

@Suite(.timeLimit(.minutes(2))) struct EngineTests {
    private static let steps = """
        {
          one: {command: [one, "{in.t}", "{out.a}"], inputs: {t: data.train}, outputs: [a]},
          two: {command: [two, "{in.x}", "{out.b}"], inputs: {x: one.a}, outputs: [b]},
          three: {command: [three, "{in.x}", "{out.c}"], inputs: {x: two.b}, outputs: [c]},
          aside: {command: [aside, "{out.d}"], outputs: [d]}
        }
        """

    private func project() throws -> Fixture { try Fixture(steps: Self.steps, groups: 2) }
    private func all(_ project: Fixture) -> Set<Int> { project.steps("*/command") }

    private func addresses(_ steps: [Int], _ project: Fixture) -> [String] {
        steps.map { String(project.plan.steps[$0].address.prefix { $0 != "/" }) }.sorted()
    }

    @Test func stepsRunOnceInOrderAndAreReusedThen() async throws {
        let project = try project()
        let fake = FakeExecutor()
        let summary = try await project.engine(all(project), executors: fake.executors).run()
        #expect(summary.isComplete && addresses(summary.executed, project) == ["aside", "one", "three", "two"])
        let order = fake.ran.filter { $0 != "aside/command" }
        #expect(order == ["one/command", "two/command", "three/command"])
        let record = try #require(summary.executed.first.flatMap { summary.records[$0] })
        #expect(record.seconds == 2 && record.metrics["fake"] == true)

        let again = try await project.engine(all(project), executors: fake.executors).run()
        #expect(again.executed.isEmpty && fake.ran.count == 4)
    }

    @Test func anExecutorIsToldTheCoresThatTheScheduleSetAside() async throws {
        let project = try Fixture(
            steps: "{wide: {command: [wide, '{out.a}'], outputs: [a], resources: {cores: 3}}}", groups: 2)
        let fake = FakeExecutor { assignment, _ in "\(assignment.cores.cores)" }
        let summary = try await project.engine(all(project), cores: 4, executors: fake.executors).run()
        let record = try #require(summary.executed.first.flatMap { summary.records[$0] })
        let told = try String(
            contentsOfFile: project.store.path(of: try #require(record.outputs["a"]).digest), encoding: .utf8)
        #expect(told == "3")
    }

    @Test func aStepThatGivesTheSameAgainStopsTheWave() async throws {
        let project = try project()
        _ = try await project.engine(all(project), executors: FakeExecutor().executors).run()
        // The table changes, and what is made of it does not.
        try "id,q,a,l\nother\n".write(toFile: project.folder + "/train.csv", atomically: true, encoding: .utf8)
        let fake = FakeExecutor()
        let summary = try await project.engine(project.steps("three/command"), executors: fake.executors).run()
        #expect(fake.ran == ["one/command"])
        #expect(addresses(summary.executed, project) == ["one"])
    }

    @Test(arguments: [false, true])
    func aFailureBlocksWhatWaitsForIt(_ keepGoing: Bool) async throws {
        let project = try project()
        let fake = FakeExecutor { assignment, _ in
            if assignment.step.address.hasPrefix("two") {
                throw StepFailure(class: .commandFailed, message: "no")
            }
            try "said on the way\n".write(toFile: assignment.log, atomically: true, encoding: .utf8)
            return assignment.step.address
        }
        let engine = try project.engine(all(project), cores: 1, executors: fake.executors, keepGoing: keepGoing)
        let summary = try await engine.run()
        #expect(addresses(summary.failed.map(\.step), project) == ["two"])
        #expect(summary.failed[0].failure.class == .commandFailed)
        #expect(addresses(summary.blocked, project) == ["three"])
        if keepGoing { #expect(addresses(summary.executed, project) == ["aside", "one"]) }
        let attempts = try FileManager.default.contentsOfDirectory(atPath: project.store.root + "/attempts")
        #expect(attempts.isEmpty)
    }

    @Test func aLostWorkerIsTriedAgainAndAnotherFailureIsNot() async throws {
        let project = try project()
        for (failure, tries) in [(FailureClass.crashed, 2), (.invalidInput, 1)] {
            let fake = FakeExecutor { _, _ in throw StepFailure(class: failure, message: "lost") }
            let engine = try project.engine(project.steps("aside/command"), executors: fake.executors, retries: 1)
            let summary = try await engine.run()
            #expect(fake.ran.count == tries && summary.failed.map(\.failure.class) == [failure])
        }
    }

    @Test func whatPromisedAnOutputAndGaveNoneIsNotDone() async throws {
        struct Forgetful: Executor {
            func run(_ assignment: StepAssignment, report: @escaping @Sendable (StepNews) -> Void) async throws -> Work
            {
                Work(outputs: [], started: 0, seconds: 0)
            }
        }
        let project = try Fixture(stack: "{mean: {average: [words]}}", groups: 2)
        let step = project.steps("mean/evaluate")
        let engine = try project.engine(
            step, executors: Executors([.native: Forgetful(), .process: FakeExecutor(), .training: FakeExecutor()]))
        let summary = try await engine.run()
        #expect(summary.failed.map(\.failure.class) == [.protocol])
    }

    @Test func aStopCancelsWhatRunsAndKeepsWhatIsDone() async throws {
        let project = try project()
        let isAtWork = Event()
        let isCancelled = Mutex(false)
        let fake = FakeExecutor { assignment, _ in
            guard assignment.step.address.hasPrefix("two") else { return assignment.step.address }
            isAtWork.happen()
            // Nothing happens but a cancellation, which ends the wait.
            await Event().wait()
            isCancelled.withLock { $0 = Task.isCancelled }
            try Task.checkCancellation()
            return ""
        }
        let engine = try project.engine(project.steps("three/command"), executors: fake.executors)
        async let running = engine.run()
        await isAtWork.wait()
        engine.stop()
        let summary = try await running
        #expect(isCancelled.withLock { $0 } && addresses(summary.executed, project) == ["one"])
        #expect(addresses(summary.cancelled, project) == ["two"] && addresses(summary.blocked, project) == ["three"])
    }

    @Test func anotherEnginesResultIsAdopted() async throws {
        let project = try project()
        let (isAtWork, goOn) = (Event(), Event())
        let slow = FakeExecutor { assignment, _ in
            isAtWork.happen()
            await goOn.wait()
            return assignment.step.address
        }
        let steps = project.steps("aside/command")
        let first = try project.engine(steps, executors: slow.executors)
        async let running = first.run()
        await isAtWork.wait()
        let (fake, waits) = (FakeExecutor(), Event())
        let second = try project.engine(steps, executors: fake.executors) { event in
            if case .note(let text) = event, text.contains("another run") { waits.happen() }
        }
        async let waiting = second.run()
        await waits.wait()
        goOn.happen()
        let (one, two) = (try await running, try await waiting)
        #expect(one.executed.count == 1 && two.executed.isEmpty && two.reused.count == 1 && fake.ran.isEmpty)
    }

    @Test func aDemandThatNobodyTakesFailsInWords() async throws {
        let project = try project()
        let engine = try project.engine(project.steps("aside/command"), executors: Executors([:]))
        let summary = try await engine.run()
        #expect(summary.failed.map(\.failure.class) == [.unavailable])
        #expect(summary.failed[0].failure.message.contains("command"))
    }
}
