// Which text of a recipe was found sound last, in the user's cache. Knows no rule.

internal import Digests
internal import Host

/// The digest of a recipe's texts that broke no rule and called for no warning, remembered for the program that found so: as long as they
/// are the same, what they alone decide is decided. Losing it costs time only.
struct ProvenRecipe {
    private let path: String

    /// - Parameter recipe: the path of the recipe's file.
    init(_ recipe: String) {
        path = "\(Files.cache)/recipes/\(Digest(of: Files.absolute(recipe)).short)"
    }

    /// One digest for each recipe is remembered, and no damage turns it into that of another text.
    func holds(_ texts: Digest) -> Bool { (try? Files.content(path, limit: 64)) == Self.content(texts) }

    func remember(_ texts: Digest) {
        let files = Host.system.files
        guard (try? files.makeFolder(Files.folder(of: path))) != nil else { return }
        try? files.write(Self.content(texts), to: path, isLasting: false)
    }

    private static func content(_ texts: Digest) -> [UInt8] {
        let digest = JSON.array([.string(texts.description), .array(ProgramIdentity.json)]).digest
        return Array(digest.description.utf8)
    }
}

/// Which program this is: another one may compute otherwise. Its file's size and times tell, for whatever is remembered by it.
enum ProgramIdentity {
    static var json: [JSON] {
        guard let stamp = ((try? Host.system.files.status(of: "/proc/self/exe", following: true)) ?? nil)?.stamp else {
            return [.integer(Host.system.processes.current.process)]
        }
        return [stamp.inode, stamp.size, stamp.modified].map { .integer($0) }
    }
}
