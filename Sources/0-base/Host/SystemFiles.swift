// The system's file system. Below a root that it is confined to, no path leads through a link.

internal import Glibc

/// The file system of the machine.
package struct SystemFiles: FileSystem {
    private let root: Root?

    /// `O_PATH`, which the header gives to C alone: a folder is passed through without a right to read it.
    private static let passing: Int32 = 0o10_000_000

    package init() { root = nil }
    private init(_ root: Root) { self.root = root }

    /// The folder that a confined file system stands on: held open, so that it stays the same folder whatever happens to its name.
    private final class Root: Sendable {
        let path: String
        let descriptor: Int32

        init(_ path: String) throws {
            self.path = path
            descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            guard descriptor >= 0 else { throw AblateError.system("open the folder", path) }
        }

        deinit { close(descriptor) }
    }

    package func confined(to root: String) throws -> any FileSystem { SystemFiles(try Root(absolute(root))) }

    /// Runs `work` with an open folder and a path relative to it. What a confined path leads through must be real folders.
    private func at<Value>(_ path: String, _ work: (Int32, String) throws -> Value) throws -> Value {
        guard let root else { return try work(AT_FDCWD, path) }
        if path == root.path { return try work(root.descriptor, ".") }
        guard path.hasPrefix(root.path + "/") else { return try work(AT_FDCWD, path) }
        let names = path.dropFirst(root.path.count + 1).split(separator: "/")
        guard let last = names.last else { return try work(root.descriptor, ".") }
        var folder = root.descriptor
        defer { if folder != root.descriptor { close(folder) } }
        for name in names.dropLast() {
            let next = openat(folder, String(name), Self.passing | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard next >= 0 else {
                if errno == ENOTDIR || errno == ELOOP {
                    if name == ".." || Self.isLink(folder, String(name)) { throw Self.throughLink(path) }
                    errno = ENOTDIR
                }
                // As the system would have it: a folder above is missing.
                return try work(-1, "")
            }
            if folder != root.descriptor { close(folder) }
            folder = next
        }
        return try work(folder, String(last))
    }

    private static func isLink(_ folder: Int32, _ name: String) -> Bool {
        var status = stat()
        let code = errno
        defer { errno = code }
        return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func throughLink(_ path: String) -> AblateError {
        AblateError(
            .refused, "this path leads through a link, and nothing outside is read or changed through it", path: path,
            advice: "put a real folder in the link's place")
    }

    package func status(of path: String, following: Bool) throws -> FileStatus? {
        try at(path) { folder, name in
            var status = stat()
            let flags = following && !isConfined(path) ? 0 : AT_SYMLINK_NOFOLLOW
            guard folder != -1, fstatat(folder, name, &status, flags) == 0 else {
                if errno == ENOENT || errno == ENOTDIR { return nil }
                throw AblateError.system("look at the file", path)
            }
            return FileStatus(status)
        }
    }

    package func stamp(at path: UnsafePointer<CChar>) -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? FileStatus(status).stamp : nil
    }

    private func isConfined(_ path: String) -> Bool { root.map { path.hasPrefix($0.path + "/") } ?? false }

    package func open(_ path: String, _ mode: OpenMode) throws -> any OpenFile {
        let (flags, action): (Int32, String) =
            switch mode {
            case .reading: (O_RDONLY | O_NONBLOCK, "read the file")
            case .readingItself: (O_RDONLY | O_NONBLOCK | O_NOFOLLOW, "read the file")
            case .creating: (O_WRONLY | O_CREAT | O_EXCL, "make the file")
            case .locking: (O_RDWR | O_CREAT, "open the lock")
            case .lockingPresent: (O_RDWR, "open the lock")
            }
        let confining = isConfined(path) ? O_NOFOLLOW : 0
        return try at(path) { folder, name in
            guard folder != -1,
                let descriptor = retrying({ openat(folder, name, flags | confining | O_CLOEXEC, 0o666) })
            else {
                let code = errno
                if code == ELOOP, isConfined(path) {
                    throw AblateError(
                        .refused, "expected a file of the store's own, found a link", path: path,
                        advice: "remove the link: nothing is read or written through it")
                }
                throw AblateError.system(action, path, code: code)
            }
            return SystemFile(path, descriptor, in: self)
        }
    }

    package func names(in path: String) throws -> [String]? {
        try at(path) { folder, name in
            let confining = isConfined(path) ? O_NOFOLLOW : 0
            guard folder != -1,
                let descriptor = retrying({ openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | confining) })
            else {
                if isConfined(path), folder != -1, errno == ENOTDIR, Self.isLink(folder, name) {
                    throw Self.throughLink(path)
                }
                if errno == ENOENT || errno == ENOTDIR { return nil }
                throw AblateError.system("list the folder", path)
            }
            return try FolderWalk.names(in: descriptor, path)
        }
    }

    package func makeFolder(_ path: String) throws -> Bool {
        func make(_ path: String) throws -> Int32 {
            try at(path) { folder, name in folder != -1 && mkdirat(folder, name, 0o777) == 0 ? 0 : errno }
        }
        switch try make(path) {
        case 0: return true
        case EEXIST:
            guard try status(of: path, following: true)?.form == .folder else {
                if isConfined(path) { throw Self.throughLink(path) }
                let isLink = try status(of: path, following: false)?.form == .link
                throw AblateError(
                    .refused,
                    "expected a folder, found \(isLink ? "a link that leads to none" : "something that is none")",
                    path: path, advice: "move it away, or put a folder in its place")
            }
            return false
        case ENOENT:
            guard let parent = Paths.parent(of: path) else {
                throw AblateError.system("make the folder", path, code: ENOENT)
            }
            _ = try makeFolder(parent)
            let code = try make(path)
            guard code == 0 || code == EEXIST else { throw AblateError.system("make the folder", path, code: code) }
            return true
        case let code: throw AblateError.system("make the folder", path, code: code)
        }
    }

    package func remove(_ path: String) throws {
        try at(path) { folder, name in if folder != -1 { try FolderWalk.remove(name, in: folder, path) } }
    }

    package func move(_ old: String, to new: String) throws {
        try at(old) { oldFolder, oldName in
            try at(new) { newFolder, newName in
                guard oldFolder != -1, newFolder != -1, renameat(oldFolder, oldName, newFolder, newName) == 0 else {
                    throw AblateError.system("move \(old)", new)
                }
            }
        }
    }

    package func claim(_ new: String, for old: String) throws -> Bool {
        let code: Int32 = try at(old) { oldFolder, oldName in
            try at(new) { newFolder, newName in
                guard oldFolder != -1, newFolder != -1 else { return ENOENT }
                return linkat(oldFolder, oldName, newFolder, newName, 0) == 0 ? 0 : errno
            }
        }
        switch code {
        case 0: return true
        case EEXIST: return false
        case EPERM, EOPNOTSUPP, ENOSYS, EMLINK:
            if try status(of: new, following: false) != nil { return false }
            try move(old, to: new)
            return true
        default: throw AblateError.system("link \(old)", new, code: code)
        }
    }

    package func makeLink(at path: String, to target: String) throws {
        try at(path) { folder, name in
            guard folder != -1, symlinkat(target, folder, name) == 0 else {
                throw AblateError.system("link \(target)", path)
            }
        }
    }

    package func target(ofLink path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = try? at(path) { folder, name in
            buffer.withUnsafeMutableBytes {
                folder == -1 ? -1 : readlinkat(folder, name, $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
            }
        }
        guard let count, count >= 0 else { return nil }
        return String(validating: buffer[..<count], as: UTF8.self)
    }

    package func sync(folder path: String) throws {
        try at(path) { folder, name in
            guard folder != -1, let descriptor = retrying({ openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
            else { throw AblateError.system("open the folder", path) }
            defer { close(descriptor) }
            // Some network file systems cannot sync a folder and say so with EINVAL.
            guard fsync(descriptor) == 0 || errno == EINVAL else { throw AblateError.system("save the folder", path) }
        }
    }

    package func setPermissions(_ permissions: Int, of path: String) throws {
        try at(path) { folder, name in
            guard folder != -1, fchmodat(folder, name, mode_t(truncatingIfNeeded: permissions), 0) == 0 else {
                throw AblateError.system("change the permissions", path)
            }
        }
    }

    package func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    package func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0 && ((try? status(of: path, following: true)) ?? nil)?.form == .file
    }

    package func isFull(_ path: String) -> Bool {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return false }
        // File systems without a fixed number of files say that they have none at all.
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 16
            || (status.f_files > 0 && status.f_favail == 0)
    }

    package func absolute(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }
}

extension FileStatus {
    init(_ status: stat) {
        let form: Form =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        let (modified, changed) = (status.st_mtim, status.st_ctim)
        self.init(
            form: form, links: Int(status.st_nlink),
            stamp: Stamp(
                device: Int(truncatingIfNeeded: status.st_dev), inode: Int(truncatingIfNeeded: status.st_ino),
                size: Int(status.st_size), modified: modified.tv_sec &* 1_000_000_000 &+ modified.tv_nsec,
                changed: changed.tv_sec &* 1_000_000_000 &+ changed.tv_nsec),
            permissions: Int(status.st_mode & 0o7777), owner: Int(status.st_uid))
    }
}

/// The result of a call, tried again when a signal interrupts it; nil when it fails (see `errno`).
func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result? {
    while true {
        let result = call()
        if result >= 0 { return result }
        if errno != EINTR { return nil }
    }
}
