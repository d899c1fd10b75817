// Paths and small files of the user's, as the command meets them. Knows no formats.

internal import Host

enum Files {
    private static var files: any FileSystem { Host.system.files }

    /// What a recipe, a site file or a configuration may weigh. None is ever near.
    static let textLimit = 16 << 20

    static func exists(_ path: String) -> Bool { files.exists(path) }

    static func isWritable(_ path: String) -> Bool { files.isWritable(path) }

    /// An absolute path without links in it, for a path that exists; an absolute path otherwise.
    static func absolute(_ path: String) -> String { files.absolute(path) }

    static func folder(of path: String) -> String { Paths.folder(of: path) }

    /// The content of a regular file of at most `limit` bytes. Errors: ``AblateError``.
    static func content(_ path: String, limit: Int = textLimit) throws -> [UInt8] {
        try files.content(of: path, limit: limit)
    }

    static var environment: [String: String] { Host.system.variables }

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
