// Who keeps a collection away: those who publish, for a moment, and runs, for the records they may come to reuse.

package import Digests

/// A run's claim on every record with certain outlines, held by this process until it is dropped or the process ends.
///
/// A run may reuse any record with the outline of one of its steps, also one it cannot name yet.
package final class Reservation: Sendable {
    private let file: OpenFile
    init(_ file: OpenFile) { self.file = file }
    deinit { try? Disk.remove(file.path) }
}

extension Store {
    var collectionLock: String { root + "/collection.lock" }

    /// Keeps the records with these outlines, and their objects, from collections. Waits for one that is going on.
    package func reserve(_ outlines: Set<Digest>) throws -> Reservation {
        try requireWritable()
        try Disk.makeFolder(root + "/reservations")
        return try withoutCollection {
            // No collection looks now, so the file need not be locked in the instant it appears.
            let file = try OpenFile(locking: "\(root)/reservations/\(makeNonce())", making: true)
            _ = try file.lock(shared: true)
            try file.append(outlines.map { "\($0)\n" }.joined().utf8)
            return Reservation(file)
        }
    }

    /// Runs `work` while no collection does. What is published is whole for every collection, or not begun.
    func withoutCollection<Value>(_ work: () throws -> Value) throws -> Value {
        let lock = try OpenFile(locking: collectionLock, making: true)
        while try !lock.lock(shared: true) { pause() }
        return try withExtendedLifetime(lock) { try work() }
    }

    /// Runs `work` while nobody publishes or begins a run. Errors: ``StorageError`` where that does not come about within
    /// five minutes.
    func whileCollecting<Value>(_ work: () throws -> Value) throws -> Value {
        let lock = try OpenFile(locking: collectionLock, making: true)
        let start = currentTime()
        while try !lock.lock(shared: false) {
            guard currentTime() - start < 300_000_000_000 else {
                throw StorageError(
                    .failed, "others publish all the time", path: lock.path, advice: "collect when they are done")
            }
            pause()
        }
        return try withExtendedLifetime(lock) { try work() }
    }

    /// The outlines that living runs have reserved. Files of runs that are gone are removed.
    func reservedOutlines() throws -> Set<Digest> {
        var outlines: Set<Digest> = []
        for name in try Disk.names(in: root + "/reservations") ?? [] {
            let path = "\(root)/reservations/\(name)"
            guard let file = try? OpenFile(locking: path, making: false) else { continue }
            if try file.lock(shared: false) {
                try Disk.remove(path)
                continue
            }
            guard let bytes = try OpenFile(reading: path).content(limit: 1 << 28) else { continue }
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            outlines.formUnion(lines.compactMap { Digest(String($0)) })
        }
        return outlines
    }
}
