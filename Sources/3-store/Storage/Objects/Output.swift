// One named output of a step: a file or a folder, told by digests. Knows nothing of where the bytes lie.

package import Digests
package import Formats
internal import Host

/// One output of a step.
package struct Output: Hashable, Sendable {
    /// One file of a folder.
    package struct Entry: Hashable, Sendable {
        /// Relative to the folder, with `/` between names.
        package let path: String
        package let digest: Digest
        /// Bytes.
        package let size: Int

        package init(path: String, digest: Digest, size: Int) {
            self.path = path
            self.digest = digest
            self.size = size
        }
    }

    package enum Form: Hashable, Sendable {
        case file
        /// The files in it, in the UTF-8 order of their paths.
        case folder([Entry])
    }

    /// Of a file the digest of its content, of a folder that of its list of paths and digests.
    package let digest: Digest
    /// Bytes; of a folder, of all its files.
    package let size: Int
    package let form: Form

    /// A file.
    package init(file digest: Digest, size: Int) {
        self.digest = digest
        self.size = size
        self.form = .file
    }

    /// A folder. `entries` need no order.
    package init(folder entries: [Entry]) {
        let sorted = entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        self.digest = Self.digest(ofFolder: sorted.map { ($0.path, $0.digest) })
        self.size = sorted.reduce(0) { $0 + $1.size }
        self.form = .folder(sorted)
    }

    /// The digest of a folder: of the canonical bytes of the list of its `[path, digest]`, which must be sorted by path.
    static func digest(ofFolder list: [(path: String, digest: Digest)]) -> Digest {
        JSON.array(list.map { [.string($0.path), .string($0.digest.description)] }).digest
    }

    /// The digest and size of every object that the output is made of.
    package var objects: [(digest: Digest, size: Int)] {
        switch form {
        case .file: [(digest, size)]
        case .folder(let entries): entries.map { ($0.digest, $0.size) }
        }
    }

    /// Whether `path` stays inside the folder that it is relative to, whatever that folder holds.
    static func isSafe(path: String) -> Bool {
        !path.isEmpty && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { isSafe(name: $0) }
    }

    /// Whether `name` is one component of a path, and neither `.` nor `..`.
    static func isSafe(name: some StringProtocol) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
    }
}

extension Output {
    /// What records hold of the output.
    package var json: JSON {
        var members: [String: JSON] = ["digest": .string(digest.description), "size": .integer(size)]
        if case .folder(let entries) = form {
            members["files"] = .array(
                entries.map { [.string($0.path), .string($0.digest.description), .integer($0.size)] })
        }
        return .object(members)
    }

    /// Reads what ``json`` wrote. Errors: ``FormatError``, also for paths that lead out of the folder.
    package init(reading document: JSONDocument) throws(FormatError) {
        digest = try document.member("digest").digest
        size = try document.member("size").count
        guard let files = try document.member(ifPresent: "files") else {
            form = .file
            return
        }
        var entries: [Entry] = []
        for file in try files.elements {
            let parts = try file.elements
            guard parts.count == 3 else { throw file.unexpected("path, digest and size") }
            let path = try parts[0].text
            guard Self.isSafe(path: path) else { throw parts[0].unexpected("a path inside the folder") }
            entries.append(Entry(path: path, digest: try parts[1].digest, size: try parts[2].count))
        }
        form = .folder(entries)
    }
}
