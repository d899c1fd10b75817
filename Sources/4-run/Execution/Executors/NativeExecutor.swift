// Steps that the engine carries out itself, each on a thread of its own.

internal import Host
internal import Plans
internal import Steps

struct NativeExecutor: Executor {
    func run(_ assignment: StepAssignment, report: @escaping @Sendable (StepNews) -> Void) async throws -> Work {
        let context = StepContext(
            inputs: assignment.inputs.mapValues(\.path), titles: assignment.inputs.mapValues(\.name),
            outputs: assignment.outputs)
        return try await OwnThread.run {
            let watch = StopWatch()
            let outcome = try NativeStep.run(assignment.step.body, context)
            return Work(
                outputs: outcome.outputs, metrics: outcome.metrics, started: watch.started, seconds: watch.seconds)
        }
    }
}

/// When something began, and how long it has taken.
struct StopWatch: Sendable {
    /// Seconds since 1970.
    let started = StopWatch.now
    private let clock = ContinuousClock.now

    var seconds: Double { clock.duration(to: .now) / .seconds(1) }

    /// Seconds since 1970.
    static var now: Double { Double(Host.system.clock.now) / 1e9 }
}
