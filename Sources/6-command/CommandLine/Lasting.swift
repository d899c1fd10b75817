// What lasts until the process ends. Knows nothing of what it is.

internal import Synchronization

/// Values that are let go with the process: taking ten thousand steps apart, one by one, takes as long as looking at them.
enum Lasting {
    private static let values = Mutex<[any Sendable]>([])

    static func keep(_ more: any Sendable...) { values.withLock { $0 += more } }
}
