// The right to work on a key, so that two engines do not do the same work twice. Nothing is wrong without one.

internal import Synchronization

/// A lock on one key, held by this process until it is released, dropped, or the process ends: it never goes stale.
///
/// A lease saves work; it does not guard the store. Where locks do not reach across machines, two engines may hold one
/// each, and the first to publish wins.
package final class Lease: Sendable {
    private let file: Mutex<OpenFile?>

    /// Nil if another engine, or another part of this one, has the lease.
    init?(at path: String) throws {
        while true {
            let file = try OpenFile(locking: path, making: true)
            guard try file.lock(shared: false) else { return nil }
            // The holder before us may have removed the file between our opening and our locking it.
            if try file.hasItsName() {
                self.file = Mutex(file)
                return
            }
        }
    }

    /// Gives the lease back. Once is enough; more does nothing.
    package func release() {
        file.withLock { file in
            if let path = file?.path { try? Disk.remove(path) }
            file = nil
        }
    }

    deinit { release() }
}
