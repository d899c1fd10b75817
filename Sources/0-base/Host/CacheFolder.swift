// Where what can be made again is kept for this user. Programs are started from there, so nobody else may write to it.

internal import Glibc

/// The user's folder for caches.
package enum CacheFolder {
    /// `~/.cache/ablate`, or where `XDG_CACHE_HOME` says. Programs are started from there, so it is a folder of the user's own in
    /// any case: where neither variable names one, the home that the system knows, and where there is none, a private folder.
    package static let path: String = {
        let variables = SystemProcesses.variables
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
        guard let status = (try? SystemFiles().status(of: path, following: false)) ?? nil else { return false }
        return status.form == .folder && status.owner == Int(geteuid())
            && status.permissions & (othersMayRead ? 0o022 : 0o077) == 0
    }
}
