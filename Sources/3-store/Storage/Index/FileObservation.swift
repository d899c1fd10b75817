// What was seen of a file at a moment, and whether it still holds. Looks at no file itself.

internal import Digests
internal import Host

/// A file or folder as it was last looked at.
struct FileObservation: Sendable {
    let stamp: Stamp
    /// When the look began, in nanoseconds since 1970; for ``Stamp/isSettled(asOf:)``.
    let seen: Int
    /// Of a file, the digest of its content.
    let digest: Digest?

    /// Whether a file with `stamp` is for certain in the state that was seen.
    func holds(for stamp: Stamp) -> Bool { self.stamp == stamp && stamp.isSettled(asOf: seen) }
}
