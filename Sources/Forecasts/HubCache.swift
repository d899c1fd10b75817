// Where a hub repository lies on this machine. Never asks the network.

internal import Digests
internal import Glibc

/// The hub's local cache: `models--org--name/refs/<revision>` names a commit, `snapshots/<commit>` holds its files.
package struct HubCache: Sendable {
    package let root: String

    package init(root: String) { self.root = root }

    /// The cache that the environment names, as the hub's own library resolves it.
    package init(environment: [String: String]) {
        if let cache = environment["HF_HUB_CACHE"], !cache.isEmpty {
            root = cache
        } else if let home = environment["HF_HOME"], !home.isEmpty {
            root = home + "/hub"
        } else {
            let cache = environment["XDG_CACHE_HOME"] ?? (environment["HOME"] ?? "") + "/.cache"
            root = cache + "/huggingface/hub"
        }
    }

    /// The snapshot folder of a repository at a revision (a branch, a tag or a commit); nil where it is not here.
    package func snapshot(of repository: String, revision: String?) -> String? {
        let folder = root + "/models--" + repository.split(separator: "/").joined(separator: "--")
        let name = revision ?? "main"
        let commit = Self.firstLine(ofFile: "\(folder)/refs/\(name)") ?? name
        let snapshot = "\(folder)/snapshots/\(commit)"
        return Self.isWhole(snapshot) ? snapshot : nil
    }

    /// Whether a fetch came to its end: config, tokenizer, and every file of weights that the index names.
    private static func isWhole(_ snapshot: String) -> Bool {
        func isThere(_ name: String) -> Bool { access("\(snapshot)/\(name)", R_OK) == 0 }
        guard isThere("config.json"), isThere("tokenizer.json") else { return false }
        let index = "model.safetensors.index.json"
        guard isThere(index) else { return isThere("model.safetensors") }
        let shards = bytes(ofFile: "\(snapshot)/\(index)").flatMap { try? JSON(parsing: $0) }?["weight_map"]?.object?
            .values
        return shards.map { Set($0.compactMap(\.string)).allSatisfy(isThere) } ?? false
    }

    private static func bytes(ofFile path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
        return bytes
    }

    private static func firstLine(ofFile path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard fgets(&buffer, Int32(buffer.count), file) != nil else { return nil }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
