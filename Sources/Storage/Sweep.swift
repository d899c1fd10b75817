// Clearing away what ended engines left behind. Knows an attempt's owner by its lock, never by its age.

internal import Digests

extension Store {
    /// Removes the folders of attempts whose owner is gone, and keeps their logs among the failures. Attempts of living
    /// engines, on any machine whose locks reach here, are left alone. What cannot be removed is left for the next time.
    package func sweepAttempts() {
        guard access == .readWrite else { return }
        defer {
            sweepCheckpoints()
            sweepReservations()
        }
        let attempts = root + "/attempts"
        let owners = ((try? Disk.names(in: attempts)) ?? nil) ?? []
        for name in Set(owners.map { $0.hasSuffix(".owner") ? String($0.dropLast(6)) : $0 }) {
            sweep(attempt: name, in: attempts)
        }
    }

    /// Checkpoints of a step that was published by an engine that came no further. Whoever is to run the step again, because
    /// its record was damaged, has the lease.
    private func sweepCheckpoints() {
        for name in ((try? Disk.names(in: root + "/scratch")) ?? nil) ?? [] {
            guard let key = Digest(name),
                let isPublished = try? FileStatus.ifPresent(recordPath(key), following: false) != nil, isPublished,
                let lease = try? lease(key)
            else { continue }
            try? Disk.remove(scratchPath(key))
            lease.release()
        }
    }

    /// Reservations of engines that are gone. One that nobody has locked may also be in the making, so they are looked at while
    /// nobody reserves; where somebody does, they are left for the next time.
    private func sweepReservations() {
        let paths = (((try? Disk.names(in: root + "/reservations")) ?? nil) ?? []).map { "\(root)/reservations/\($0)" }
        guard !paths.isEmpty, let lock = try? OpenFile(locking: collectionLock, making: true),
            (try? lock.lock(shared: false)) == true
        else { return }
        for path in paths where isAbandoned(path) { try? Disk.remove(path) }
        withExtendedLifetime(lock) {}
    }

    private func isAbandoned(_ path: String) -> Bool {
        guard let file = try? OpenFile(locking: path, making: false) else { return false }
        return (try? file.lock(shared: false)) == true
    }

    private func sweep(attempt name: String, in attempts: String) {
        let owner = "\(attempts)/\(name).owner"
        // The owner's file is made before the folder and removed after it: without one the folder is nobody's.
        guard let isOwned = try? FileStatus.ifPresent(owner, following: false) != nil else { return }
        var lock: OpenFile?
        if isOwned {
            guard let file = try? OpenFile(locking: owner, making: false), (try? file.lock(shared: false)) == true
            else { return }
            lock = file
        }
        _ = keepLog(ofAttempt: name)
        try? Disk.remove("\(attempts)/\(name)")
        try? Disk.remove(owner)
        _ = lock
    }
}
