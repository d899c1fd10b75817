// Documents about runs, in the order in which they were written. What they say is the caller's business.

package import Digests
internal import Host
internal import Synchronization

extension Store {
    /// Keeps a document about a run under the recipe's name. It appears whole or not at all.
    ///
    /// Returns the number under which it is kept; given back as `replacing`, that document is replaced by a later state of
    /// the same run. Numbers rise whatever the clock does. Errors: ``AblateError``.
    @discardableResult
    package func writeRun(_ name: String, _ document: JSON, replacing number: Int? = nil) throws -> Int {
        try requireWritable()
        return try withoutCollection { try writeWhole(name, document, replacing: number) }
    }

    private func writeWhole(_ name: String, _ document: JSON, replacing number: Int?) throws -> Int {
        let folder = try runFolder(name)
        if try files.makeFolder(folder) { try files.sync(folder: root + "/runs") }
        let draft = "\(folder)/.\(makeNonce())"
        let file = try files.open(draft, .creating)
        defer { try? files.remove(draft) }
        try file.append(SealedDocument.text(of: document).utf8)
        try file.sync()
        var place: Int
        if let number {
            place = number
            try files.move(draft, to: runPath(folder, number))
        } else {
            place = (try runNumbers(folder).last ?? 0) + 1
            while try !files.claim(runPath(folder, place), for: draft) { place += 1 }
        }
        try files.sync(folder: folder)
        remember(document, at: runPath(folder, place), as: file)
        return place
    }

    /// A document that this process has written reads as it was written: it need not be read for that. Only if the file under its name
    /// is the very one.
    private func remember(_ document: JSON, at path: String, as file: any OpenFile) {
        guard let own = try? file.status().stamp, let stamp = (try? files.status(of: path, following: false))?.stamp,
            own == stamp
        else { return }
        lastReadRun.withLock { $0 = ReadRun(path: path, stamp: stamp, document: document) }
    }

    /// What documents call a recipe's folder: as it is seen from a store inside it, so that a project may be moved; absolute from
    /// any other store. With the recipe's name it tells projects apart that share a store.
    package func place(ofProject folder: String) -> String {
        guard root.hasPrefix(folder + "/") else { return folder }
        return root.dropFirst(folder.count + 1).split(separator: "/").map { _ in ".." }.joined(separator: "/")
    }

    /// The last document that is readable and that `isOwn` takes, with its number; nil if there is none.
    package func latestRun(_ name: String, where isOwn: (JSON) -> Bool = { _ in true }) throws -> (
        number: Int, document: JSON
    )? {
        try latestRun(name, as: { $0 }, where: isOwn)
    }

    /// The same with the document as a value, which is made once while the file is the same: a large one takes a while.
    package func latestRun<Value: Sendable>(
        _ name: String, as value: (JSON) -> Value, where isOwn: (Value) -> Bool
    ) throws -> (number: Int, document: Value)? {
        let folder = try runFolder(name)
        for number in try runNumbers(folder).reversed() {
            guard let run = try readRunFile(folder, number) else { continue }
            let document = run.value.withLock { known in
                if let known = known as? Value { return known }
                let value = value(run.document)
                known = value
                return value
            }
            if isOwn(document) { return (number, document) }
        }
        return nil
    }

    /// The names under which there are runs, in order. Names with an underscore before them hold other documents: notes.
    package func runNames() throws -> [String] {
        try (files.names(in: root + "/runs") ?? []).filter { !$0.hasPrefix(".") && !$0.hasPrefix("_") }.sorted()
    }

    /// Hands every readable document to `each`, newest first, one at a time.
    package func forEachRun(_ name: String, _ each: (JSON) throws -> Void) throws {
        let folder = try runFolder(name)
        for number in try runNumbers(folder).reversed() {
            if let document = try readRun(folder, number) { try each(document) }
        }
    }

    /// All documents that are readable, oldest first.
    package func runs(_ name: String) throws -> [JSON] {
        let folder = try runFolder(name)
        return try runNumbers(folder).compactMap { try readRun(folder, $0) }
    }

