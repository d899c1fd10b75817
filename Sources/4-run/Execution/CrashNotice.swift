// What is said should ablate itself crash: which recipe, which steps, where their logs are. Knows nothing of why.

internal import Glibc
internal import Synchronization

/// A line that is ready before it is needed: a crash leaves no memory to make one in.
///
/// A trap of Swift's ends a process with a signal and, in a release build, without a word. The line is kept up to date by the
/// run, and written by the signal's handler, which then lets the signal do what it does. An exhausted stack has no room for a
/// handler, and ends as before.
package enum CrashNotice {
    private struct State {
        var recipe: String?
        var store: String?
        /// Logs by the addresses of the steps at work.
        var steps: [String: String] = [:]
    }

    private static let state = Mutex(State())

    /// Two texts, of which one is whole at any time.
    private enum Prepared {
        static let size = 8_192
        nonisolated(unsafe) static let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * size)
        /// Twice the length of the text that counts, and 1 if it is the second.
        static let word = Atomic(0)

        static let handler: @convention(c) (Int32) -> Void = { number in
            let word = word.load(ordering: .acquiring)
            _ = write(STDERR_FILENO, bytes + (word & 1) * size, word >> 1)
            signal(number, SIG_DFL)
            raise(number)
        }
    }

    /// Has crashes told of from now on.
    package static func install() {
        prepare(State())
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = Prepared.handler
            sigaction(number, &action, nil)
        }
    }

    /// The recipe that is being read or carried out.
    package static func note(recipe path: String) { update { $0.recipe = path } }

    /// The store that a run keeps its results in.
    static func note(store path: String) { update { $0.store = path } }

    /// A step has begun, and writes this log.
    static func began(_ address: String, log: String) { update { $0.steps[address] = log } }

    /// A step has ended in whatever way.
    static func ended(_ address: String) { update { $0.steps[address] = nil } }

    private static func update(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            prepare(state)
        }
    }

    private static func prepare(_ state: State) {
        let text = Array(text(state).utf8.prefix(Prepared.size))
        let slot = 1 - Prepared.word.load(ordering: .relaxed) & 1
        (Prepared.bytes + slot * Prepared.size).update(from: text, count: text.count)
        Prepared.word.store(text.count << 1 | slot, ordering: .releasing)
    }

    private static func text(_ state: State) -> String {
        var text = "\nerror: ablate itself has crashed; the fault is ablate's. Please report it with this message"
        if let recipe = state.recipe { text += "; recipe: \(recipe)" }
        let steps = state.steps.sorted { $0.key < $1.key }
        if !steps.isEmpty {
            text += "; steps at work: "
            text += steps.prefix(8).map { "\($0) (log: \($1))" }.joined(separator: ", ")
            if steps.count > 8 { text += " and \(steps.count - 8) more" }
        }
        if let store = state.store {
            text += "; finished steps are kept, and the next run moves the logs to \(store)/failures"
        }
        // Names are the user's: none of them may speak to the terminal.
        return String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
            + "\n"
    }
}
