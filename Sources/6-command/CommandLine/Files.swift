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

    /// The user's folder for caches.
    static var cache: String { CacheFolder.path }
}
