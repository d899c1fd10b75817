// One word to many listeners: each hears what was said last when it comes, and all that follows. Knows no HTTP.

internal import Synchronization

/// Events by name; of each name only the last one counts, so that who comes late or reads slowly misses nothing that matters.
package final class Broadcast: Sendable {
    package struct Event: Sendable, Equatable {
        package let name: String
        /// One line of text.
        package let data: String
    }

    private struct State {
        var last: [Event] = []
        var listeners: [Int: AsyncStream<Event>.Continuation] = [:]
        var next = 0
        var hasEnded = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Says it to all who listen, unless it is what was said last under this name.
    package func say(_ name: String, _ data: String) {
        let event = Event(name: name, data: data)
        state.withLock { state in
            if let index = state.last.firstIndex(where: { $0.name == name }) {
                guard state.last[index] != event else { return }
                state.last[index] = event
            } else {
                state.last.append(event)
            }
            for listener in state.listeners.values { listener.yield(event) }
        }
    }

    /// Ends every listener's stream: a server that stops waits for none of them.
    package func end() {
        let listeners = state.withLock { state in
            state.hasEnded = true
            return state.listeners.values.map { $0 }
        }
        for listener in listeners { listener.finish() }
    }

    /// What was said last under each name, then what is said from now on.
    func listen() -> AsyncStream<Event> {
        AsyncStream(bufferingPolicy: .bufferingNewest(64)) { continuation in
            let number = state.withLock { state -> Int? in
                for event in state.last { continuation.yield(event) }
                guard !state.hasEnded else { return nil }
                state.next += 1
                state.listeners[state.next] = continuation
                return state.next
            }
            guard let number else { return continuation.finish() }
            continuation.onTermination = { [weak self] _ in
                self?.state.withLock { state in state.listeners[number] = nil }
            }
        }
    }
}
