// How often the run was asked to stop. The one piece of state that a signal handler and the command share.

internal import Synchronization

enum Interruption {
    private static let signals = Mutex(0)

    /// Counts one more signal; gives how many there have been.
    static func count() -> Int {
        signals.withLock { count in
            count += 1
            return count
        }
    }

    static var happened: Bool { signals.withLock { $0 > 0 } }
}
