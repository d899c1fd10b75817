// Which devices steps get: each its own, by the names that the user lets us see, and free again however a step ends.

@testable import Execution
import Foundation
import Plans
import Schedules
import Storage
import Synchronization
import Testing
import Workers

@Suite(.timeLimit(.minutes(2))) struct DevicesTests {
    private func devices(_ gpus: Int, memory: Int = 0, visible: String? = nil) -> Devices {
        Devices(
            of: Machine(cores: 4, gpus: gpus, memory: 1, gpuMemory: memory),
            variables: visible.map { ["CUDA_VISIBLE_DEVICES": $0] } ?? [:])
    }

    private func demand(_ gpus: Int, memory: Int = 0) -> Resources {
        Resources(cores: 1, gpus: gpus, gpuMemory: memory)
    }

    @Test func devicesAreCountedAlongWhatTheUserLetsUsSee() async throws {
        #expect(try await devices(2).lend(demand(2)) { $0 } == ["0", "1"])
        #expect(try await devices(2, visible: "3,GPU-5,7").lend(demand(2)) { $0 } == ["3", "GPU-5"])
        // A site may say that there are more.
        #expect(try await devices(2, visible: "3,-1,5").lend(demand(2)) { $0 } == ["3", "1"])
        #expect(try await devices(2).lend(demand(0)) { $0 } == [])
        #expect(Machine.detected(environment: ["CUDA_VISIBLE_DEVICES": "4,5,-1,6"]).gpus == 2)
        #expect(Machine.detected(environment: ["CUDA_VISIBLE_DEVICES": ""]).gpus == 0)
    }

    @Test func whatIsLentAtOnceIsDistinct() async throws {
        let devices = devices(4)
        try await devices.lend(demand(2)) { team in
            try await devices.lend(demand(1)) { one in
                try await devices.lend(demand(1)) { other in #expect(Set(team + one + other).count == 4) }
            }
        }
    }

    @Test func aDeviceIsFreeAgainHoweverAStepEnds() async throws {
        let devices = devices(1)
        for failure in [StepFailure(class: .crashed, message: "lost"), StepFailure(class: .timeout, message: "late")] {
            await #expect(throws: StepFailure.self) { try await devices.lend(demand(1)) { _ in throw failure } }
        }
        let isAtWork = Event()
        let cancelled = Task {
            try await devices.lend(demand(1)) { _ in
                isAtWork.happen()
                await Event().wait()
                try Task.checkCancellation()
            }
        }
        await isAtWork.wait()
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(try await devices.lend(demand(1)) { $0 } == ["0"])
    }

    /// Two thirds of a GPU are free on each of two and a whole one on neither.
    @Test func whoNeedsAWholeOneWaitsForItAndMayGiveUp() async throws {
        let devices = devices(2, memory: 90)
        let (inner, outer) = (Event(), Event())
        let begun = [Event(), Event()]
        func hold(_ gpus: Int, _ memory: Int, _ begun: Event, until end: Event) -> Task<[String], any Error> {
            Task {
                try await devices.lend(demand(gpus, memory: memory)) { names in
                    begun.happen()
                    await end.wait()
                    return names
                }
            }
        }
        let both = hold(2, 30, begun[0], until: outer)
        await begun[0].wait()
        let givesUp = Task { try await devices.lend(demand(1)) { $0 } }
        let waits = Task { try await devices.lend(demand(2)) { $0 } }
        let small = hold(1, 60, begun[1], until: inner)
        givesUp.cancel()
        await #expect(throws: CancellationError.self) { try await givesUp.value }
        outer.happen()
        inner.happen()
        #expect(try await both.value == ["0", "1"])
        #expect(try await waits.value == ["0", "1"])
        #expect(try await small.value.count == 1)
    }

    /// The engine hands out demands, never more at once than there is, and the same again after a failure that is tried again.
    @Test func anExecutorIsHandedADemandAndNoDevices() async throws {
        let entries = (0..<6).map { n in
            let gpus = n % 3
            return
                "s\(n): {command: [s, '\(n)', '{out.o}'], outputs: [o], resources: {cores: 1, gpus: \(gpus), memory: \(n + 1)}}"
        }
        let project = try Fixture(steps: "{\(entries.joined(separator: ", "))}", groups: 2)
        let machine = Machine(cores: 8, gpus: 2, memory: 1 << 10)
        let taken = Mutex(0)
        let handed = Mutex<[String: Resources]>([:])
        let failsOnce = Mutex(true)
        let fake = FakeExecutor { assignment, _ in
            let gpus = assignment.resources.gpus
            handed.withLock { $0[String(assignment.step.address.prefix(2))] = assignment.resources }
            taken.withLock {
                $0 += gpus; #expect($0 <= 2)
            }
            for _ in 0..<10 { await Task.yield() }
            taken.withLock { $0 -= gpus }
            if gpus == 2,
                failsOnce.withLock({ fails in
                    defer { fails = false }; return fails
                })
            {
                throw StepFailure(class: .crashed, message: "lost")
            }
            return assignment.step.address
        }
        let engine = try project.engine(
            project.steps("*/command"), machine: machine, executors: fake.executors, retries: 1)
        let summary = try await engine.run()
        #expect(summary.isComplete && summary.executed.count == 6 && fake.ran.count == 7)
        for n in 0..<6 {
            #expect(handed.withLock { $0["s\(n)"] } == Resources(cores: 1, gpus: n % 3, memory: n + 1))
        }
    }

    @Test func aProgramSeesTheDevicesThatWereChosenForIt() async throws {
        let say = "echo \"$CUDA_VISIBLE_DEVICES\" > \"$0\""
        let project = try Fixture(
            steps: """
                {
                  two: {command: [sh, -c, '\(say)', '{out.o}', two], outputs: [o], resources: {gpus: 2}},
                  none: {command: [sh, -c, '\(say)', '{out.o}'], outputs: [o]}
                }
                """, groups: 2)
        let engine = try project.engine(
            project.steps("*/command"), machine: Machine(cores: 2, gpus: 2, memory: 1 << 10),
            variables: ["CUDA_VISIBLE_DEVICES": "4,6"])
        let summary = try await engine.run()
        #expect(summary.isComplete, "\(summary.failed)")
        for (name, seen) in [("two", "4,6\n"), ("none", "\n")] {
            let step = try #require(project.steps("\(name)/command").first)
            let output = try #require(summary.records[step]?.outputs["o"])
            #expect(try String(contentsOfFile: project.store.path(of: output.digest), encoding: .utf8) == seen)
        }
    }
}
