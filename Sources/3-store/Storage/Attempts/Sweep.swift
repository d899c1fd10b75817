// Clearing away what ended engines left behind. Knows an owner by its lock or its signs of life, never by its age alone.

internal import Digests
internal import Host

extension Store {
    /// Removes the folders of attempts whose owner is gone, and keeps their logs among the failures. Attempts of living
    /// engines, on any machine whose locks or signs of life reach here, are left alone. What cannot be removed is left for the next
    /// time.
    package func sweep() {
        guard access == .readWrite else { return }
        let attempts = root + "/attempts"
        for name in Set(names(in: "attempts").map { $0.hasSuffix(".owner") ? String($0.dropLast(6)) : $0 })
        where Self.isAttempt(name) { sweep(attempt: name, in: attempts) }
        sweepCheckpoints()
        sweepReservations()
        sweepLeases()
        sweepLive()
        sweepDrafts()
    }

    private func names(in folder: String) -> [String] { ((try? files.names(in: "\(root)/\(folder)")) ?? nil) ?? [] }

    /// Checkpoints of a step that was published by an engine that came no further. Whoever is to run the step again, because
    /// its record was damaged, has the lease.
    private func sweepCheckpoints() {
        for name in names(in: "scratch") {
            guard let key = Digest(name),
                let isPublished = try? files.status(of: recordPath(key), following: false) != nil, isPublished,
                let lease = try? lease(key)
            else { continue }
            try? files.remove(scratchPath(key))
            lease.release()
        }
    }

    /// Reservations of engines that are gone. One that nobody has locked may also be in the making, so they are looked at while
    /// nobody reserves; where somebody does, they are left for the next time.
    private func sweepReservations() {
        let paths = names(in: "reservations").filter(Self.isNonce).map { "\(root)/reservations/\($0)" }
        guard !paths.isEmpty, let lock = try? openLock(collectionLock, .locking),
            (try? lock.lock(shared: false)) == .held
        else { return }
        for path in paths { if case .gone = try? holder(of: path) { try? files.remove(path) } }
        withExtendedLifetime(lock) {}
    }

    /// Leases of engines that were killed. Whoever opened such a file before it went looks again (``hold(_:shared:)``).
    private func sweepLeases() {
        for name in names(in: "leases") where Digest(name) != nil {
            if case .gone(let file) = try? holder(of: "\(root)/leases/\(name)") {
                try? files.remove(file.path)
            }
        }
    }

    /// What was being written when its writer was killed: marks of the store. Drafts live for a moment.
    private func sweepDrafts() {
        let old = host.clock.now - 600_000_000_000
        for name in names(in: "") {
            let path = "\(root)/\(name)"
            guard Self.isDraftOfMark(name, files, in: root),
                let stamp = (try? files.status(of: path, following: false))??.stamp, stamp.modified < old
            else { continue }
            try? files.remove(path)
        }
    }

    /// Whether a file in a store's folder is the draft of the mark that makes it one: `.store-<nonce>`, with no name beside it.
    static func isDraftOfMark(_ name: String, _ files: any FileSystem, in folder: String) -> Bool {
        guard name.hasPrefix(".store-"), isNonce(name.dropFirst(".store-".count)),
            let status = (try? files.status(of: "\(folder)/\(name)", following: false)) ?? nil
        else { return false }
        return status.form == .file && status.links == 1
    }

    private static func isNonce(_ text: some StringProtocol) -> Bool {
        text.utf8.count == 16 && text.allSatisfy { $0.isHexDigit && !$0.isUppercase }
    }

    /// `<key>-<nonce>`: what has another name is not an engine's.
    private static func isAttempt(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        return parts.count == 2 && Digest(String(parts[0])) != nil && isNonce(parts[1])
    }

    /// What runs left that were killed before their first word, or in the middle of one. Who has spoken stays until a successor
    /// comes.
    private func sweepLive() {
        let there = Set(names(in: "live"))
        for name in there where name.hasSuffix(".lock") && Self.isNonce(name.dropLast(5)) {
            let path = "\(root)/live/\(name.dropLast(5))"
            guard case .gone(let lock) = try? holder(of: "\(path).lock") else { continue }
            try? files.remove("\(path).part")
            if !there.contains("\(name.dropLast(5)).json") { try? files.remove("\(path).lock") }
            withExtendedLifetime(lock) {}
        }
    }

    private func sweep(attempt name: String, in attempts: String) {
        let owner = "\(attempts)/\(name).owner"
        // The owner's file is made before the folder and removed after it: without one the folder is nobody's.
        guard let isOwned = try? files.status(of: owner, following: false) != nil else { return }
        var lock: (any OpenFile)?
        if isOwned {
            guard case .gone(let file) = try? holder(of: owner) else { return }
            lock = file
        }
        _ = keepLog(ofAttempt: name)
        try? files.remove("\(attempts)/\(name)")
        try? files.remove(owner)
        _ = lock
    }
}
