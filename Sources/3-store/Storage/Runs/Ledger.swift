// What was written into the user's folders, and how it was then. Only what is named here, and is as it was, may be replaced.

package import Digests
internal import Formats
package import Host

/// Files that ablate delivered: a document each, named by the digest of the path.
package struct Ledger: Sendable {
    /// One file as it was delivered.
    package struct Entry: Sendable, Equatable {
        /// Of the content.
        package let digest: Digest
        /// Of the content before, which is what is there still where a crash came between note and file.
        package let previous: Digest?
        /// What wrote it: a recipe's file name within its project, or a verb.
        package let author: String

        package init(digest: Digest, previous: Digest?, author: String) {
            (self.digest, self.previous, self.author) = (digest, previous, author)
        }
    }

    private let folder: String
    /// Paths below this folder are named relative to it, so that a project may be moved.
    private let project: String
    private let files: any FileSystem
    private let isReadOnly: Bool

    /// - Parameters:
    ///   - folder: where the documents are kept; it need not be there.
    ///   - project: the folder that delivered paths are told relative to.
    ///   - isReadOnly: whether what is noted is noted elsewhere alone.
    package init(folder: String, project: String, files: any FileSystem, isReadOnly: Bool = false) {
        (self.folder, self.project, self.files, self.isReadOnly) = (folder, project, files, isReadOnly)
    }

    /// What is known of a path; nil where ablate never wrote it. A document that is not as it was written counts as none: then the
    /// file is the user's. Errors: ``AblateError`` where the system does not say what the document holds.
    package func entry(for path: String) throws -> Entry? {
        let bytes: [UInt8]?
        do {
            bytes = try files.open(place(of: path), .readingItself).content(limit: 1 << 20)
        } catch let error as AblateError where [.missing, .refused].contains(error.kind) {
            return nil
        }
        guard let (ofPath, entry) = bytes.flatMap(Self.read), ofPath == name(of: path) else { return nil }
        return entry
    }

    /// Every path that is in the ledger, absolute, in order.
    package func paths() throws -> [String] {
        try (files.names(in: folder) ?? []).compactMap { file in
            guard file.hasSuffix(".json"), !file.hasPrefix("."),
                let bytes = try files.open("\(folder)/\(file)", .readingItself).content(limit: 1 << 20),
                let path = Self.read(bytes)?.path
            else { return nil }
            return path.hasPrefix("/") ? path : "\(project)/\(path)"
        }.sorted()
    }

    /// What ``note(_:for:)`` wrote; nil for anything else.
    private static func read(_ bytes: [UInt8]) -> (path: String, entry: Entry)? {
        guard let json = SealedDocument.read(bytes) else { return nil }
        let document = JSONDocument(json, name: "the ledger")
        guard let path = try? document.member("path").text, let digest = try? document.member("digest").digest,
            let author = try? document.member("author").text
        else { return nil }
        let previous = try? document.member("previous").digest
        return (path, Entry(digest: digest, previous: previous, author: author))
    }

    /// Notes that a path has this content now. Written before the file gets its name: a crash in between leaves a file that is not as
    /// the ledger says, which is left alone. Errors: ``AblateError``.
    package func note(_ entry: Entry, for path: String) throws {
        guard !isReadOnly else { return }
        try files.makeFolder(folder)
        try files.write(
            SealedDocument.text(
                of: [
                    "path": .string(name(of: path)), "digest": .string(entry.digest.description),
                    "previous": JSON(entry.previous?.description), "author": .string(entry.author),
                ]
            ).utf8, to: place(of: path))
    }

    /// The right to be the one process that delivers to a path, held as long as the value is; nil where this ledger cannot be written to
    /// or its disk has no locks, and where it does not come about within half a minute.
    package func turn(for path: String, clock: any HostClock) -> (any OpenFile)? {
        guard !isReadOnly, (try? files.makeFolder(folder)) != nil,
            // Paths share a few such files, which stay.
            let file = try? files.open("\(folder)/\(Digest(of: path).description.prefix(2)).lock", .locking)
        else { return nil }
        let start = clock.now
        while clock.now - start < 30_000_000_000 {
            switch try? file.lock(shared: false) {
            case .held?: return file
            case .unavailable?, nil: return nil
            default: clock.pause()
            }
        }
        return nil
    }

    /// Forgets a path: the file is gone, or is the user's from now on.
    package func forget(_ path: String) { try? files.remove(place(of: path)) }

    private func name(of path: String) -> String {
        path.hasPrefix(project + "/") ? String(path.dropFirst(project.count + 1)) : path
    }

    private func place(of path: String) -> String { "\(folder)/\(Digest(of: name(of: path))).json" }
}

extension Store {
    /// The ledger of what was delivered from this store for a project. A reader of the store notes nothing in it.
    package func ledger(ofProject folder: String) -> Ledger {
        Ledger(folder: "\(root)/deliveries", project: folder, files: files, isReadOnly: access == .readOnly)
    }
}
