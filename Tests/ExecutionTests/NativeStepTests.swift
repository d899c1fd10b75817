// Native steps in an engine at work: they can be stopped, hold nobody up, take a core, and measure their own time.

import Digests
import Execution
import Forecasts
import Foundation
import Arithmetic
import Scores
import Plans
import Schedules
import Storage
import Synchronization
import Testing
import Workers

/// Fits that take a debug build minutes and many evaluations of a fraction of a second each.
private let slow = "{one: {optimize: words, method: robust}, two: {optimize: words, method: mixture}}"

@Suite(.timeLimit(.minutes(3))) struct NativeStepTests {
    @Test func clocksGoOnWhileNativeStepsWorkAndAStopEndsThem() async throws {
        let project = try Fixture(stack: slow, groups: 700)
        let steps = project.steps("one/optimize-oof").union(project.steps("two/optimize-oof"))
        try #require(steps.count == 2)
        let started = Mutex<Set<Int>>([])
        let bothStarted = Event()
        let engine = try project.engine(steps) { event in
            guard case .started(let step) = event else { return }
            if started.withLock({
                $0.insert(step); return $0.count
            }) == 2 {
                bothStarted.happen()
            }
        }
        async let running = engine.run()
        await bothStarted.wait()
        // Were the threads of tasks taken, this would go on when the steps have ended, and nothing were left to cancel.
        for _ in 0..<100 { try await Task.sleep(for: .milliseconds(10)) }
        engine.stop()
        let summary = try await running
        #expect(Set(summary.cancelled) == steps && summary.executed.isEmpty && summary.failed.isEmpty)
        let attempts = try FileManager.default.contentsOfDirectory(atPath: project.store.root + "/attempts")
        #expect(attempts.isEmpty)
    }

    @Test func aStepThatWaitsForAnotherRunSaysSoAndDoesNotCountTheWait() async throws {
        let project = try Fixture(groups: 4)
        let step = try #require(project.steps("words/evaluate").first)
        let entry = project.plan.steps[step]
        var inputs: [String: Digest] = [:]
        let known = try project.forecastRecords()
        for (name, source) in entry.inputs {
            inputs[name] = try project.resolver.resolve(source, steps: project.plan.steps, record: { known[$0] }).digest
        }
        let key = Manifest(kind: entry.kind, parameters: entry.parameters, inputs: inputs).key
        let lease = try #require(try project.store.lease(key))
        let waits = Event()
        let engine = try project.engine([step]) { event in
            if case .note(let text) = event, text.contains("words/evaluate: another run") { waits.happen() }
        }
        async let running = engine.run()
        await waits.wait()
        lease.release()
        let summary = try await running
        #expect(summary.executed == [step], "\(summary.failed)")
        // It waited for two seconds before it said a word.
        #expect(try #require(summary.records[step]).seconds < 2)
    }

    @Test func aNativeStepTakesACore() throws {
        let project = try Fixture(stack: slow, groups: 1)
        let machine = Machine(cores: 4, gpus: 0, memory: 1)
        for step in project.plan.steps where step.demand == .native {
            #expect(
                machine.resources(for: step) == Resources(cores: 1), "\(step.address)")
        }
    }

    @Test func anInputThatWasEditedAndRestoredWhileAStepReadItFailsTheStep() async throws {
        // The program waits until the test has done its worst; it cannot know, and ends well.
        let steps =
            "{reader: {command: [sh, -c, 'cat $0 > at-work; until [ -e go ]; do sleep 0.01; done; cp $0 $1', train.csv, '{out.copy}'], outputs: [copy]}}"
        let project = try Fixture(steps: steps, groups: 1)
        let step = try #require(project.steps("reader/command").first)
        let table = URL(filePath: project.folder + "/train.csv")
        let original = try Data(contentsOf: table)
        let go = project.folder + "/go"
        let failure = Mutex<StepFailure?>(nil)
        let engine = try project.engine([step]) { event in
            if case .failed(_, let found) = event { failure.withLock { $0 = found } }
        }
        async let running = engine.run()
        while !FileManager.default.fileExists(atPath: project.folder + "/at-work") {
            try await Task.sleep(for: .milliseconds(10))
        }
        try Data("other,words\n".utf8).write(to: table, options: .atomic)
        try original.write(to: table, options: .atomic)
        try Data().write(to: URL(filePath: go))
        let summary = try await running
        #expect(summary.executed.isEmpty)
        let met = failure.withLock { $0 }
        let found = try #require(met)
        #expect(found.class == .changed && found.message.contains("train.csv"), "\(found.message)")
    }
}

@Suite struct CancellationTests {
    @Test func helpersHearOfACancellationAndTheFirstErrorIsIts() throws {
        let cancellation = Cancellation()
        let done = Atomic(0)
        #expect(throws: GroupError.cancelled) {
            try Cancellation.$current.withValue(cancellation) {
                _ = try Parallel.map(Array(0..<1_000), atOnce: 1) { element throws(GroupError) in
                    if element == 10 { cancellation.cancel() }
                    done.add(1, ordering: .relaxed)
                    return element
                }
            }
        }
        // What was at work when the word came is finished, and nothing else is begun.
        #expect(done.load(ordering: .relaxed) <= 11 + 2 * Threads.cores)
    }

    @Test func piecesWithinPiecesAreAllDoneAndInTheirOrder() {
        let sums = Parallel.map(Array(0..<50), atOnce: 1) { outer in
            Parallel.map(Array(0..<50), atOnce: 1) { outer * $0 }.reduce(0, +)
        }
        #expect(sums == (0..<50).map { $0 * 49 * 25 })
    }

    @Test func workOnAThreadOfItsOwnIsToldOfItsTasksCancellation() async throws {
        let began = Event()
        let task = Task {
            try await OwnThread.run {
                began.happen()
                while !Cancellation.isRequested { usleep(1_000) }
                return 7
            }
        }
        await began.wait()
        task.cancel()
        #expect(try await task.value == 7)
        await #expect(throws: CancellationError.self) {
            let late = Task { () async throws -> Int in
                withUnsafeCurrentTask { $0?.cancel() }
                return try await OwnThread.run { 8 }
            }
            _ = try await late.value
        }
    }
}
