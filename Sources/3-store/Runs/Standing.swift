// What is true of a run now: what its document says, unless its process is gone. Asks no system itself.

package enum Standing: String, CaseIterable, Sendable {
    case running, complete, interrupted, failed, killed, unknown
    case neverRun = "never run"

    /// How the last run of a recipe stands.
    ///
    /// - Parameters:
    ///   - document: of the run; nil where there is none yet.
    ///   - live: what runs of the recipe that go on, or went, say of themselves, and whether they live.
    ///   - host: the name of this machine.
    ///   - isAlive: whether a process of this machine lives.
    package init(
        of document: RunDocument?, live: [(state: LiveState, isAlive: Bool)], host: String, isAlive: (Int) -> Bool
    ) {
        guard let document else {
            self = live.contains(where: \.isAlive) ? .running : .neverRun
            return
        }
        guard document.outcome == .running else {
            self = Standing(ofEnded: document)
            return
        }
        if let own = live.first(where: { $0.state.process == document.process && document.process != nil }) {
            self = own.isAlive ? .running : .killed
            return
        }
        // No word of it: a run on a store that takes none. Its process may still tell.
        let isHere = document.host ?? host == host
        self = isHere && document.process.map(isAlive) ?? false ? .running : .killed
    }

    /// How a run stood that another one has followed.
    package init(ofEnded document: RunDocument) {
        switch document.outcome {
        case .complete: self = .complete
        case .interrupted: self = .interrupted
        case .failed: self = .failed
        case .running: self = .killed
        case nil: self = .unknown
        }
    }
}
