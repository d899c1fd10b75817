// The right to work on a key, so that two engines do not do the same work twice. Nothing is wrong without one.

package import Digests
internal import Host
internal import Synchronization

/// A lock on one key, held by this process until it is released, dropped, or the process ends: it never goes stale.
///
/// A lease saves work; it does not guard the store. Where locks do not reach across machines, two engines may hold one
/// each, and the first to publish wins.
package final class Lease: Sendable {
    private let file: Mutex<(any OpenFile)?>
    private let store: Store

    /// Nil if another engine, or another part of this one, has the lease.
    init?(at path: String, in store: Store) throws {
        guard let file = try store.hold(path, shared: false) else { return nil }
        self.file = Mutex(file)
        self.store = store
    }

    /// Gives the lease back. Once is enough; more does nothing.
    package func release() {
        file.withLock { file in
            if let path = file?.path { store.release(path) }
            file = nil
        }
    }

    deinit { release() }
}

extension Store {
    /// Takes the lease on a key: the right to work on it. Nil if another engine, or another part of this one, has it.
    package func lease(_ key: Digest) throws -> Lease? {
        try requireWritable()
        return try Lease(at: leasePath(key), in: self)
    }

    /// Who has the lease on a key and for how long, in words; nil where nobody says so.
    package func leaseHolder(_ key: Digest) -> String? {
        owner(in: leasePath(key))?.description(asOf: host.clock.now)
    }

    private func leasePath(_ key: Digest) -> String { "\(root)/leases/\(key)" }
}
