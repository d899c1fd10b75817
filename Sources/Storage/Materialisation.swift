// Outputs of the past as paths that a step can open. Makes links; copies nothing.

package import Digests

extension Store {
    /// Puts an output at `path`, where nothing may be yet: a file as a link to its object, a folder as a real folder of
    /// links. The objects are verified first.
    ///
    /// Errors: ``StorageError``; `missing` or `damaged` for an object that is not what it should be, `refused` for an entry
    /// whose path leads out of the folder.
    package func materialise(_ output: Output, at path: String) throws {
        try verify(output)
        switch output.form {
        case .file: try Disk.makeLink(at: path, to: self.path(of: output.digest))
        case .folder(let entries):
            guard try Disk.makeFolder(path) else {
                throw StorageError(.refused, "something is there already", path: path, advice: "name a new folder")
            }
            var made: Set<String> = [path]
            for entry in entries {
                guard Output.isSafe(path: entry.path) else {
                    throw StorageError(
                        .refused, "the path of \"\(entry.path)\" leads out of its folder", path: path,
                        advice: "the record is not from this store; remove it")
                }
                let file = "\(path)/\(entry.path)"
                if let parent = Disk.parent(of: file), made.insert(parent).inserted { try Disk.makeFolder(parent) }
                try Disk.makeLink(at: file, to: self.path(of: entry.digest))
            }
        }
    }

    /// Makes sure that every object of an output has the content that its name says. An object that has not changed since
    /// it was published or verified is not read.
    ///
    /// A damaged object is put into quarantine (unless the store is read-only), so that its record no longer counts and the step
    /// that made it runs again. Errors: ``StorageError`` of kind `missing` or `damaged`.
    package func verify(_ output: Output) throws {
        for object in output.objects {
            let path = path(of: object.digest)
            guard let status = try FileStatus.ifPresent(path, following: false) else {
                throw StorageError(.missing, "an object is gone", path: path, advice: "run again to make it anew")
            }
            if status.form == .file, try digest(ofFile: path) == object.digest { continue }
            try quarantine(path, as: object.digest.description)
            throw StorageError(
                .damaged, "an object no longer has the content of its name", path: path,
                advice: "it was put aside; run again to make it anew, and check the disk")
        }
    }

    /// Takes the lease on a key: the right to work on it. Nil if another engine, or another part of this one, has it.
    package func lease(_ key: Digest) throws -> Lease? {
        try requireWritable()
        return try Lease(at: "\(root)/leases/\(key)")
    }
}
