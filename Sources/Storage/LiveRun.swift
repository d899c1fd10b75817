// What a run that goes on says of itself, for other terminals. Only describes: losing it loses nothing but the description.

package import Digests

/// A run's living word: a document that is replaced while the run goes on, and a lock that says that its process lives.
package final class LiveRun: Sendable {
    private let path: String
    private let lock: OpenFile

    init(_ path: String, _ lock: OpenFile) { (self.path, self.lock) = (path, lock) }

    /// Replaces the document. Nothing waits for the disk, and a document that cannot be written is not missed.
    package func say(_ document: JSON) {
        let draft = "\(path).part"
        try? Disk.remove(draft)
        guard let file = try? OpenFile(creating: draft), (try? file.append(document.text().utf8)) != nil else { return }
        try? Disk.move(draft, to: "\(path).json")
    }

    /// The run has ended in order: its other documents tell the rest.
    package func end() {
        try? Disk.remove("\(path).json")
        try? Disk.remove(lock.path)
    }
}

extension Store {
    /// A name for the machine, in documents.
    package static var hostName: String { Disk.hostName }

    /// Begins to speak. What dead runs left behind that `isReplaced` takes is removed.
    package func beginLiveRun(replacing isReplaced: (JSON) -> Bool) throws -> LiveRun {
        try requireWritable()
        let folder = root + "/live"
        try Disk.makeFolder(folder)
        for (name, document, isAlive) in try livePlaces() where !isAlive && isReplaced(document) {
            try? Disk.remove("\(folder)/\(name).json")
            try? Disk.remove("\(folder)/\(name).lock")
        }
        sweepLive(folder)
        while true {
            let path = "\(folder)/\(makeNonce())"
            let lock = try OpenFile(locking: "\(path).lock", making: true)
            // Whoever asks whether we live holds the lock for an instant.
            while try !lock.lock(shared: false) { pause() }
            // A sweep may have found the file before it was locked, and have taken it away.
            if try lock.hasItsName() { return LiveRun(path, lock) }
        }
    }

    /// Removes what runs left that were killed before their first word, or in the middle of one.
    private func sweepLive(_ folder: String) {
        let names = Set(((try? Disk.names(in: folder)) ?? nil) ?? [])
        for name in names where name.hasSuffix(".lock") {
            let path = "\(folder)/\(name.dropLast(5))"
            guard let lock = try? OpenFile(locking: "\(path).lock", making: false),
                (try? lock.lock(shared: false)) == true
            else { continue }
            if names.contains("\(name.dropLast(5)).part") { try? Disk.remove("\(path).part") }
            if !names.contains("\(name.dropLast(5)).json") { try? Disk.remove("\(path).lock") }
            withExtendedLifetime(lock) {}
        }
    }

    /// The documents of runs that go on, and of runs that ended without a word and have had no successor.
    package func liveRuns() throws -> [(document: JSON, isAlive: Bool)] {
        try livePlaces().map { ($0.document, $0.isAlive) }
    }

    private func livePlaces() throws -> [(name: String, document: JSON, isAlive: Bool)] {
        let folder = root + "/live"
        return try (Disk.names(in: folder) ?? []).sorted().compactMap { file in
            guard file.hasSuffix(".json"),
                let text = try? OpenFile(reading: "\(folder)/\(file)").content(limit: 1 << 24),
                let document = try? JSON(parsing: text)
            else { return nil }
            let name = String(file.dropLast(5))
            let lock = try? OpenFile(reading: "\(folder)/\(name).lock")
            // Where locks do not reach across machines, another machine's run counts as living while it was heard of lately.
            let isHeard =
                document["host"]?.string != Disk.hostName
                && (document["updated"]?.number ?? 0) > Double(currentTime()) / 1e9 - 30
            return (name, document, try isHeard || lock.map { try !$0.lock(shared: true) } ?? false)
        }
    }
}
