// The digests of files outside the store, through the index so that an unchanged file is read once. Writes no file.

package import Digests
internal import Host

extension Store {
    /// The digest of a file's content. A link stands for what it leads to.
    ///
    /// The file is read unless its device, inode, size, modification and change time are those of a settled earlier look.
    /// Errors: ``AblateError``; of kind `changed` if the file was written meanwhile.
    package func digest(ofFile path: String) throws -> Digest {
        let path = path.hasPrefix("/") ? path : files.absolute(path)
        let status = try files.requireStatus(of: path, following: true)
        try files.requireRegular(status, path)
        if let known = index.observation(of: path), known.holds(for: status.stamp), let digest = known.digest {
            return digest
        }
        let seen = host.clock.now
        let file = try files.open(path, .reading)
        let before = try file.status()
        try files.requireRegular(before, path)
        let digest = try file.digest()
        guard try file.status().stamp == before.stamp else { throw Self.changed(path) }
        index.remember(FileObservation(stamp: before.stamp, seen: seen, digest: digest), of: path)
        return digest
    }

    /// Takes up what is known of many files, by absolute paths, before the digest of each is asked for.
    package func prepare(forDigestsOf paths: some Sequence<String>) { index.prepare(for: paths) }

    /// The digest of the files in a folder, at any depth, whose path relative to it `matching` accepts: the same digest
    /// that an output with these files has.
    ///
    /// Links are followed. In a snapshot of the hub's cache, a link to a blob of its own repository that is named by 64
    /// hexadecimal digits is taken at its word: the name is the digest of the content, and the content is not read.
    ///
    /// - Parameter hub: the repository's folder in the hub's cache, where the folder is a snapshot of one; else no name is believed.
    /// Errors: ``AblateError``; of kind `refused` if a folder contains itself.
    package func digest(
        ofFolder path: String, hub: String? = nil, matching: (String) -> Bool = { _ in true }
    ) throws -> Digest {
        guard try files.requireStatus(of: path, following: true).form == .folder else {
            throw AblateError(.refused, "this is not a folder", path: path, advice: "name a folder")
        }
        var list: [(path: String, digest: Digest)] = []
        try walk(path, prefix: "", above: [], hub: hub.map(files.absolute), matching: matching, into: &list)
        list.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        return Output.digest(ofFolder: list)
    }

    private struct Place: Hashable {
        let device: Int
        let inode: Int
    }

    private func walk(
        _ folder: String, prefix: String, above: Set<Place>, hub: String?, matching: (String) -> Bool,
        into list: inout [(path: String, digest: Digest)]
    ) throws {
        let stamp = try files.requireStatus(of: folder, following: true).stamp
        let place = Place(device: stamp.device, inode: stamp.inode)
        guard !above.contains(place) else {
            throw AblateError(.refused, "the folder contains itself", path: folder, advice: "remove the link")
        }
        for name in try files.names(in: folder) ?? [] {
            let (path, relative) = ("\(folder)/\(name)", prefix + name)
            let status = try files.requireStatus(of: path, following: true)
            if status.form == .folder {
                try walk(
                    path, prefix: relative + "/", above: above.union([place]), hub: hub, matching: matching, into: &list
                )
            } else if matching(relative) {
                list.append((relative, try hubDigest(of: path, status, in: hub) ?? digest(ofFile: path)))
            }
        }
    }

    /// The digest that the name of a blob says: only where the link leads to `blobs` of the very repository whose snapshot holds it.
    private func hubDigest(of path: String, _ status: FileStatus, in hub: String?) -> Digest? {
        guard status.form == .file, let hub, let target = files.target(ofLink: path),
            let name = target.split(separator: "/").last, files.absolute(path) == "\(hub)/blobs/\(name)"
        else { return nil }
        return Digest(String(name))
    }

    static func changed(_ path: String) -> AblateError {
        AblateError(
            .changed, "the file was written while it was read", path: path,
            advice: "wait until it is whole, then run again")
    }
}
