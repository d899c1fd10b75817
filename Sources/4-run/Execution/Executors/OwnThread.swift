// Work that computes or waits for the disk, away from the threads that the engine's clocks and heartbeats need. Knows no steps.

internal import Arithmetic
internal import Workers

package enum OwnThread {
    /// What `work` gives, which runs on a thread of its own. Where the task is cancelled, the work is told by its
    /// ``Cancellation``; this returns when the work has.
    ///
    /// Errors: those of the work; `CancellationError` where the task was cancelled before it began; ``StepFailure`` where the
    /// system gives no thread.
    package static func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try Task.checkCancellation()
        let cancellation = Cancellation()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { done in
                let isStarted = Threads.start {
                    done.resume(with: Result { try Cancellation.$current.withValue(cancellation, operation: work) })
                }
                if !isStarted {
                    done.resume(
                        throwing: StepFailure(
                            class: .unavailable,
                            message:
                                "the system gives no thread; raise the limit of processes (ulimit -u) and run again",
                            log: nil))
                }
            }
        } onCancel: {
            cancellation.cancel()
        }
    }
}
