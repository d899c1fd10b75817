// The content of objects, proven: what is delivered or reported is what was published.

package import Digests
package import Host

extension Store {
    /// The content of an output that is one file, held to its digest. Errors: ``AblateError`` of kind `damaged` or `missing`, which
    /// names the address to run; a damaged object is put into quarantine where the store may be changed.
    package func content(of output: Output, from address: String, limit: Int = 256 << 20) throws -> [UInt8] {
        try content(of: output.digest, from: address, limit: limit)
    }

    /// The content of an object that one of the step's outputs is, or has.
    ///
    /// - Parameter address: asked for where the content is not as it must be.
    package func content(
        of object: Digest, from address: @autoclosure () -> String, limit: Int = 256 << 20
    ) throws -> [UInt8] {
        let path = path(of: object)
        guard try files.status(of: path, following: false) != nil else { throw gone(path, address()) }
        guard let content = try files.open(path, .readingItself).content(limit: limit) else {
            throw AblateError(
                .refused, "the output is larger than \(limit >> 20) MiB", path: path,
                advice: "read it with another program")
        }
        guard Digest(of: content) == object else { throw try putAside(path, object, address()) }
        return content
    }

    /// Writes the content of an output that is one file to an open file, held to its digest. Errors: as of ``content(of:from:limit:)``;
    /// what was written by then must not be used.
    package func copy(_ output: Output, from address: String, to file: any OpenFile) throws {
        let path = path(of: output.digest)
        guard try files.status(of: path, following: false) != nil else { throw gone(path, address) }
        var hasher = Digest.Hasher()
        try files.open(path, .readingItself).forEachPiece {
            hasher.update($0)
            try file.append($0)
            return true
        }
        guard hasher.finalize() == output.digest else { throw try putAside(path, output.digest, address) }
    }

    private func gone(_ path: String, _ address: String) -> AblateError {
        AblateError(
            .missing, "the output of \(address) is gone from the store", path: path,
            advice: "run its recipe again with the address '\(address)'")
    }

    private func putAside(_ path: String, _ digest: Digest, _ address: String) throws -> AblateError {
        try quarantine(path, as: digest.description)
        let consequence = access == .readWrite ? "it was put into quarantine" : "nothing of it is shown"
        return AblateError(
            .damaged, "the output of \(address) is not as it was written (\(consequence))", path: path,
            advice: "run its recipe again with the address '\(address)', and check the disk")
    }
}
