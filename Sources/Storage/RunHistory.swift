// Documents about runs, in the order in which they were written. What they say is the caller's business.

package import Digests

extension Store {
    /// Keeps a document about a run under the recipe's name. It appears whole or not at all.
    ///
    /// Returns the number under which it is kept; given back as `replacing`, that document is replaced by a later state of
    /// the same run. Numbers rise whatever the clock does. Errors: ``StorageError``.
    @discardableResult
    package func writeRun(_ name: String, _ document: JSON, replacing number: Int? = nil) throws -> Int {
        try requireWritable()
        return try withoutCollection { try writeWhole(name, document, replacing: number) }
    }

    private func writeWhole(_ name: String, _ document: JSON, replacing number: Int?) throws -> Int {
        let folder = try runFolder(name)
        if try Disk.makeFolder(folder) { try Disk.sync(root + "/runs") }
        let draft = "\(folder)/.\(makeNonce())"
        let file = try OpenFile(creating: draft)
        defer { try? Disk.remove(draft) }
        try file.append((document.text(.indented) + "\n").utf8)
        try file.sync()
        var place: Int
        if let number {
            place = number
            try Disk.move(draft, to: runPath(folder, number))
        } else {
            place = (try runNumbers(folder).last ?? 0) + 1
            while try !Disk.claim(runPath(folder, place), for: draft) { place += 1 }
        }
        try Disk.sync(folder)
        return place
    }

    /// What documents call a recipe's folder: as it is seen from a store inside it, so that a project may be moved; absolute from
    /// any other store. With the recipe's name it tells projects apart that share a store.
    package func place(ofProject folder: String) -> String {
        guard root.hasPrefix(folder + "/") else { return folder }
        return root.dropFirst(folder.count + 1).split(separator: "/").map { _ in ".." }.joined(separator: "/")
    }

    /// The last document that is readable; nil if there is none.
    package func latestRun(_ name: String) throws -> JSON? {
        let folder = try runFolder(name)
        for number in try runNumbers(folder).reversed() {
            if let document = try readRun(folder, number) { return document }
        }
        return nil
    }

    /// The names under which there are runs, in order. Names with an underscore before them hold other documents: notes.
    package func runNames() throws -> [String] {
        try (Disk.names(in: root + "/runs") ?? []).filter { !$0.hasPrefix(".") && !$0.hasPrefix("_") }.sorted()
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
            throw StorageError(
                .refused, "\"\(name)\" cannot name a run", path: root + "/runs",
                advice: "use a name without \"/\" and \".\"")
        }
        return "\(root)/runs/\(name)"
    }

    private func runPath(_ folder: String, _ number: Int) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 8 - digits.count)))\(digits).json"
    }

    private func runNumbers(_ folder: String) throws -> [Int] {
        try (Disk.names(in: folder) ?? []).compactMap { name in
            name.hasSuffix(".json") ? Int(name.dropLast(5)) : nil
        }.sorted()
    }

    private func readRun(_ folder: String, _ number: Int) throws -> JSON? {
        let path = runPath(folder, number)
        guard try FileStatus.ifPresent(path, following: false)?.form == .file else { return nil }
        return try OpenFile(reading: path, followingLink: false).content(limit: 1 << 28).flatMap {
            try? JSON(parsing: $0)
        }
    }
}
