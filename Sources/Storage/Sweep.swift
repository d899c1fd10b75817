// Clearing away what ended engines left behind. Knows an attempt's owner by its lock, never by its age.

extension Store {
    /// Removes the folders of attempts whose owner is gone, and keeps their logs among the failures. Attempts of living
    /// engines, on any machine whose locks reach here, are left alone. What cannot be removed is left for the next time.
    package func sweepAttempts() {
        guard access == .readWrite else { return }
        let attempts = root + "/attempts"
        let owners = ((try? Disk.names(in: attempts)) ?? nil) ?? []
        for name in Set(owners.map { $0.hasSuffix(".owner") ? String($0.dropLast(6)) : $0 }) {
            sweep(attempt: name, in: attempts)
        }
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
