// Why something could not be done, in words for the user, with a class for programs. Knows no exit code and no step.

internal import Glibc

/// What a program may want to tell apart. The command has one table from these to exit codes.
package enum ErrorClass: String, CaseIterable, Sendable {
    /// The command line cannot be understood.
    case usage
    /// A recipe, a table or another file of the user's is not as it must be.
    case invalid
    /// A file or folder is not there.
    case missing
    /// The permissions, or a read-only disk or store, forbid it.
    case denied
    /// The disk or the quota is full.
    case full
    /// What no store and no delivery may take: a link, a device, a name that leads out of its folder.
    case refused
    /// A file of the user's would be overwritten.
    case exists
    /// Somebody else is at it.
    case busy
    /// A step promised an output and did not write it.
    case incomplete
    /// A file was written while it was read.
    case changed
    /// Bytes are not as they were written.
    case damaged
    /// Something of another format or a newer version.
    case foreign
    /// An outside service, or a program that is needed, cannot be had.
    case unavailable
    /// Any other failure of the system.
    case failed
}

/// Why something could not be done: what happened, where, and what to do about it.
package struct AblateError: Error, Hashable, Sendable, CustomStringConvertible {
    package let kind: ErrorClass
    /// What happened, as a clause.
    package let message: String
    /// The file or folder it happened to, perhaps with `:line:column`; empty where it is about none.
    package let path: String
    /// What to do, as a clause; empty where that is plain.
    package let advice: String

    package init(_ kind: ErrorClass, _ message: String, path: String = "", advice: String = "") {
        self.kind = kind
        self.message = message
        self.path = path
        self.advice = advice
    }

    package var description: String {
        message + (path.isEmpty ? "" : ": \(path)") + (advice.isEmpty ? "" : "; \(advice)")
    }
}

extension AblateError {
    /// What `work` gives; every error of a ``FileSystem`` is one of these, and anything else is told as a failure of the system.
    package static func only<Value>(_ work: () throws -> Value) throws(AblateError) -> Value {
        do {
            return try work()
        } catch let error as AblateError {
            throw error
        } catch {
            throw AblateError(.failed, "\(error)")
        }
    }

    /// The failure of a call of the system with this error number. `action` is what was tried: "read the file".
    package static func system(_ action: String, _ path: String) -> AblateError { system(action, path, code: errno) }

    package static func system(_ action: String, _ path: String, code: Int32) -> AblateError {
        let reason = String(cString: strerror(code))
        let (kind, advice): (ErrorClass, String) =
            switch code {
            case ENOENT, ENOTDIR: (.missing, "check the path")
            case EACCES, EPERM: (.denied, "check who owns it and its permissions")
            case EROFS: (.denied, "the disk is mounted read-only; choose a place elsewhere")
            case ENOSPC, EDQUOT: (.full, "free some space and run again; finished steps are kept")
            case EMFILE, ENFILE: (.failed, "raise the limit of open files (ulimit -n) and run again")
            case ENAMETOOLONG: (.refused, "use a shorter name")
            case ELOOP: (.refused, "name the file itself, not a link")
            case EISDIR: (.refused, "a folder is in the file's place; name a file, or move the folder away")
            case EEXIST: (.exists, "something is there already; move it away, or name another place")
            case EIO: (.failed, "the disk reports errors; check it, then run again")
            default: (.failed, "check the disk, then run again")
            }
        return AblateError(kind, "cannot \(action) (\(reason))", path: path, advice: advice)
    }
}
