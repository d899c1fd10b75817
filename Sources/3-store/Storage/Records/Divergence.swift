// Keys that gave more than one result. The record that counts stays; the others are kept beside it, objects and all.

package import Digests
internal import Host

extension Store {
    /// The keys whose steps gave other outputs when they ran again: they are not deterministic, or were run by other libraries.
    package func divergentKeys() throws -> Set<Digest> {
        Set(try divergentFiles().map(\.key))
    }

    package func isDivergent(_ key: Digest) throws -> Bool { try divergentFiles().contains { $0.key == key } }

    /// The further results of a key, beside the one that counts.
    package func divergentRecords(_ key: Digest) throws -> [Record] {
        try divergentFiles().filter { $0.key == key }.compactMap { path, key in
            try files.open(path, .readingItself).content(limit: 1 << 26).flatMap {
                String(validating: $0, as: UTF8.self)
            }.flatMap { RecordText.record(in: $0, key: key) }
        }
    }

    /// Keeps a result that does not count, once for each set of outputs.
    func keep(divergent record: Record) throws {
        let folder = root + "/divergent"
        if try files.makeFolder(folder) { try files.sync(folder: root) }
        let outputs = JSON.object(record.outputs.mapValues(\.json)).digest
        let draft = "\(folder)/.\(makeNonce())"
        defer { try? files.remove(draft) }
        let file = try files.open(draft, .creating)
        try file.append(RecordText.text(of: record).utf8)
        try file.protect()
        try file.sync()
        _ = try files.claim("\(folder)/\(record.key)-\(outputs.short).json", for: draft)
        try files.sync(folder: folder)
    }

    /// The files of further results, in order.
    func divergentFiles() throws -> [(path: String, key: Digest)] {
        try (files.names(in: root + "/divergent") ?? []).sorted().compactMap { name in
            guard name.hasSuffix(".json"), !name.hasPrefix("."), let key = Digest(String(name.prefix(64))) else {
                return nil
            }
            return ("\(root)/divergent/\(name)", key)
        }
    }
}
