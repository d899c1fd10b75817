// Files as protocols: what the program asks of a file system. Knows no layout and no content.

package import Digests

/// How a file is opened.
package enum OpenMode: Hashable, Sendable {
    /// To read it. Never waits for the other end of a pipe.
    case reading
    /// To read it, unless its last name is a link.
    case readingItself
    /// To write it; it must not be there yet.
    case creating
    /// To lock it; made where it is not there.
    case locking
    /// To lock it; it must be there.
    case lockingPresent
}

/// What an attempt to lock a file gave.
package enum LockAnswer: Hashable, Sendable {
    case held
    /// Another holder stands against it.
    case taken
    /// This file system has no locks: nothing is known of other holders.
    case unavailable
}

/// A file system. Every failure is an ``AblateError`` with the path in it. Any function may be called from any thread.
package protocol FileSystem: Sendable {
    /// What `path` names; a link stands for what it leads to where `following` says so. Nil where nothing is there.
    func status(of path: String, following: Bool) throws -> FileStatus?
    /// The stamp of what a path, ended by a zero, leads to; nil where nothing can be seen there. For paths by the ten thousand.
    func stamp(at path: UnsafePointer<CChar>) -> Stamp?
    func open(_ path: String, _ mode: OpenMode) throws -> any OpenFile
    /// The names in a folder, unsorted; nil where there is no such folder. A name that is not UTF-8 is refused.
    func names(in folder: String) throws -> [String]?
    /// Makes a folder, and those above it; false if it was there.
    @discardableResult func makeFolder(_ path: String) throws -> Bool
    /// Removes what `path` names, with all that is in it; follows no link. Nothing there is no error.
    func remove(_ path: String) throws
    /// Gives what `old` names the name `new`, in place of the file that has it.
    func move(_ old: String, to new: String) throws
    /// Gives the file `old` the second name `new`; false if that name is taken.
    ///
    /// Where the file system has no hard links, the file is moved: two that do so in the same instant may both succeed.
    func claim(_ new: String, for old: String) throws -> Bool
    func makeLink(at path: String, to target: String) throws
    /// What the link at `path` says; nil if it is none.
    func target(ofLink path: String) -> String?
    /// Returns once the names in a folder are on the disk.
    func sync(folder: String) throws
    func setPermissions(_ permissions: Int, of path: String) throws
    /// Whether this process may write what `path` names; false where nothing is there.
    func isWritable(_ path: String) -> Bool
    /// Whether `path` is a file that this process may start as a program.
    func isExecutable(_ path: String) -> Bool
    /// Whether next to nothing can be written to the disk of `path` any more. False where the system does not tell.
    func isFull(_ path: String) -> Bool
    /// The absolute path without links; where nothing is there yet, the absolute path as given.
    func absolute(_ path: String) -> String
    /// The same files, but below `root` no path leads through a link: whatever others put there, nothing outside is read, written
    /// or removed through it. Errors: ``AblateError`` where `root` is no folder.
    func confined(to root: String) throws -> any FileSystem
}

/// An open file; it closes with its last reference and is not inherited by child processes.
package protocol OpenFile: AnyObject, Sendable {
    var path: String { get }
    func status() throws -> FileStatus
    /// Hands the content from the present position to `each`, a piece at a time, until it ends or `each` says false.
    func forEachPiece(_ each: (UnsafeRawBufferPointer) throws -> Bool) throws
    func append(_ bytes: some Collection<UInt8>) throws
    /// Replaces the whole content of a file that was opened to be locked.
    func rewrite(_ bytes: some Collection<UInt8>) throws
    /// Returns once the content is on the disk.
    func sync() throws
    /// Takes every right to write away, from the owner too.
    func protect() throws
    /// Locks the file without waiting. The lock ends with the last process that holds the file open, however that ends.
    func lock(shared: Bool) throws -> LockAnswer
    /// Sets the time of the last write to now: a sign of life where there are no locks.
    func touch() throws
    /// Whether the file still has the name under which it was opened.
    func hasItsName() throws -> Bool
}

extension OpenFile {
    /// The digest of the content; the file must be at its start.
    package func digest() throws -> Digest {
        var hasher = Digest.Hasher()
        try forEachPiece {
            hasher.update($0)
            return true
        }
        return hasher.finalize()
    }

    /// The whole content; nil if it is longer than `limit` bytes. No more than that is ever read.
    package func content(limit: Int) throws -> [UInt8]? {
        let size = try status().size
        guard size <= limit else { return nil }
        var content: [UInt8] = []
        content.reserveCapacity(size)
        var isWhole = true
        try forEachPiece { piece in
            isWhole = content.count + piece.count <= limit
            if isWhole { content += piece }
            return isWhole
        }
        return isWhole ? content : nil
    }

    /// Writes the content of `source` from its present position.
    package func copy(from source: any OpenFile) throws {
        try source.forEachPiece {
            try append($0)
            return true
        }
    }
}
