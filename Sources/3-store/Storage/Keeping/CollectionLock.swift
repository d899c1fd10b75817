// Who keeps a collection away: those who publish, for a moment, and runs, for the records they may come to reuse.

package import Digests
internal import Host

/// A run's claim on every record with certain outlines, held by this process until it is dropped or the process ends.
///
/// A run may reuse any record with the outline of one of its steps, also one it cannot name yet.
package final class Reservation: Sendable {
    private let file: any OpenFile
    private let store: Store
    init(_ file: any OpenFile, in store: Store) { (self.file, self.store) = (file, store) }
    deinit { store.release(file.path) }
}

extension Store {
    var collectionLock: String { root + "/collection.lock" }

    /// Keeps the records with these outlines, and their objects, from collections. Waits for one that is going on.
    package func reserve(_ outlines: Set<Digest>) throws -> Reservation {
        try requireWritable()
        try files.makeFolder(root + "/reservations")
        return try withoutCollection {
            while true {
                guard let file = try hold("\(root)/reservations/\(makeNonce())", shared: true) else { continue }
                // From here on the file goes with the value, also where it cannot be written.
                let reservation = Reservation(file, in: self)
                try file.append(outlines.map { "\($0)\n" }.joined().utf8)
                return reservation
            }
        }
    }

    /// Runs `work` while no collection does. What is published is whole for every collection, or not begun.
    func withoutCollection<Value>(_ work: () throws -> Value) throws -> Value {
        let lock = try openLock(collectionLock, .locking)
        let start = host.clock.now
        var isReported = false
        while true {
            let answer = try lock.lock(shared: true)
            if answer == .held { break }
            let holder = owner(in: collectionLock)
            // Without locks a collection is known by what it wrote there alone.
            if answer == .unavailable, holder.map({ host.processes.isAlive($0.mark) ?? true }) != true { break }
            if !isReported, host.clock.now - start > 1_000_000_000 {
                isReported = true
                let who = holder.map { $0.description(asOf: host.clock.now) } ?? "another process"
                tellOfWait("waiting for a collection (`ablate store gc`) to end: \(collectionLock) is held by \(who)")
            }
            host.clock.pause()
        }
        return try withExtendedLifetime(lock) { try work() }
    }

    /// Runs `work` while nobody publishes or begins a run. Errors: ``AblateError`` where that does not come about within
    /// five minutes, or where runs go on and the disk has no locks that would hold them.
    func whileCollecting<Value>(_ work: () throws -> Value) throws -> Value {
        let lock = try openLock(collectionLock, .locking)
        let start = host.clock.now
        while true {
            let answer = try lock.lock(shared: false)
            if answer == .held { break }
            if answer == .unavailable {
                guard try livingReservations().isEmpty else {
                    throw AblateError(
                        .busy, "runs go on, and this disk has no locks that would make them wait", path: root,
                        advice: "collect when they are done")
                }
                break
            }
            guard host.clock.now - start < 300_000_000_000 else {
                throw AblateError(
                    .busy, "others publish all the time", path: lock.path, advice: "collect when they are done")
            }
            host.clock.pause()
        }
        try lock.rewrite(Owner(host.processes.current, since: Double(host.clock.now) / 1e9).line.utf8)
        defer { try? lock.rewrite([]) }
        return try withExtendedLifetime(lock) { try work() }
    }

    private func livingReservations() throws -> [String] {
        try (files.names(in: root + "/reservations") ?? []).filter { name in
            if case .alive = try holder(of: "\(root)/reservations/\(name)") { true } else { false }
        }
    }

    /// The outlines that living runs have reserved. Files of runs that are gone are removed.
    func reservedOutlines() throws -> Set<Digest> {
        var outlines: Set<Digest> = []
        for name in try files.names(in: root + "/reservations") ?? [] {
            let path = "\(root)/reservations/\(name)"
            switch try holder(of: path) {
            case nil: continue
            case .gone: try files.remove(path)
            case .alive:
                guard let bytes = try files.open(path, .readingItself).content(limit: 1 << 28) else { continue }
                let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
                outlines.formUnion(lines.compactMap { Digest(String($0)) })
            }
        }
        return outlines
    }
}
