// A machine in memory: a clock that a test turns, processes that it ends. Knows no system.

internal import Synchronization

/// A clock that stands until it is turned. A pause turns it by twenty milliseconds.
package final class ManualClock: HostClock {
    private let time: Mutex<Int>

    /// - Parameter now: nanoseconds since 1970.
    package init(now: Int = 1_700_000_000_000_000_000) { time = Mutex(now) }

    package var now: Int { time.withLock { $0 } }
    package func pause() { advance(seconds: 0.02) }

    package func advance(seconds: Double) { time.withLock { $0 += Int(seconds * 1e9) } }
}

/// Processes that are what a test says.
package final class ManualProcesses: Processes {
    package let user = 1_000
    package let current: ProcessMark
    private let alive: Mutex<Set<ProcessMark>>

    package init(host: String, process: Int = 100) {
        current = ProcessMark(host: host, boot: "boot", process: process, began: 1)
        alive = Mutex([current])
    }

    package func isAlive(_ mark: ProcessMark) -> Bool? {
        mark.host == current.host ? alive.withLock { $0.contains(mark) } : nil
    }

    package func isAlive(_ number: Int) -> Bool {
        alive.withLock { $0.contains { $0.host == current.host && $0.process == number } }
    }

    package func start(_ mark: ProcessMark) { alive.withLock { _ = $0.insert(mark) } }
    package func end(_ mark: ProcessMark) { alive.withLock { _ = $0.remove(mark) } }
}

extension Host {
    /// A machine in memory with these files; by default an empty disk and a clock that stands.
    package static func memory(
        name: String = "memory", clock: ManualClock = ManualClock(), files: MemoryFiles? = nil,
        processes: (any Processes)? = nil, variables: [String: String] = [:]
    ) -> Host {
        Host(
            name: name, files: files ?? MemoryFiles(clock: clock), clock: clock,
            processes: processes ?? ManualProcesses(host: name), variables: variables)
    }
}
