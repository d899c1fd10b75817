// Documents that name keys to keep for good. What else they say is the caller's business.

package import Digests
internal import Host

extension Store {
    /// Keeps a document under a name until it is removed, in place of one that has the name. Errors: ``AblateError``.
    package func pin(_ name: String, _ document: JSON) throws {
        try requireWritable()
        let path = try pinPath(name)
        try withoutCollection {
            try files.makeFolder(root + "/pins")
            let draft = "\(root)/pins/.\(makeNonce())"
            defer { try? files.remove(draft) }
            let file = try files.open(draft, .creating)
            try file.append(SealedDocument.text(of: document).utf8)
            try file.sync()
            try files.move(draft, to: path)
            try files.sync(folder: root + "/pins")
        }
    }

    /// False if there is no such pin.
    package func unpin(_ name: String) throws -> Bool {
        try requireWritable()
        let path = try pinPath(name)
        guard try files.status(of: path, following: false) != nil else { return false }
        try files.remove(path)
        return true
    }

    /// What a pin says; nil where there is none, and for one that is not as it was written. Errors: ``AblateError``, also for one of a
    /// newer version.
    package func pin(named name: String) throws -> JSON? {
        let path = try pinPath(name)
        guard try files.status(of: path, following: false) != nil else { return nil }
        switch try files.open(path, .reading).content(limit: 1 << 28).map(SealedDocument.content) ?? .damaged {
        case .whole(let document): return document
        case .damaged: return nil
        case .newer:
            throw AblateError(
                .refused, "the pin was made by a newer ablate", path: path, advice: "give the new one another name")
        }
    }

    /// All pins by name, but for those of a newer version. Errors: ``AblateError`` for one that is not as it was written: what it
    /// keeps would be unknown.
    package func pins() throws -> [String: JSON] {
        var pins: [String: JSON] = [:]
        for name in try files.names(in: root + "/pins") ?? [] where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = "\(root)/pins/\(name)"
            switch try files.open(path, .reading).content(limit: 1 << 28).map(SealedDocument.content) ?? .damaged {
            case .whole(let document): pins[String(name.dropLast(5))] = document
            case .newer: break
            case .damaged:
                throw AblateError(
                    .damaged, "the pin is not as it was written", path: path, advice: "pin it again, or remove the file"
                )
            }
        }
        return pins
    }

    private func pinPath(_ name: String) throws -> String {
        guard Output.isSafe(name: name), !name.hasPrefix(".") else {
            throw AblateError(
                .refused, "\"\(name)\" cannot name a pin", path: root + "/pins", advice: "use a name without \"/\"")
        }
        return "\(root)/pins/\(name).json"
    }
}
