// Outputs of the past as paths that a step can open. Makes links; copies nothing.

internal import Digests
internal import Host

extension Store {
    /// Puts an output at `path`, where nothing may be yet: a file as a link to its object, a folder as a real folder of
    /// links. The objects are verified first.
    ///
    /// Errors: ``AblateError``; `missing` or `damaged` for an object that is not what it should be, `refused` for an entry
    /// whose path leads out of the folder.
    package func materialise(_ output: Output, at path: String) throws {
        try verify(output)
        switch output.form {
        case .file: try files.makeLink(at: path, to: self.path(of: output.digest))
        case .folder(let entries):
            guard try files.makeFolder(path) else {
                throw AblateError(.refused, "something is there already", path: path, advice: "name a new folder")
            }
            var made: Set<ExactText> = [ExactText(path)]
            for entry in entries {
                guard Output.isSafe(path: entry.path) else {
                    throw AblateError(
                        .refused, "the path of \"\(entry.path)\" leads out of its folder", path: path,
                        advice: "the record is not from this store; remove it")
                }
                let file = "\(path)/\(entry.path)"
                if let parent = Paths.parent(of: file), made.insert(ExactText(parent)).inserted {
                    try files.makeFolder(parent)
                }
                try files.makeLink(at: file, to: self.path(of: entry.digest))
            }
        }
    }

    /// Makes sure that every object of an output has the content that its name says. An object that has not changed since
    /// it was published or verified is not read.
    ///
    /// A damaged object is put into quarantine (unless the store is read-only), so that its record no longer counts and the step
    /// that made it runs again. Errors: ``AblateError`` of kind `missing` or `damaged`.
    package func verify(_ output: Output) throws {
        for object in output.objects {
            let path = path(of: object.digest)
            guard let status = try files.status(of: path, following: false) else {
                throw AblateError(.missing, "an object is gone", path: path, advice: "run again to make it anew")
            }
            if status.form == .file, try isWhole(object.digest, at: path) { continue }
            if try files.status(of: path, following: false) != nil {
                try quarantine(path, as: object.digest.description)
            }
            throw AblateError(
                .damaged, "an object no longer has the content of its name", path: path,
                advice: "it was put aside; run again to make it anew, and check the disk")
        }
    }

    /// Whether an object has its content. One that another reader puts aside just now has not.
    private func isWhole(_ digest: Digest, at path: String) throws -> Bool {
        do {
            return try self.digest(ofFile: path) == digest
        } catch let error as AblateError where error.kind == .changed {
            return try files.status(of: path, following: false) != nil && self.digest(ofFile: path) == digest
        }
    }
}
