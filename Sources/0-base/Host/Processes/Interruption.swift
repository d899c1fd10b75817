// SIGINT, SIGTERM and SIGHUP while something is at work: what the first one does, and that the second ends the process with all it
// started. Knows nothing of the work.

internal import Arithmetic
internal import Glibc
internal import Synchronization

/// Stands from when it is made until ``end()``, which restores what was there before. There is one at a time.
///
/// Until ``stopping(_:during:)`` says otherwise, a signal ends the process at once. Nothing here needs a thread of Swift's or of
/// Dispatch's: whatever they are busy with, a signal is heard.
package final class Interruption: Sendable {
    /// All that the signal handler may touch: no memory is taken in it and nothing is locked.
    private enum Heard {
        static let signals = Atomic(0)
        /// What the process ends with.
        static let code = Atomic<Int32>(0)
        /// Whether the first signal stops the work in order; else it ends the process, as the second always does.
        static let isGentle = Atomic(false)
        /// The end of a pipe that a thread listens at; -1 where there is none.
        static let pipe = Atomic<Int32>(-1)

        static let handler: @convention(c) (Int32) -> Void = { _ in
            let saved = errno
            let count = signals.add(1, ordering: .sequentiallyConsistent).newValue
            guard count <= 2, isGentle.load(ordering: .sequentiallyConsistent) else {
                _exit(code.load(ordering: .relaxed))
            }
            var byte = UInt8(truncatingIfNeeded: count)
            _ = write(pipe.load(ordering: .relaxed), &byte, 1)
            errno = saved
        }
    }

    private let before: Mutex<[(signal: Int32, action: sigaction)]>

    /// - Parameter code: what the process ends with where a signal ends it.
    package init(endingWith code: Int32) {
        Heard.code.store(code, ordering: .relaxed)
        Heard.isGentle.store(false, ordering: .sequentiallyConsistent)
        Heard.signals.store(0, ordering: .sequentiallyConsistent)
        before = Mutex(
            [SIGINT, SIGTERM, SIGHUP].compactMap { number in
                var old = sigaction()
                sigaction(number, nil, &old)
                // Who started us with nohup wants to hang up without us.
                if number == SIGHUP, old.sa_flags & SA_SIGINFO == 0, Self.isIgnored(old) { return nil }
                var new = sigaction()
                new.__sigaction_handler.sa_handler = Heard.handler
                new.sa_flags = SA_RESTART
                sigaction(number, &new, nil)
                return (number, old)
            })
    }

    private static func isIgnored(_ action: sigaction) -> Bool {
        unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    /// Whether a signal came.
    package var happened: Bool { Heard.signals.load(ordering: .sequentiallyConsistent) > 0 }

    /// Does `body`; the first signal meanwhile calls `stop`, on a thread of its own, the second kills what this process started and
    /// ends it, and the third does not wait for that.
    package func stopping<Value>(_ stop: @escaping @Sendable () -> Void, during body: () async throws -> Value)
        async rethrows
        -> Value
    {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return try await body() }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        let isListening = Threads.start {
            var byte: UInt8 = 0
            while true {
                let count = read(reading, &byte, 1)
                if count == 1, byte == 1 { stop() }
                if count == 1, byte == 2 {
                    ProcessTree.killAll()
                    _exit(Heard.code.load(ordering: .relaxed))
                }
                if count < 0, errno == EINTR { continue }
                // The pipe is left to the process: the handler may be writing to it this moment.
                if count < 1 || byte == 0 { return }
            }
        }
        guard isListening else {
            for end in ends { close(end) }
            return try await body()
        }
        Heard.pipe.store(writing, ordering: .relaxed)
        // One that came before this found nothing begun, and has ended the process.
        Heard.isGentle.store(true, ordering: .sequentiallyConsistent)
        defer {
            Heard.isGentle.store(false, ordering: .sequentiallyConsistent)
            Heard.pipe.store(-1, ordering: .relaxed)
            var byte: UInt8 = 0
            _ = write(writing, &byte, 1)
        }
        return try await body()
    }

    /// Restores what signals did before.
    package func end() {
        before.withLock { before in
            for (number, action) in before {
                var action = action
                sigaction(number, &action, nil)
            }
            before = []
        }
    }

    deinit { end() }
}
