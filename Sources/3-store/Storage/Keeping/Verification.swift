// Reading every object and record again: does each have the content of its name? What does not is put aside.

internal import Digests
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
    /// Answers of endpoints.
    package internal(set) var answers = 0
    /// Records and documents of a newer version: they are left alone.
    package internal(set) var foreign = 0
    package internal(set) var damaged: [Damage] = []
    /// Addresses of the records some of whose objects are not there: such a record does not count.
    package internal(set) var incomplete: [String] = []
    /// Whether what was damaged has been put aside.
    package let isQuarantined: Bool

    package var isSound: Bool { damaged.isEmpty && incomplete.isEmpty }
}

extension Store {
    /// Reads every object, record, document and kept answer, whatever the index says of them. What is damaged goes to `quarantine/`, so that
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
        try verifyDivergent(&result)
        try verifyAnswers(&result)
        try verifyDocuments(&result)
        return result
    }

    private func verify(record key: Digest, at path: String, _ result: inout Verification) throws {
        switch try recordContent(at: path, key: key) {
        case .newer: result.foreign += 1
        case .record(let record):
            if try self.record(for: key) == nil {
                result.incomplete.append(record.address.isEmpty ? key.description : record.address)
            }
        case .damaged, nil:
            guard try files.status(of: path, following: false) != nil else { break }
            result.damaged.append(.init(path: path, message: "the record is not as it was written"))
            try quarantine(path, as: "\(key).json")
            if access == .readWrite { index.forget(key) }
        }
        result.records += 1
    }

    /// Further results of keys: one of which something is gone or damaged says nothing any more.
    private func verifyDivergent(_ result: inout Verification) throws {
        for (path, key) in try divergentFiles() {
            var message = "the record of a further result is not as it was written"
            switch try recordContent(at: path, key: key) {
            case .newer:
                result.foreign += 1
                continue
            case .record(let record):
                if try holdsObjects(of: record) { continue }
                message = "an object of this further result of \(record.address) is gone"
            case .damaged: break
            case nil: if try files.status(of: path, following: false) == nil { continue }
            }
            result.damaged.append(.init(path: path, message: message))
            try quarantine(path, as: "divergent-\(key).json")
        }
    }

    private func verifyAnswers(_ result: inout Verification) throws {
        for (path, asked) in try answerFiles() {
            result.answers += 1
            if try isAnswer(at: path, to: asked) { continue }
            result.damaged.append(
                .init(
                    path: path,
                    message: "the kept answer of an endpoint is not as it was written; a step that needs it asks again")
            )
            try quarantine(path, as: "annotations-\(asked).json")
        }
    }

    private func verifyDocuments(_ result: inout Verification) throws {
        let runs = (try files.names(in: root + "/runs") ?? []).filter { !$0.hasPrefix(".") }.sorted().map {
            "runs/\($0)"
        }
        for folder in runs + ["pins", "deliveries"] {
            let isLastCopy = folder == "pins" || folder.hasPrefix("runs/_")
            let message =
                if isLastCopy {
                    "the document is not as it was written, and nothing makes it anew; mend or delete the file"
                } else if folder == "deliveries" {
                    "what was noted of a delivered file is not as it was written: whichever file it was counts as yours from now on, "
                        + "and only --overwrite replaces it"
                } else {
                    "the document is not as it was written; run its recipe again before you collect, so that its results "
                        + "are known"
                }
            try forEachDocument(in: folder) { path, content in
                switch content {
                case .whole: break
                case .newer: result.foreign += 1
                case .damaged:
                    result.damaged.append(.init(path: path, message: message, isLastCopy: isLastCopy))
                    if isLastCopy { break }
                    try quarantine(path, as: String(path.dropFirst(root.count + 1)).replacing("/", with: "-"))
                }
            }
        }
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

    /// Moves a file out of the way, to where it can be looked at; a store that may only be read is left as it is.
    func quarantine(_ path: String, as name: String) throws {
        guard access == .readWrite else { return }
        try files.makeFolder(root + "/quarantine")
        try files.move(path, to: "\(root)/quarantine/\(name)-\(makeNonce())")
    }
}
