// Reading every object and record again: does each have the content of its name? What does not is put aside.

internal import Digests
internal import Formats
internal import Host

/// What a look at everything in a store found.
package struct Verification: Sendable {
    package struct Damage: Sendable {
        /// Where it was.
        package let path: String
        /// What is wrong with it, as a clause.
        package let message: String
        /// Whether nothing makes it anew, so that it stays where it is.
        package var isLastCopy = false
    }

    package internal(set) var objects = 0
    /// Bytes of the objects that were read.
    package internal(set) var bytes = 0
    package internal(set) var records = 0
    /// Records of a newer version: they are left alone.
    package internal(set) var foreign = 0
    package internal(set) var damaged: [Damage] = []
    /// Addresses of the records some of whose objects are not there: such a record does not count.
    package internal(set) var incomplete: [String] = []
    /// Whether what was damaged has been put aside.
    package let isQuarantined: Bool

    package var isSound: Bool { damaged.isEmpty && incomplete.isEmpty }
}

extension Store {
    /// Reads every object and every record, whatever the index says of them. What is damaged goes to `quarantine/`, so that
    /// its record no longer counts and a run makes it anew; in a store that may only be read it stays.
    ///
    /// Errors: ``AblateError``, if the store itself cannot be read.
    package func verify() throws -> Verification {
        var result = Verification(isQuarantined: access == .readWrite)
        for (path, digest) in try objectFiles() {
            guard let status = try files.status(of: path, following: false) else { continue }
            result.objects += 1
            result.bytes += status.size
            if let message = try fault(of: path, status, named: digest) {
                result.damaged.append(.init(path: path, message: message))
                try quarantine(path, as: digest.description)
            }
        }
        for (path, key) in try recordFiles() {
            guard let key else { continue }
            do {
                try verify(record: key, at: path, &result)
            } catch let error as AblateError where error.kind == .missing {
                // A collection beside this took it away meanwhile.
            }
        }
        for path in try damagedRuns() {
            result.damaged.append(
                .init(
                    path: path,
                    message:
                        "the document is not as it was written; run its recipe again before you collect, so that its results "
                        + "are known"))
            try quarantine(path, as: String(path.dropFirst(root.count + 1)).replacing("/", with: "-"))
        }
        for path in try damagedRemarks() {
            result.damaged.append(
                .init(
                    path: path,
                    message:
                        "the document is not as it was written, and nothing makes it anew; mend or delete the file",
                    isLastCopy: true))
        }
        return result
    }

    private func verify(record key: Digest, at path: String, _ result: inout Verification) throws {
        if try isOfNewerFormat(path) {
            result.foreign += 1
        } else if let record = try storedRecord(key), try isSealed(path, key) {
            if try self.record(for: key) == nil {
                result.incomplete.append(record.address.isEmpty ? key.description : record.address)
            }
        } else if try files.status(of: path, following: false) != nil {
            result.damaged.append(.init(path: path, message: "the record is not as it was written"))
            try quarantine(path, as: "\(key).json")
            if access == .readWrite { index.forget(key) }
        }
        result.records += 1
    }

    /// Whether a record is whole, and of a format that this version does not know.
    private func isOfNewerFormat(_ path: String) throws -> Bool {
        guard try files.status(of: path, following: false)?.form == .file,
            let bytes = try files.open(path, .readingItself).content(limit: 1 << 26),
            let text = String(validating: bytes, as: UTF8.self)
        else { return false }
        let document = RecordText.document(in: text) ?? (try? JSONDocument(parsing: bytes, name: path))
        return (try? document?.member("format").integer).map { $0 > 1 } ?? false
    }

    /// What is wrong with an object; nil for a sound one, and for one that is gone by now.
    private func fault(of path: String, _ status: FileStatus, named digest: Digest) throws -> String? {
        guard status.form == .file else { return "this is no regular file" }
        do {
            let found = try files.open(path, .readingItself).digest()
            return found == digest ? nil : "the content is that of \(found.short)"
        } catch let error as AblateError where error.kind == .missing {
            return nil
        } catch let error as AblateError where error.kind == .failed {
            return error.message
        }
    }

    /// Whether the file says what was written, whatever the index remembers of it.
    private func isSealed(_ path: String, _ key: Digest) throws -> Bool {
        guard let bytes = try files.open(path, .readingItself).content(limit: 1 << 26),
            let text = String(validating: bytes, as: UTF8.self)
        else { return false }
        return RecordText.record(in: text, key: key) != nil
    }

    /// Moves a file out of the way, to where it can be looked at; a store that may only be read is left as it is.
    func quarantine(_ path: String, as name: String) throws {
        guard access == .readWrite else { return }
        try files.makeFolder(root + "/quarantine")
        try files.move(path, to: "\(root)/quarantine/\(name)-\(makeNonce())")
    }
}
