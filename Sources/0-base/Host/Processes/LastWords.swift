// A text that is written to standard error should the process crash. Knows nothing of what it says.

internal import Glibc
internal import Synchronization

/// The text is ready before it is needed: a crash leaves no memory to make one in.
///
/// A trap of Swift's ends a process with a signal and, in a release build, without a word. The signal's handler writes the text and
/// then lets the signal do what it does. An exhausted stack has no room for a handler, and ends as before.
package enum LastWords {
    /// Two texts, of which one is whole at any time.
    private static let size = 8_192
    nonisolated(unsafe) private static let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * size)
    /// Twice the length of the text that counts, and 1 if it is the second.
    private static let word = Atomic(0)
    private static let writing = Mutex(())

    private static let handler: @convention(c) (Int32) -> Void = { number in
        let word = word.load(ordering: .acquiring)
        _ = write(STDERR_FILENO, bytes + (word & 1) * size, word >> 1)
        signal(number, SIG_DFL)
        raise(number)
    }

    /// Has the text of ``prepare(_:)`` written at a crash from now on.
    package static func install() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = handler
            sigaction(number, &action, nil)
        }
    }

    /// Takes the place of the text before. What is beyond 8,192 bytes is left out.
    package static func prepare(_ text: String) {
        writing.withLock { _ in
            let text = Array(text.utf8.prefix(size))
            let slot = 1 - word.load(ordering: .relaxed) & 1
            (bytes + slot * size).update(from: text, count: text.count)
            word.store(text.count << 1 | slot, ordering: .releasing)
        }
    }
}
