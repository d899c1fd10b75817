// Whole small files as bytes: objects that a logbook shows, indices of a hub's cache.

extension Store {
    /// The content of a small file. Errors: ``StorageError``, also for more than 256 MiB.
    package static func content(ofFile path: String) throws -> [UInt8] {
        guard let content = try OpenFile(reading: path).content(limit: 256 << 20) else {
            throw StorageError(.refused, "the file is larger than 256 MiB", path: path, advice: "name a smaller one")
        }
        return content
    }
}
