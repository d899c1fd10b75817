// May this path be written, and writing it whole. What is the user's is never replaced, and nothing is ever half written.

package import Digests
package import Host
package import Storage

/// Delivers files into the user's folders.
///
/// A file is replaced if a ledger names it and it is as it was delivered, or if it holds its own ``FileMark``; anything else is the
/// user's. No path leads out of the project's folder through a link, and none is an input.
package struct Delivery: Sendable {
    /// What a path is before something is delivered there.
    package enum Standing: Sendable, Equatable {
        /// Nothing is there.
        case free
        /// What is there was delivered by the same author, and is as it was then.
        case ours
        /// What is there was delivered by the same author, and was changed or made read-only since.
        case edited
        /// What is there was delivered by somebody else's run, and is as it was then.
        case other(author: String)
        /// What is there is the user's.
        case theirs
    }

    private let host: Host
    /// The project's folder, absolute and without links.
    private let project: String
    /// The folders that no path leaves through a link: the project's, and that of several projects.
    private let bounds: [String]
    private let ledgers: [Ledger]
    private let author: Author
    private let inputs: InputPlaces
    /// Folders that nothing is delivered into: the store's own.
    private let reserved: [String]
    /// Whether the user has said that what is there may be replaced.
    private let overwrites: Bool

    /// - Parameters:
    ///   - project: the folder that paths belong to; what lies outside must be named on purpose.
    ///   - ledgers: where deliveries are noted; the first that knows a path tells of it.
    ///   - bounds: further folders that no path leaves through a link.
    ///   - author: what the files are made of.
    ///   - inputs: paths that are read, which nothing may be delivered to.
    package init(
        host: Host = .system, project: String, bounds: [String] = [], ledgers: [Ledger], author: Author,
        inputs: [String],
        reserved: [String] = [], overwrites: Bool
    ) {
        self.host = host
        self.project = host.files.absolute(project)
        self.bounds = [self.project] + bounds.map(host.files.absolute)
        self.ledgers = ledgers
        self.author = author
        self.inputs = InputPlaces(inputs)
        self.reserved = reserved
        self.overwrites = overwrites
    }

    // MARK: Whether

    /// What is at a path. Errors: ``AblateError`` of kind `refused` for a path that must not be delivered to at all: an input, a
    /// folder or device, a path through a link that leaves the project.
    ///
    /// - Parameter mark: the mark that the delivered file would carry; nil for a file that can carry none.
    package func standing(of path: String, mark: FileMark? = nil) throws -> Standing {
        let path = try resolve(path)
        return try inTurn(at: path) { try found(at: path, mark: mark) }
    }

    /// Runs `work` while no other engine of this machine delivers to the path, so that note and file are of one delivery.
    private func inTurn<Value>(at path: String, _ work: () throws -> Value) rethrows -> Value {
        let turn = ledgers.last?.turn(for: path, clock: host.clock)
        return try withExtendedLifetime(turn) { try work() }
    }

    /// What is at a path that was resolved.
    private func found(at path: String, mark: FileMark?) throws -> Standing {
        guard let status = try host.files.status(of: path, following: false) else { return .free }
        guard status.form == .file else { return .theirs }
        // Whoever takes the right to write a file away wants it kept.
        let isProtected = status.permissions & 0o222 == 0
        if let mark {
            let bytes = try host.files.content(of: path, limit: 1 << 30)
            if mark.holds(for: bytes) { return isProtected ? .edited : .ours }
            guard let other = FileMark.author(of: bytes) else { return .theirs }
            let isGone = !Author.isThere(other, beside: mark.folder(of: path), host.files)
            return isGone && mark.isOfSameName(as: bytes) ? .ours : .other(author: Author.shown(other))
        }
        let author = author(for: path)
        let known = try ledgers.compactMap { try $0.entry(for: path) }
        guard let first = known.first else { return .theirs }
        let digest = try host.files.open(path, .readingItself).digest()
        // A ledger that could not be written to, as a reader's of a store, is behind.
        let whole = known.first { digest == $0.digest || digest == $0.previous }
        let (entry, isWhole) = (whole ?? first, whole != nil)
        if entry.author != author, Author.isThere(entry.author, beside: Paths.folder(of: path), host.files) {
            return isWhole ? .other(author: Author.shown(entry.author)) : .theirs
        }
        return isWhole && !isProtected ? .ours : .edited
    }

    /// A path that may be written. Only ``require(_:mark:remedy:)`` gives one, so that what is asked for is what is written.
    package struct Target: Sendable {
        /// Absolute, the links on its way walked.
        package let path: String
        fileprivate let mark: FileMark?
        fileprivate let remedy: String
    }

    /// Errors: ``AblateError`` of kind `exists` unless the path is free, or what is there may be replaced.
    ///
    /// - Parameter path: absolute, or from the project's folder.
    @discardableResult
    package func require(_ path: String, mark: FileMark? = nil, remedy: String) throws -> Target {
        let target = Target(path: try resolve(path), mark: mark, remedy: remedy)
        try permit(path, standing(of: path, mark: mark), remedy: remedy)
        return target
    }

    private func permit(_ path: String, _ standing: Standing, remedy: String) throws {
        let found: String
        switch standing {
        case .free, .ours: return
        case .edited: found = "it was changed or made read-only since ablate wrote it"
        case .other(let author): found = "\(author) wrote it"
        case .theirs: found = "ablate did not write it"
        }
        if overwrites, try isFile(path) { return }
        throw AblateError(
            .exists, "this file would be overwritten, and \(found)", path: path,
            advice: overwrites
                ? "\(remedy): --overwrite replaces files alone, and this is none; nothing was written"
                : "\(remedy), or say --overwrite; nothing was written")
    }

    /// What a file at this path is noted as written by.
    private func author(for path: String) -> String { author(in: Paths.folder(of: path)) }

    /// What the files of a folder are marked as written by.
    package func author(in folder: String) -> String {
        let place = Paths.normal(folder.hasPrefix("/") ? folder : "\(project)/\(folder)")
        return author.text(beside: host.files.exists(place) ? host.files.absolute(place) : place, project: project)
    }

    private func isFile(_ path: String) throws -> Bool {
        try host.files.status(of: resolve(path), following: false)?.form == .file
    }

    // MARK: Writing

    /// Writes a file whole or not at all, in place of what stood there when the target was given: whether it still may be is asked
    /// again, since hours may lie between.
    ///
    /// - Parameter digest: of the content that `fill` writes.
    ///
    /// Errors: ``AblateError``; what was there is then as it was.
    package func write(_ target: Target, digest: Digest, _ fill: (any OpenFile) throws -> Void) throws {
        // Another engine that delivers there now is done before this one looks: what it wrote is then known for ablate's.
        try inTurn(at: target.path) { try writeInTurn(target, digest: digest, fill) }
    }

    private func writeInTurn(_ target: Target, digest: Digest, _ fill: (any OpenFile) throws -> Void) throws {
        let path = target.path
        let before = try host.files.status(of: path, following: false)
        let standing = try found(at: path, mark: target.mark)
        try permit(path, standing, remedy: target.remedy)
        if let before { try host.files.requireRegular(before, path) }
        let old = try before.map { _ in try host.files.open(path, .readingItself).digest() }
        let isMarked = target.mark != nil
        if old == digest {
            if !isMarked { note(path, digest, previous: nil) }
            return
        }
        guard host.files.exists(Paths.folder(of: path)) else {
            throw AblateError(
                .missing, "cannot write the file: there is no such folder", path: path,
                advice: "make the folder, or choose another path")
        }
        sweepDrafts(of: path)
        let draft = Paths.sibling(of: path, named: "\(Self.head(of: path))\(makeNonce())\(Self.ending)")
        let file = try host.files.open(draft, .creating)
        _ = try file.lock(shared: false)
        do {
            try fill(file)
            try file.sync()
            if let before { try host.files.setPermissions(before.permissions & 0o777, of: draft) }
            // What was the user's and is replaced on demand is no content of ours: it is refused when it comes back.
            if !isMarked { note(path, digest, previous: standing == .ours ? old : nil) }
            try place(draft, at: path, before, target)
        } catch {
            try? host.files.remove(draft)
            throw error
        }
    }

    /// Gives a draft its name, unless something else has come to stand there.
    private func place(_ draft: String, at path: String, _ before: FileStatus?, _ target: Target) throws {
        let isAsBefore: Bool
        if let before {
            isAsBefore = try host.files.status(of: path, following: false)?.stamp == before.stamp
            if isAsBefore { try host.files.move(draft, to: path) }
        } else {
            isAsBefore = try host.files.claim(path, for: draft)
            try? host.files.remove(draft)
        }
        guard isAsBefore else {
            throw AblateError(
                .exists, "this file would be overwritten, and it was written while ablate was about to write it",
                path: path, advice: "\(target.remedy), or try again; nothing was written")
        }
    }

    package func write(_ target: Target, _ bytes: [UInt8]) throws {
        try write(target, digest: Digest(of: bytes)) { try $0.append(bytes) }
    }

    /// Errors: ``AblateError`` unless a folder that is delivered file by file may be made or is there. A link to a folder will do where
    /// it stays in the project.
    package func requireFolder(_ path: String) throws { try requireFolder(path, orLink: true) }

    private func requireFolder(_ path: String, orLink: Bool) throws {
        var form = try host.files.status(of: path, following: false)?.form
        if orLink, form == .link { form = try host.files.status(of: path, following: true)?.form ?? .link }
        if let form, form != .folder {
            throw AblateError(
                .exists, "a \(form == .link ? "link" : "file") is there already, where a folder is to be made",
                path: path,
                advice: "name a new folder; nothing was written")
        }
        _ = try resolve("\(path)/file")
    }

    /// Delivers every file of a folder, each below `path` by its own name, once all of them may be written. Errors: ``AblateError``.
    package func writeTree(_ folder: String, to path: String, remedy: String) throws {
        let files = host.files
        let (folders, names) = try tree(folder)
        try requireFolder(path)
        for name in folders { try requireFolder("\(path)/\(name)", orLink: false) }
        let targets = try names.map { try require("\(path)/\($0)", remedy: remedy) }
        for name in [""] + folders { _ = try files.makeFolder(name.isEmpty ? path : "\(path)/\(name)") }
        for (name, target) in zip(names, targets) {
            try write(target, files.content(of: "\(folder)/\(name)", limit: 1 << 30))
        }
    }

    /// The folders and files below a folder by their paths from there, folders before what they hold.
    private func tree(_ root: String, _ below: String = "") throws -> (folders: [String], files: [String]) {
        var result: (folders: [String], files: [String]) = ([], [])
        for name in try (host.files.names(in: below.isEmpty ? root : "\(root)/\(below)") ?? []).sorted() {
            let path = below.isEmpty ? name : "\(below)/\(name)"
            guard try host.files.status(of: "\(root)/\(path)", following: false)?.form == .folder else {
                result.files.append(path)
                continue
            }
            let inner = try tree(root, path)
            result.folders += [path] + inner.folders
            result.files += inner.files
        }
        return result
    }

    /// Removes a file that holds its mark; anything else stays.
    package func removeOutdated(_ path: String, mark: FileMark) {
        guard (try? standing(of: path, mark: mark)) == .ours, let path = try? resolve(path) else { return }
        try? host.files.remove(path)
    }

    private static let ending = ".ablate-part"

    /// What the names of a file's drafts begin with: a name may have 255 bytes, and a draft's has more than the file's.
    private static func head(of path: String) -> String {
        let name = Paths.name(path)
        return name.utf8.count <= 200 ? ".\(name)." : ".\(Digest(of: name).short)."
    }

    /// Removes drafts of this file that killed processes left: under a name that only drafts have, with no other name but the file's
    /// own, and locked by nobody.
    private func sweepDrafts(of path: String) {
        let (folder, head) = (Paths.folder(of: path), Self.head(of: path))
        let delivered = ((try? host.files.status(of: path, following: false)) ?? nil)?.stamp
        for name in ((try? host.files.names(in: folder)) ?? nil) ?? []
        where name.hasPrefix(head) && name.hasSuffix(Self.ending)
            && name.utf8.count == head.utf8.count + 16 + Self.ending.utf8.count
        {
            let draft = Paths.sibling(of: path, named: name)
            guard let status = (try? host.files.status(of: draft, following: false)) ?? nil, status.form == .file,
                status.links == 1 || status.links == 2 && status.stamp == delivered,
                let file = try? host.files.open(draft, .readingItself),
                (try? file.lock(shared: false)) == .held
            else { continue }
            try? host.files.remove(draft)
        }
    }

    private func note(_ path: String, _ digest: Digest, previous: Digest?) {
        let author = author(for: path)
        for ledger in ledgers {
            try? ledger.note(Ledger.Entry(digest: digest, previous: previous, author: author), for: path)
        }
    }

    // MARK: Paths

    /// Folders in which there are no files that last, whatever stands there now.
    private static let madeUp = ["/proc", "/sys", "/dev"]

    /// Errors: ``AblateError`` of kind `refused` for a path at which there can never be a file of one's own, whatever is there: a
    /// folder by its spelling, a place below a file, a name with control characters, a place where the system keeps no files.
    package func requirePlace(_ path: String) throws {
        func refused(_ what: String) -> AblateError {
            AblateError(.refused, what, path: path, advice: "choose another path; nothing was written")
        }
        if path.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) }) {
            throw refused("expected a path for a file, found line breaks or control characters in its name")
        }
        let last = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        if ["", ".", ".."].contains(last) { throw refused("expected a path for a file, found that of a folder") }
        let place = Paths.normal(path.hasPrefix("/") ? path : "\(project)/\(path)")
        var above = Paths.folder(of: place)
        while above != "/", above != "." {
            if let form = try host.files.status(of: above, following: true)?.form {
                guard form == .folder else { throw refused("expected a folder, found a file at \(above)") }
                let real = host.files.absolute(above)
                if let root = Self.madeUp.first(where: { real == $0 || real.hasPrefix($0 + "/") }),
                    real != "/dev/shm", !real.hasPrefix("/dev/shm/")
                {
                    throw refused("expected a path for a file, found one in \(root), where the system keeps no files")
                }
                break
            }
            above = Paths.folder(of: above)
        }
    }

    /// The path as it will be written to: absolute, with the folder's links resolved where they stay in the project.
    private func resolve(_ path: String) throws -> String {
        try requirePlace(path)
        let files = host.files
        let written = path.hasPrefix("/") ? path : "\(project)/\(path)"
        let folder = Paths.folder(of: Paths.normal(written))
        let place = files.walked(written)
        let real = Paths.folder(of: place)
        func isInside(_ path: String, _ bound: String) -> Bool { path == bound || path.hasPrefix(bound + "/") }
        for bound in bounds where isInside(folder, bound) && !isInside(real, bound) {
            throw AblateError(
                .refused, "this path leaves the project's folder through a link, to \(real)", path: path,
                advice: "name the folder itself, or replace the link by a real folder; nothing was written")
        }
        if let folder = reserved.first(where: { place.hasPrefix($0 + "/") }) {
            throw AblateError(
                .refused, "this path lies in the store, \(folder)", path: path,
                advice: "choose a path outside of it; nothing was written")
        }
        var above = real
        while above != "/", above != "." {
            if files.exists(above + "/store.json"), files.exists(above + "/objects") {
                throw AblateError(
                    .refused, "this path lies in a store, \(above)", path: path,
                    advice: "choose a path outside of it; nothing was written")
            }
            above = Paths.folder(of: above)
        }
        let own = try files.status(of: place, following: true)?.stamp
        if let input = inputs.input(at: place, own, files) {
            throw AblateError(
                .refused, "an input would be overwritten: \(input)", path: path,
                advice: "choose another path for what is written; nothing was written")
        }
        // A link to a file is a file of the user's; one to anything else is what it leads to.
        if let form = try files.status(of: place, following: true)?.form, form != .file {
            throw AblateError(
                .refused,
                "expected a path for a file, found a \(form == .folder ? "folder" : "pipe, socket or device")",
                path: path, advice: "choose another path; nothing was written")
        }
        return place
    }
}
