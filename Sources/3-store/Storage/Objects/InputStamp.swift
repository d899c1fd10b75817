// Whether a file of the user's was touched between two looks, though its content may be the same again. Reads no content.

internal import Digests
package import Host

/// What the file system says of an input's files, and of what leads to them. The change time cannot be set back, so an edit
/// that was undone shows, too.
package struct InputStamp: Sendable {
    private let files: [ExactText: Stamp]
    private let way: InputWay

    /// The stamp of a file, or of those files of a folder, at any depth, whose relative path `matching` accepts. Links stand
    /// for what they lead to, and count themselves. Errors: ``AblateError``.
    package init(
        of path: String, _ disk: any FileSystem = Host.system.files, matching: (String) -> Bool = { _ in true }
    ) throws {
        var files: [ExactText: Stamp] = [:]
        var way = InputWay()
        // Deeper than any input is: a folder that contains itself is refused where it is digested.
        func walk(_ path: String, _ relative: String, depth: Int) throws {
            let (path, status) = try way.follow(path, disk)
            if status.form == .folder, depth < 16 {
                for name in try disk.names(in: path) ?? [] {
                    let inner = relative.isEmpty ? name : "\(relative)/\(name)"
                    try walk("\(path)/\(name)", inner, depth: depth + 1)
                }
            } else if relative.isEmpty || matching(relative) {
                files[ExactText(relative)] = status.stamp
            }
        }
        try walk(path, "", depth: 0)
        (self.files, self.way) = (files, way)
    }

    /// What was written, replaced or renamed between an earlier stamp and this one, in words that follow the input's name; nil
    /// where nothing was.
    package func change(since earlier: InputStamp) -> String? {
        files == earlier.files
            ? way.change(since: earlier.way).map { "may have been another file for a while: \($0)" }
            : "was written or replaced"
    }
}
