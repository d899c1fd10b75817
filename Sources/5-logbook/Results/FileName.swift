// Names of results and recipes as parts of file names. Knows no folder.

internal import Digests

package enum FileName {
    /// A name that can be part of a file's: one of more than `most` bytes ends with the beginning of its digest, so that no two
    /// share a file. File systems take 255 bytes; the rest is for endings and for the name while the file is written.
    package static func fitting(_ name: String, most: Int = 200) -> String {
        guard name.utf8.count > most else { return name }
        let digest = JSON.string(name).digest.short
        var kept = ""
        var size = digest.utf8.count + 1
        for character in name {
            size += character.utf8.count
            guard size <= most else { break }
            kept.append(character)
        }
        return "\(kept)-\(digest)"
    }
}
