// What the file system says of a file without opening it. Knows nothing of contents.

/// The numbers that change when a file does. The change time cannot be set back by a program, so it also tells of a
/// tamper that keeps size and modification time.
package struct Stamp: Hashable, Sendable {
    package let device: Int
    package let inode: Int
    /// Bytes.
    package let size: Int
    /// Time of the last write, in nanoseconds since 1970.
    package let modified: Int
    /// Time of the last change of content, name or mode, in nanoseconds since 1970.
    package let changed: Int

    package init(device: Int, inode: Int, size: Int, modified: Int, changed: Int) {
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
        self.changed = changed
    }

    /// Whether a look at the file at time `seen` (nanoseconds) saw its last state.
    ///
    /// Timestamps are coarse: a write within the same tick as the look leaves the stamp as it was. So a stamp is trusted
    /// only if it was old when it was seen: older than a tenth of a second, or than two seconds where the file system
    /// seems to count whole seconds. A clock that was set back makes files unsettled, which costs time, never truth.
    package func isSettled(asOf seen: Int) -> Bool {
        let second = 1_000_000_000
        let isWhole = modified % second == 0 && changed % second == 0
        return max(modified, changed) < seen - (isWhole ? 2 * second : second / 10)
    }
}

/// The kind of a file, how many names it has, and its stamp.
package struct FileStatus: Hashable, Sendable {
    package enum Form: Hashable, Sendable { case file, folder, link, other }

    package let form: Form
    package let links: Int
    package let stamp: Stamp
    /// The permissions: the last twelve bits of the mode.
    package let permissions: Int
    /// The user the file belongs to.
    package let owner: Int
    /// Bytes.
    package var size: Int { stamp.size }

    package init(form: Form, links: Int, stamp: Stamp, permissions: Int, owner: Int) {
        self.form = form
        self.links = links
        self.stamp = stamp
        self.permissions = permissions
        self.owner = owner
    }
}
