// What is in an open folder, and taking a folder away. Each name is looked up once, in a folder that is held open.

internal import Glibc

enum FolderWalk {
    /// The names in the folder behind a descriptor, which is closed. `path` is what messages call it.
    static func names(in descriptor: Int32, _ path: String) throws -> [String] {
        try entries(in: descriptor, path).map { name in
            guard let text = text(name) else {
                throw AblateError(.refused, "a file name is not UTF-8", path: path, advice: "rename the file")
            }
            return text
        }
    }

    private static func text(_ name: [CChar]) -> String? {
        String(validating: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The same as the bytes that the system has, each with its final zero: a name need be no text.
    private static func entries(in descriptor: Int32, _ path: String) throws -> [[CChar]] {
        guard let folder = fdopendir(descriptor) else {
            let code = errno
            close(descriptor)
            throw AblateError.system("list the folder", path, code: code)
        }
        defer { closedir(folder) }
        var names: [[CChar]] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                if errno != 0 { throw AblateError.system("list the folder", path) }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if text(name) != ".", text(name) != ".." { names.append(name) }
        }
    }

    /// Removes `name` in an open folder with all that is in it; a link goes, what it leads to stays. Nothing there is no error.
    static func remove(_ name: String, in folder: Int32, _ path: String) throws {
        try remove(name.utf8CString.map { $0 }, in: folder, path)
    }

    private static func remove(_ name: [CChar], in folder: Int32, _ path: String) throws {
        if unlinkat(folder, name, 0) == 0 || errno == ENOENT || errno == ENOTDIR { return }
        guard errno == EISDIR || errno == EPERM else { throw AblateError.system("remove the file", path) }
        if unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT { return }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        var inside = openat(folder, name, flags)
        if inside < 0, errno == EACCES {
            _ = fchmodat(folder, name, 0o700, AT_SYMLINK_NOFOLLOW)
            inside = openat(folder, name, flags)
        }
        guard inside >= 0 else { throw AblateError.system("remove the folder", path) }
        defer { close(inside) }
        var status = stat()
        if fstat(inside, &status) == 0, status.st_mode & 0o300 != 0o300 { fchmod(inside, 0o700) }
        for inner in try entries(in: dup(inside), path) {
            try remove(inner, in: inside, "\(path)/\(text(inner) ?? "?")")
        }
        guard unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT else {
            throw AblateError.system("remove the folder", path)
        }
    }
}
