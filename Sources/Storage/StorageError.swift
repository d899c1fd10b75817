// What can go wrong with a store, in words for its user. Knows no step and no exit code.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Why the store could not do what it was asked: what happened, where, and what to do about it.
package struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What a program may want to tell apart.
    package enum Kind: String, Sendable {
        /// A file or folder is not there.
        case missing
        /// The permissions, or a read-only disk or store, forbid it.
        case denied
        /// The disk or the quota is full.
        case full
        /// An output that no store may take: a link, a device, a name that leads out of its folder.
        case refused
        /// A step promised an output and did not write it.
        case incomplete
        /// A file was written while it was read.
        case changed
        /// An object no longer has the bytes that its name says.
        case damaged
        /// A store of another format.
        case foreign
        /// Any other failure of the file system.
        case failed
    }

    package let kind: Kind
    /// What happened, as a clause.
    package let message: String
    /// The file or folder it happened to.
    package let path: String
    /// What to do, as a clause.
    package let advice: String

    package init(_ kind: Kind, _ message: String, path: String, advice: String) {
        self.kind = kind
        self.message = message
        self.path = path
        self.advice = advice
    }

    package var description: String { "\(message): \(path); \(advice)" }
}

extension StorageError {
    /// The failure of a call of the system, from `errno`. `action` is what was tried: "read the file".
    static func system(_ action: String, _ path: String, code: Int32 = errno) -> StorageError {
        let reason = String(cString: strerror(code))
        let (kind, advice): (Kind, String) =
            switch code {
            case ENOENT, ENOTDIR: (.missing, "check the path")
            case EACCES, EPERM: (.denied, "check who owns it and its permissions")
            case EROFS: (.denied, "the disk is mounted read-only; choose a store elsewhere")
            case ENOSPC, EDQUOT: (.full, "free some space and run again; finished steps are kept")
            case EMFILE, ENFILE: (.failed, "raise the limit of open files (ulimit -n) and run again")
            case EIO: (.failed, "the disk reports errors; check it, then run again")
            default: (.failed, "check the disk, then run again")
            }
        return StorageError(kind, "cannot \(action) (\(reason))", path: path, advice: advice)
    }
}
