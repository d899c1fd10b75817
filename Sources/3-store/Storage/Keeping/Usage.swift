// How much is there. Counts files; reads none of their contents but records.

package import Digests
internal import Host

/// What a store holds.
package struct Usage: Sendable {
    package let records: Int
    package let objects: Int
    /// Of the objects.
    package let bytes: Int
}

extension Store {
    package func usage() throws -> Usage {
        var bytes = 0
        let objects = try objectFiles()
        for (path, _) in objects { bytes += try files.status(of: path, following: false)?.size ?? 0 }
        return Usage(records: try recordFiles().count, objects: objects.count, bytes: bytes)
    }

    /// Whether next to nothing can be written any more: no room, or no file more. False where the system does not tell.
    package var isFull: Bool { files.isFull(root) }

    /// Bytes of the objects that the records of some keys need, each once.
    package func size(of keys: Set<Digest>) throws -> Int {
        var objects: [Digest: Int] = [:]
        for key in keys {
            for output in try storedRecord(key)?.outputs.values.map({ $0 }) ?? [] {
                for object in output.objects { objects[object.digest] = object.size }
            }
        }
        return objects.values.reduce(0, +)
    }
}
