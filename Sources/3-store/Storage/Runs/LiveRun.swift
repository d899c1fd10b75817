// What a run that goes on says of itself, for other terminals. Only describes: losing it loses nothing but the description.

package import Digests
internal import Formats
internal import Host

/// A run's live state: a document that is replaced while the run goes on, and a held file that says that its process lives.
package final class LiveRun: Sendable {
    private let path: String
    private let lock: any OpenFile
    private let store: Store

    init(_ path: String, _ lock: any OpenFile, in store: Store) {
        (self.path, self.lock, self.store) = (path, lock, store)
    }

    /// Replaces the document. Nothing waits for the disk, and a document that cannot be written is not missed.
    package func say(_ document: JSON) {
        let draft = "\(path).part"
        try? store.files.remove(draft)
        guard let file = try? store.files.open(draft, .creating), (try? file.append(document.text().utf8)) != nil
        else { return }
        try? store.files.move(draft, to: "\(path).json")
    }

    /// The run has ended in order: its other documents tell the rest.
    package func end() {
        try? store.files.remove("\(path).json")
        store.release(lock.path)
    }
}

extension Store {
    /// Begins to speak. What dead runs left behind that `isReplaced` takes is removed.
    package func beginLiveRun(replacing isReplaced: (JSON) -> Bool) throws -> LiveRun {
        try requireWritable()
        let folder = root + "/live"
        try files.makeFolder(folder)
        for (name, document, isAlive) in try livePlaces() where !isAlive && isReplaced(document) {
            try? files.remove("\(folder)/\(name).json")
            try? files.remove("\(folder)/\(name).lock")
        }
        let path = "\(folder)/\(makeNonce())"
        while true {
            // Whoever asks whether we live holds the file for an instant.
            if let lock = try hold("\(path).lock", shared: false) { return LiveRun(path, lock, in: self) }
            host.clock.pause()
        }
    }

    /// The documents of runs that go on, and of runs that ended without a word and have had no successor.
    package func liveRuns() throws -> [(document: JSON, isAlive: Bool)] {
        try livePlaces().map { ($0.document, $0.isAlive) }
    }

    private func livePlaces() throws -> [(name: String, document: JSON, isAlive: Bool)] {
        let folder = root + "/live"
        return try (files.names(in: folder) ?? []).sorted().compactMap { file in
            guard file.hasSuffix(".json"),
                let text = try? files.open("\(folder)/\(file)", .readingItself).content(limit: 1 << 24),
                let document = try? JSON(parsing: text)
            else { return nil }
            let name = String(file.dropLast(5))
            // Where locks do not reach across machines, another machine's run counts as living while it was heard of lately.
            let said = JSONDocument(document, name: "the run's state")
            let updated = (try? said.member("updated").number) ?? 0
            let isHeard =
                (try? said.member("host").text) != host.name && updated > Double(host.clock.now) / 1e9 - 30
            return (name, document, isHeard || isHeld("\(folder)/\(name).lock"))
        }
    }

    /// Whether somebody holds a file, as far as one who may only read can tell.
    private func isHeld(_ path: String) -> Bool {
        guard let file = try? files.open(path, .readingItself) else { return false }
        switch try? file.lock(shared: true) {
        case .taken: return true
        case .unavailable:
            guard let owner = owner(in: path) else { return false }
            return host.processes.isAlive(owner.mark)
                ?? (((try? file.status().stamp.modified) ?? 0) > host.clock.now - SignsOfLife.patience)
        case .held, nil: return false
        }
    }
}
