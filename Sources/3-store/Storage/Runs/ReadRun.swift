// A document of a run in memory. Knows not where it is kept.

internal import Digests
internal import Host
internal import Synchronization

/// A document of a run that was read, and the value that somebody made of it.
final class ReadRun: Sendable {
    let path: String
    /// Of the file when it was read.
    let stamp: Stamp
    let document: JSON
    let value = Mutex<(any Sendable)?>(nil)

    init(path: String, stamp: Stamp, document: JSON) {
        (self.path, self.stamp, self.document) = (path, stamp, document)
    }
}
