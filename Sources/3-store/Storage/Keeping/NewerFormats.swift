// What a newer version left in a store that it shares with this one. It is recognised and kept; nothing is read out of it.

internal import Digests
internal import Host

extension Store {
    /// What the file of a record is; nil where there is none. Whatever the index says of it.
    func recordContent(at path: String, key: Digest) throws -> RecordText.Content? {
        guard let bytes = try bytes(of: path) else { return nil }
        return String(validating: bytes, as: UTF8.self).map { RecordText.content(of: $0, key: key) } ?? .damaged
    }

    /// The keys and objects that records and documents of a newer format name, in whatever member: a collection keeps them all.
    ///
    /// - Parameter records: every record file.
    func namedByNewerVersions(records: [(path: String, key: Digest?)]) throws -> Set<Digest> {
        var named: Set<Digest> = []
        for (path, key) in try records + divergentFiles().map({ ($0.path, $0.key) }) {
            guard let key else { continue }
            if try storedRecord(key) != nil, path == recordPath(key) { continue }
            if case .newer = try recordContent(at: path, key: key) { named.formUnion(try digests(in: path)) }
        }
        let runs = (try files.names(in: root + "/runs") ?? []).filter { !$0.hasPrefix(".") }.map { "runs/\($0)" }
        for folder in runs + ["pins"] {
            try forEachDocument(in: folder) { path, content in
                if case .newer = content { named.formUnion(try digests(in: path)) }
            }
        }
        return named
    }

    /// Every digest that stands in a text, whatever it is the digest of.
    private func digests(in path: String) throws -> Set<Digest> {
        let bytes = try bytes(of: path) ?? []
        return Set(
            bytes.split { !Self.isDigit($0) }.compactMap {
                $0.count == 64 ? Digest(String(decoding: $0, as: UTF8.self)) : nil
            }
        )
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }

    /// The content of a regular file of the store; nil where there is none.
    func bytes(of path: String) throws -> [UInt8]? {
        guard try files.status(of: path, following: false)?.form == .file else { return nil }
        return try files.open(path, .readingItself).content(limit: 1 << 28)
    }
}
