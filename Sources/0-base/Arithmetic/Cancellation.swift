// Whether work is still wanted, for work that runs on threads of its own. Knows no tasks and no signals.

internal import Synchronization

/// A word that work is wanted no longer: given from any thread, asked between the pieces of the work.
package final class Cancellation: Sendable {
    private let flag = Atomic(false)

    /// Nothing is cancelled yet.
    package init() {}

    /// Takes it back that the work is wanted; there is no way to want it again.
    package func cancel() { flag.store(true, ordering: .relaxed) }

    /// Whether the work is wanted no longer.
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    /// What the work on this thread, and on the threads that help with it, listens to; nil where nobody can cancel it.
    @TaskLocal package static var current: Cancellation?

    /// Whether the work on this thread is wanted no longer.
    package static var isRequested: Bool { current?.isCancelled ?? false }
}

/// An error that can say that the work was given up because it is wanted no longer.
package protocol CancellableError: Error {
    /// The error that says so.
    static var cancelled: Self { get }
}

extension CancellationError: CancellableError {
    /// The only error there is of this type.
    package static var cancelled: CancellationError { CancellationError() }
}
