// What the file system says of a file without opening it. Knows nothing of contents.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The numbers that change when a file does. The change time cannot be set back by a program, so it also tells of a
/// tamper that keeps size and modification time.
struct Stamp: Hashable, Sendable {
    let device: Int
    let inode: Int
    /// Bytes.
    let size: Int
    /// Time of the last write, in nanoseconds since 1970.
    let modified: Int
    /// Time of the last change of content, name or mode, in nanoseconds since 1970.
    let changed: Int

    /// Whether a look at the file at time `seen` (nanoseconds) saw its last state.
    ///
    /// Timestamps are coarse: a write within the same tick as the look leaves the stamp as it was. So a stamp is trusted
    /// only if it was old when it was seen: older than a tenth of a second, or than two seconds where the file system
    /// seems to count whole seconds. A clock that was set back makes files unsettled, which costs time, never truth.
    func isSettled(asOf seen: Int) -> Bool {
        let second = 1_000_000_000
        let isWhole = modified % second == 0 && changed % second == 0
        return max(modified, changed) < seen - (isWhole ? 2 * second : second / 10)
    }
}

/// The kind of a file, how many names it has, and its stamp.
struct FileStatus: Sendable {
    enum Form: Sendable { case file, folder, link, other }

    let form: Form
    let links: Int
    let stamp: Stamp
    var size: Int { stamp.size }

    init(_ status: stat) {
        self.form =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        self.links = Int(status.st_nlink)
        #if canImport(Darwin)
            let (modified, changed) = (status.st_mtimespec, status.st_ctimespec)
        #else
            let (modified, changed) = (status.st_mtim, status.st_ctim)
        #endif
        self.stamp = Stamp(
            device: Int(truncatingIfNeeded: status.st_dev), inode: Int(truncatingIfNeeded: status.st_ino),
            size: Int(status.st_size), modified: modified.tv_sec * 1_000_000_000 + modified.tv_nsec,
            changed: changed.tv_sec * 1_000_000_000 + changed.tv_nsec)
    }

    /// The status of what `path` names; a link stands for what it leads to where `following` says so.
    init(of path: String, following: Bool) throws {
        guard let status = try Self.ifPresent(path, following: following) else {
            throw StorageError.system("find the file", path, code: ENOENT)
        }
        self = status
    }

    /// The same, or nil where nothing is there.
    static func ifPresent(_ path: String, following: Bool) throws -> FileStatus? {
        var status = stat()
        guard (following ? stat(path, &status) : lstat(path, &status)) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw StorageError.system("look at the file", path)
        }
        return FileStatus(status)
    }
}

/// The time by the system's clock, in nanoseconds since 1970.
func currentTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
