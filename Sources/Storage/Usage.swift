// How much is there. Counts files; reads none of their contents but records.

package import Digests

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

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
        for (path, _) in objects { bytes += try FileStatus.ifPresent(path, following: false)?.size ?? 0 }
        return Usage(records: try recordFiles().count, objects: objects.count, bytes: bytes)
    }

    /// Whether next to nothing can be written any more: no room, or no file more. False where the system does not tell.
    package var isFull: Bool {
        var status = statvfs()
        guard statvfs(root, &status) == 0 else { return false }
        // File systems without a fixed number of files say that they have none at all.
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 1 << 16
            || (status.f_files > 0 && status.f_favail == 0)
    }

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
