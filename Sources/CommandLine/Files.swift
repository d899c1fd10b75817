// Paths and small files of the user's. Knows no formats.

internal import Glibc

enum Files {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isWritable(_ path: String) -> Bool { access(path, W_OK) == 0 }

    /// An absolute path without links in it, for a path that exists; an absolute path otherwise.
    static func absolute(_ path: String) -> String {
        if let real = realpath(path, nil) {
            defer { free(real) }
            return String(cString: real)
        }
        if path.hasPrefix("/") { return path }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard getcwd(&buffer, buffer.count) != nil else { return path }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/" + path
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The bytes of a file; nil, with `errno` set, where it cannot be read.
    static func bytes(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return ferror(file) == 0 ? bytes : nil }
            bytes += chunk[..<count]
        }
    }

    /// Writes a file whole or not at all; one that was there keeps its mode. False, with `errno` set, where it cannot be written.
    static func write(_ bytes: [UInt8], to path: String) -> Bool {
        let draft = "\(path).\(getpid()).part"
        var status = stat()
        let mode = stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
        guard let file = fopen(draft, "w") else { return false }
        let isWritten = fwrite(bytes, 1, bytes.count, file) == bytes.count
        if let mode { fchmod(fileno(file), mode) }
        let isClosed = fclose(file) == 0
        if isWritten, isClosed, rename(draft, path) == 0 { return true }
        unlink(draft)
        return false
    }

    static func makeFolder(_ path: String) -> Bool {
        if exists(path) { return true }
        return makeFolder(folder(of: path)) && (mkdir(path, 0o755) == 0 || errno == EEXIST)
    }

    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var pointer = environ
        while let entry = pointer.pointee {
            let text = String(cString: entry)
            if let equals = text.firstIndex(of: "=") {
                variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
            }
            pointer += 1
        }
        return variables
    }

    /// `~/.cache/ablate`, or where `XDG_CACHE_HOME` says. Programs are started from there, so it is a folder of the user's own in
    /// any case: where neither variable names one, the home that the system knows, and where there is none, a private folder.
    static let cache: String = {
        let variables = environment
        if let cache = variables["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/ablate" }
        if let home = variables["HOME"], home.hasPrefix("/") { return home + "/.cache/ablate" }
        if let home = getpwuid(geteuid()).flatMap({ $0.pointee.pw_dir }).map({ String(cString: $0) }),
            home.hasPrefix("/"), isPrivate(home, othersMayRead: true)
        {
            return home + "/.cache/ablate"
        }
        let folder = "/tmp/ablate-\(geteuid())"
        mkdir(folder, 0o700)
        if isPrivate(folder) { return folder }
        // Somebody else has that name. What is made here is made anew each time, and is nobody else's.
        var template = Array("/tmp/ablate-XXXXXX".utf8CString)
        return mkdtemp(&template) == nil
            ? folder + "-refused" : String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()

    /// Whether a path is a folder, and no link, of this user's that nobody else can write to.
    private static func isPrivate(_ path: String, othersMayRead: Bool = false) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
            && status.st_mode & (othersMayRead ? 0o022 : 0o077) == 0
    }
}
