// Keys that gave more than one result. The record that counts stays; the others are kept beside it, objects and all.

package import Digests
internal import Host

extension Store {
    /// The keys whose steps gave other outputs when they ran again, by the names of the files alone: a few of many, for which
    /// ``isDivergent(_:)`` tells.
    package func divergentKeys() throws -> Set<Digest> {
        Set(try divergentFiles().map(\.key))
    }

    /// Whether the step gave other outputs when it ran again: it is not deterministic, or was run by other libraries.
    package func isDivergent(_ key: Digest) throws -> Bool {
        try divergentFiles().contains { path, own in
            guard own == key else { return false }
            return switch try recordContent(at: path, key: key) {
            case .record, .newer: true
            case .damaged, nil: false
            }
        }
    }

    /// The further results of a key, beside the one that counts.
    package func divergentRecords(_ key: Digest) throws -> [Record] {
        try divergentFiles().filter { $0.key == key }.compactMap { path, key in
            if case .record(let record) = try recordContent(at: path, key: key) { record } else { nil }
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
