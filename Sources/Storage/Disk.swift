// Calls of the file system on paths, as functions that throw. Knows nothing of the store's layout.

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The file system. Every failure is a ``StorageError`` with the path in it.
package enum Disk {
    /// The absolute path without links; where nothing is there yet, the absolute path as given.
    static func absolute(_ path: String) -> String {
        if let resolved = realpath(path, nil) {
            defer { free(resolved) }
            return String(cString: resolved)
        }
        if path.hasPrefix("/") { return path }
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }

    static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "host" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return String(name.map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." ? $0 : "-" })
    }

    /// Makes a folder, and those above it; false if it was there.
    @discardableResult
    static func makeFolder(_ path: String) throws -> Bool {
        if mkdir(path, 0o755) == 0 { return true }
        switch errno {
        case EEXIST:
            guard try FileStatus(of: path, following: true).form == .folder else {
                throw StorageError.system("make the folder", path, code: EEXIST)
            }
            return false
        case ENOENT:
            guard let parent = parent(of: path) else { throw StorageError.system("make the folder", path) }
            try makeFolder(parent)
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw StorageError.system("make the folder", path) }
            return true
        default: throw StorageError.system("make the folder", path)
        }
    }

    static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }

    /// The names in a folder, unsorted; nil where there is no such folder. A name that is not UTF-8 is refused.
    static func names(in path: String) throws -> [String]? {
        guard let folder = opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw StorageError.system("list the folder", path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                if errno != 0 { throw StorageError.system("list the folder", path) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            guard let name else {
                throw StorageError(.refused, "a file name is not UTF-8", path: path, advice: "rename the file")
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Removes what `path` names, with all that is in it; follows no link. Nothing there is no error.
    package static func remove(_ path: String) throws {
        if unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR { return }
        guard errno == EISDIR || errno == EPERM else { throw StorageError.system("remove the file", path) }
        if rmdir(path) == 0 || errno == ENOENT { return }
        if errno == EACCES || access(path, R_OK | W_OK | X_OK) != 0 { chmod(path, 0o700) }
        for name in try names(in: path) ?? [] { try remove(path + "/" + name) }
        guard rmdir(path) == 0 || errno == ENOENT else { throw StorageError.system("remove the folder", path) }
    }

    /// Gives what `old` names the name `new`, in place of the file that has it.
    static func move(_ old: String, to new: String) throws {
        guard rename(old, new) == 0 else { throw StorageError.system("move \(old)", new) }
    }

    /// Gives the file `old` the second name `new`; false if that name is taken.
    ///
    /// Where the file system has no hard links, the file is moved: two that do so in the same instant may both succeed.
    static func claim(_ new: String, for old: String) throws -> Bool {
        if link(old, new) == 0 { return true }
        switch errno {
        case EEXIST: return false
        case EPERM, EOPNOTSUPP, ENOSYS, EMLINK:
            if try FileStatus.ifPresent(new, following: false) != nil { return false }
            try move(old, to: new)
            return true
        default: throw StorageError.system("link \(old)", new)
        }
    }

    static func makeLink(at path: String, to target: String) throws {
        guard symlink(target, path) == 0 else { throw StorageError.system("link \(target)", path) }
    }

    /// What the link at `path` says; nil if it is none.
    static func target(ofLink path: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = buffer.withUnsafeMutableBytes {
            readlink(path, $0.bindMemory(to: CChar.self).baseAddress!, $0.count)
        }
        return count < 0 ? nil : String(validating: buffer[..<count], as: UTF8.self)
    }

    /// Returns once the names in a folder are on the disk.
    static func sync(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError.system("open the folder", folder) }
        defer { close(descriptor) }
        // Some network file systems cannot sync a folder and say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw StorageError.system("save the folder", folder) }
    }
}

/// Lets a moment pass: twenty milliseconds.
func pause() { usleep(20_000) }
