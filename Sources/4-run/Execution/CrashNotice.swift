// What is said should ablate itself crash: which recipe, which steps, where their logs are. Knows nothing of why.

internal import Host
internal import Synchronization

/// Kept up to date by the run, for ``LastWords``.
package enum CrashNotice {
    private struct State {
        var recipe: String?
        var store: String?
        /// Logs by the addresses of the steps at work.
        var steps: [String: String] = [:]
    }

    private static let state = Mutex(State())

    /// Has crashes told of from now on.
    package static func install() {
        LastWords.prepare(text(State()))
        LastWords.install()
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
            LastWords.prepare(text(state))
        }
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
