// What stands on the way to an input: links and folders. Knows paths; reads no content and no folder's names.

internal import Digests
internal import Host

/// The links and folders that paths lead through, as they were when they were walked.
///
/// A link that was turned elsewhere and back is another link. A folder that was renamed away and back is the same, but the file system
/// sets its change time, and that of the folder around it; so do files that are made in both, which is ordinary, and sets the folder's
/// time of the last write to the same instant. Only where that time is another is a renaming told: one that was followed by a
/// new file in the folder is not.
struct InputWay: Sendable {
    private struct Link: Equatable {
        let stamp: Stamp
        let target: String
    }

    private var links: [ExactText: Link] = [:]
    private var folders: [ExactText: Stamp] = [:]

    /// Walks `path` and notes what it leads through; gives where it ends, without links, and what is there.
    /// Errors: ``AblateError``, also where links lead in a circle.
    mutating func follow(_ path: String, _ disk: any FileSystem) throws -> (path: String, status: FileStatus) {
        var ahead = Array(path.split(separator: "/").reversed())
        var (place, turns) = (path.hasPrefix("/") ? "/" : ".", 0)
        var status = try look(place, disk)
        while let name = ahead.popLast() {
            if name == "." { continue }
            if name == ".." {
                place = place == "." || place.hasSuffix("..") ? place + "/.." : Paths.folder(of: place)
                status = try look(place, disk)
                continue
            }
            let next = place == "/" ? "/\(name)" : "\(place)/\(name)"
            let found = try look(next, disk)
            guard found.form == .link, let target = disk.target(ofLink: next) else {
                (place, status) = (next, found)
                continue
            }
            turns += 1
            // As the system would say of so many.
            guard turns <= 40 else { throw AblateError.system("look at the file", path, code: 40) }
            links[ExactText(next)] = Link(stamp: found.stamp, target: target)
            ahead += target.split(separator: "/").reversed()
            if target.hasPrefix("/") { place = "/" }
        }
        return (place, status)
    }

    private mutating func look(_ place: String, _ disk: any FileSystem) throws -> FileStatus {
        let status = try disk.requireStatus(of: place, following: place == ".")
        if status.form == .folder { folders[ExactText(place)] = status.stamp }
        return status
    }

    /// What was changed on the way after `earlier`, in words; nil where nothing can be told.
    func change(since earlier: InputWay) -> String? {
        for (path, link) in links.sorted(by: { $0.key.text < $1.key.text }) where earlier.links[path] != link {
            return "the link \(path.text) that leads to it was replaced"
        }
        for (place, now) in folders.sorted(by: { $0.key.text < $1.key.text }) {
            let path = place.text
            guard let before = earlier.folders[place] else { return "it was reached through another folder, \(path)" }
            guard before.device == now.device, before.inode == now.inode else {
                return "the folder \(path) that leads to it was replaced"
            }
            let around = Paths.folder(of: path)
            let outer = ExactText(around)
            if now.changed != before.changed, now.changed != now.modified, around != path,
                folders[outer]?.changed != earlier.folders[outer]?.changed
            {
                return "the folder \(path) that leads to it was renamed"
            }
        }
        return links.keys == earlier.links.keys ? nil : "it was reached through other links"
    }
}