    /// The documents that are readable, with their numbers, newest first; of all of them, or of the last few.
    package func numberedRuns(_ name: String, last count: Int = .max) throws -> [(number: Int, document: JSON)] {
        let folder = try runFolder(name)
        var found: [(Int, JSON)] = []
        for number in try runNumbers(folder).reversed() where found.count < count {
            if let document = try readRun(folder, number) { found.append((number, document)) }
        }
        return found
    }

    /// The document with this number; nil where there is none that is readable.
    package func run(_ name: String, number: Int) throws -> JSON? { try readRun(runFolder(name), number) }

    private func runFolder(_ name: String) throws -> String {
        guard Output.isSafe(name: name), !name.hasPrefix(".") else {
            throw AblateError(
                .refused, "\"\(name)\" cannot name a run", path: root + "/runs",
                advice: "use a name without \"/\" and \".\"")
        }
        return "\(root)/runs/\(name)"
    }

    private func runPath(_ folder: String, _ number: Int) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).json"
    }

    /// The numbers of documents. A name that no document was ever given is passed over: numbers have at least eight digits, and
    /// nobody runs a recipe a billion times.
    private func runNumbers(_ folder: String) throws -> [Int] {
        try (files.names(in: folder) ?? []).compactMap { name in
            guard name.hasSuffix(".json"), (13...14).contains(name.utf8.count), let number = Int(name.dropLast(5)),
                number > 0
            else { return nil }
            return number
        }.sorted()
    }

    /// The document with this number; nil where there is none, or where it is not as it was written (``damagedDocuments()``).
    private func readRun(_ folder: String, _ number: Int) throws -> JSON? {
        try readRunFile(folder, number)?.document
    }

    private func readRunFile(_ folder: String, _ number: Int) throws -> ReadRun? {
        let path = runPath(folder, number)
        guard let status = try files.status(of: path, following: false), status.form == .file else { return nil }
        // A document is written once under its name, or another file takes its place.
        if let last = lastReadRun.withLock({ $0 }), last.path == path, last.stamp == status.stamp {
            return last
        }
        let file = try files.open(path, .readingItself)
        let stamp = try file.status().stamp
        guard let document = try file.content(limit: 1 << 28).flatMap(SealedDocument.read) else { return nil }
        let run = ReadRun(path: path, stamp: stamp, document: document)
        lastReadRun.withLock { $0 = run }
        return run
    }

    /// The paths of documents about runs that are not as they were written: which results they name is not known.
    func damagedRuns() throws -> [String] { try runNames().flatMap { try damagedDocuments(in: "runs/\($0)") } }

    /// The paths of what somebody wrote for good and nothing makes anew, notes, acceptances and pins, that is not as it was written.
    func damagedRemarks() throws -> [String] {
        let folders = try (files.names(in: root + "/runs") ?? []).filter { $0.hasPrefix("_") }.map { "runs/\($0)" }
        return try (folders.sorted() + ["pins"]).flatMap { try damagedDocuments(in: $0) }
    }

    /// What somebody wrote for good under a name with an underscore before it, oldest first; what a newer version wrote is passed over.
    ///
    /// Errors: ``AblateError`` where one is not as it was written: nothing is told of the rest then, which may mean something else
    /// without it.
    ///
    /// - Parameters:
    ///   - what: one of them, in words.
    ///   - advice: what to do about a damaged one.
    package func remarks(_ name: String, what: String, advice: String) throws -> [JSON] {
        if let path = try damagedDocuments(in: "runs/\(name)").first {
            throw AblateError(
                .damaged, "\(what) is not as it was written, and is not shown", path: path,
                advice: advice)
        }
        return try runs(name)
    }

    /// The paths of documents in a folder of the store that are not as they were written.
    func damagedDocuments(in folder: String) throws -> [String] {
        var paths: [String] = []
        try forEachDocument(in: folder) { path, content in if case .damaged = content { paths.append(path) } }
        return paths
    }

    /// Hands every document in a folder of the store to `each`, by name, one at a time.
    func forEachDocument(in folder: String, _ each: (String, SealedDocument.Content) throws -> Void) throws {
        for name in try (files.names(in: "\(root)/\(folder)") ?? []).sorted()
        where name.hasSuffix(".json") && !name.hasPrefix(".") {
            let path = "\(root)/\(folder)/\(name)"
            try each(path, bytes(of: path).map(SealedDocument.content) ?? .damaged)
        }
    }
}
