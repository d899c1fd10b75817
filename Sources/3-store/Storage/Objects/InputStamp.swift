// Whether a file of the user's was touched between two looks, though its content may be the same again. Reads no content.

package import Host

/// What the file system says of an input's files. Two stamps are equal if nobody wrote, replaced or touched a file between
/// them; the change time cannot be set back, so an edit that was undone shows, too.
package struct InputStamp: Equatable, Sendable {
    private let files: [String: Stamp]

    /// The stamp of a file, or of those files of a folder, at any depth, whose relative path `matching` accepts. Links stand
    /// for what they lead to. Errors: ``AblateError``.
    package init(
        of path: String, _ disk: any FileSystem = Host.system.files, matching: (String) -> Bool = { _ in true }
    ) throws {
        var files: [String: Stamp] = [:]
        // Deeper than any input is: a folder that contains itself is refused where it is digested.
        func walk(_ path: String, _ relative: String, depth: Int) throws {
            let status = try disk.requireStatus(of: path, following: true)
            if status.form == .folder, depth < 16 {
                for name in try disk.names(in: path) ?? [] {
                    try walk("\(path)/\(name)", relative.isEmpty ? name : "\(relative)/\(name)", depth: depth + 1)
                }
            } else if relative.isEmpty || matching(relative) {
                files[relative] = status.stamp
            }
        }
        try walk(path, "", depth: 0)
        self.files = files
    }
}
