// What an attempt wrote: the files under each output's name, refused unless they are plain. Reads no content.

internal import Host

/// The outputs of an attempt, as paths.
struct Harvest {
    enum Form {
        case file
        /// Paths relative to the folder.
        case folder([String])
    }

    /// The outputs by name.
    let outputs: [String: Form]

    /// Looks through `folder`. Errors: ``AblateError`` of kind `refused` for links, devices, pipes and empty folders, of
    /// kind `incomplete` if one of `expected` is not there.
    init(of folder: String, expected: [String], _ disk: any FileSystem) throws {
        var outputs: [String: Form] = [:]
        for name in try disk.names(in: folder) ?? [] {
            let path = "\(folder)/\(name)"
            if try Self.isFolder(path, disk) {
                var files: [String] = []
                try Self.walk(path, prefix: "", depth: 0, disk, into: &files)
                guard !files.isEmpty else {
                    throw Self.refusal("the output \"\(name)\" is a folder without files", path)
                }
                outputs[name] = .folder(files.sorted())
            } else {
                outputs[name] = .file
            }
        }
        for name in expected where outputs[name] == nil {
            guard Output.isSafe(name: name) else {
                throw Self.refusal("\"\(name)\" cannot be the name of an output", folder)
            }
            throw AblateError(
                .incomplete, "the step ended without its output \"\(name)\"", path: "\(folder)/\(name)",
                advice: "see the step's log; nothing of this attempt is kept")
        }
        self.outputs = outputs
    }

    private static func walk(
        _ folder: String, prefix: String, depth: Int, _ disk: any FileSystem, into files: inout [String]
    ) throws {
        guard depth < 64 else { throw refusal("the output is nested deeper than 64 folders", folder) }
        for name in try disk.names(in: folder) ?? [] {
            let path = "\(folder)/\(name)"
            if try isFolder(path, disk) {
                try walk(path, prefix: "\(prefix)\(name)/", depth: depth + 1, disk, into: &files)
            } else {
                files.append(prefix + name)
            }
        }
    }

    /// Whether `path` is a folder or a regular file; anything else is refused.
    private static func isFolder(_ path: String, _ disk: any FileSystem) throws -> Bool {
        switch try disk.requireStatus(of: path, following: false).form {
        case .folder: return true
        case .file: return false
        case .link: throw refusal("an output is a link", path)
        case .other: throw refusal("an output is a device, a pipe or a socket", path)
        }
    }

    private static func refusal(_ message: String, _ path: String) -> AblateError {
        AblateError(.refused, message, path: path, advice: "outputs are regular files, or folders of them")
    }
}
