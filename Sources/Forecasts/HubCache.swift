// Where a hub repository lies on this machine. Never asks the network.

internal import Digests
internal import Glibc
internal import Host
internal import Storage

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
        let text = try? Host.system.files.content(of: "\(snapshot)/\(index)", limit: 64 << 20)
        let shards = text.flatMap { try? JSON(parsing: $0) }?["weight_map"]?.object?
            .values
        return shards.map { Set($0.compactMap(\.string)).allSatisfy(isThere) } ?? false
    }

    private static func firstLine(ofFile path: String) -> String? {
        guard let bytes = try? Host.system.files.content(of: path, limit: 64 << 20) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
