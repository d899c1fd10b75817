// Reading whole files of the user's within limits, and writing whole files. Knows no formats.

extension FileSystem {
    package func exists(_ path: String) -> Bool { ((try? status(of: path, following: true)) ?? nil) != nil }

    /// What `path` names. Errors: ``AblateError`` of kind `missing` where nothing is there.
    package func requireStatus(of path: String, following: Bool) throws -> FileStatus {
        guard let status = try status(of: path, following: following) else {
            throw AblateError(
                .missing, "cannot find the file (No such file or directory)", path: path, advice: "check the path")
        }
        return status
    }

    /// The content of a regular file of at most `limit` bytes; a link stands for what it leads to.
    ///
    /// Nothing else is opened: not pipes, devices or folders. What the system makes up as it is read (files of /proc say that they
    /// are empty, and are not) is refused, too. Errors: ``AblateError``.
    package func content(of path: String, limit: Int) throws -> [UInt8] {
        try requireRegular(try requireStatus(of: path, following: true), path)
        let file = try open(path, .reading)
        let status = try file.status()
        try requireRegular(status, path)
        guard let content = try file.content(limit: limit) else {
            throw AblateError(
                .refused, "the file is larger than \(Self.size(limit))", path: path, advice: "name a smaller one")
        }
        guard status.size > 0 || content.isEmpty else {
            throw AblateError(
                .refused, "this is not a file on a disk: the system makes its content up as it is read", path: path,
                advice: "name a file with content of its own")
        }
        return content
    }

    /// The first bytes of a file, whatever it is, at most `count`; nil where it cannot be read. For what the system says of itself.
    package func beginning(of path: String, count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        guard let file = try? open(path, .reading) else { return nil }
        try? file.forEachPiece {
            bytes += $0.prefix(count - bytes.count)
            return bytes.count < count
        }
        return bytes
    }

    /// The last bytes of a file, at most `count`; nil where it cannot be read.
    package func end(of path: String, count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        guard let file = try? open(path, .reading) else { return nil }
        try? file.forEachPiece {
            bytes = ($0.count >= count ? [] : bytes.suffix(count - $0.count)) + $0.suffix(count)
            return true
        }
        return bytes
    }

    /// Makes a folder that only this user may enter, under a name that nobody else has. Errors: ``AblateError``.
    package func makePrivateFolder(in folder: String, named prefix: String) throws -> String {
        let path = "\(folder)/\(prefix)-\(makeNonce())"
        _ = try makeFolder(path)
        try setPermissions(0o700, of: path)
        return path
    }

    /// Errors: ``AblateError`` of kind `refused` for anything but a regular file, which says what it is.
    package func requireRegular(_ status: FileStatus, _ path: String) throws {
        let found: String
        switch status.form {
        case .file: return
        case .folder: found = "a folder"
        case .link: found = "a link"
        case .other: found = "a pipe, socket or device"
        }
        throw AblateError(
            .refused, "expected a regular file, found \(found)", path: path, advice: "name a file with content")
    }

    /// Writes a file whole or not at all, and in place of one that was there, whose permissions it keeps. A link is replaced by the
    /// file. Errors: ``AblateError``; what was there is then as it was.
    ///
    /// - Parameter isLasting: whether it is on the disk when this returns; what somebody else makes last needs no wait here.
    package func write(_ bytes: some Collection<UInt8>, to path: String, isLasting: Bool = true) throws {
        try write(to: path, isLasting: isLasting) { try $0.append(bytes) }
    }

    /// The same, with content that `fill` writes.
    package func write(to path: String, isLasting: Bool = true, _ fill: (any OpenFile) throws -> Void) throws {
        let draft = Paths.sibling(of: path, named: ".\(Paths.name(path)).\(makeNonce()).part")
        do {
            let before = try status(of: path, following: false)
            if let before, before.form == .folder || before.form == .other { try requireRegular(before, path) }
            let file = try open(draft, .creating)
            try fill(file)
            if isLasting { try file.sync() }
            if let before, before.form == .file { try setPermissions(before.permissions & 0o777, of: draft) }
            try move(draft, to: path)
        } catch {
            try? remove(draft)
            throw error
        }
    }

    /// An absolute path as the system walks it, without `.` and `..`: behind a link to a folder, `..` is the folder above that one.
    /// Links of the folders are followed; the last name is kept, whatever it is. What is not there is taken as it is written.
    package func walked(_ path: String) -> String {
        var place = "/"
        let names = path.split(separator: "/").filter { $0 != "." }
        for (index, name) in names.enumerated() {
            if name == ".." {
                place = Paths.parent(of: place) ?? "/"
                continue
            }
            let next = place == "/" ? "/\(name)" : "\(place)/\(name)"
            place = index < names.count - 1 && exists(next) ? absolute(next) : next
        }
        return place
    }

    private static func size(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
    }
}

/// Paths as text.
package enum Paths {
    /// The folder above; nil for a single name and for a name below `/`.
    package static func parent(of path: String) -> String? {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return nil }
        return String(path[..<slash])
    }

    /// The folder that a path of a file lies in: `.` for a single name.
    package static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// The last name of a path.
    package static func name(_ path: String) -> String {
        String(path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
    }

    /// An absolute path without `.`, `..` and empty names, as text: no link is looked at.
    package static func normal(_ path: String) -> String {
        var names: [Substring] = []
        for name in path.split(separator: "/") where name != "." {
            if name == ".." { _ = names.popLast() } else { names.append(name) }
        }
        return "/" + names.joined(separator: "/")
    }

    /// A path in the same folder as `path`.
    package static func sibling(of path: String, named name: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return name }
        return String(path[...slash]) + name
    }
}

/// Sixteen hexadecimal digits that nobody else has.
package func makeNonce() -> String {
    let digits = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
