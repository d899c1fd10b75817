// Where a hub repository lies on this machine. Never asks the network.

internal import Formats
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
    ///
    /// - Parameter withCode: whether the Python files that its config names must be there as well.
    package func snapshot(of repository: String, revision: String?, withCode: Bool = false) -> String? {
        let folder = root + "/models--" + repository.split(separator: "/").joined(separator: "--")
        let name = revision ?? "main"
        let commit = Self.firstLine(ofFile: "\(folder)/refs/\(name)") ?? name
        let snapshot = "\(folder)/snapshots/\(commit)"
        return Self.isWhole(snapshot) && (!withCode || Self.hasCode(snapshot)) ? snapshot : nil
    }

    /// The folder of the repository that a snapshot folder belongs to, where it lies in this cache; nil for any other folder.
    package func repository(holding folder: String) -> String? {
        guard let real = Self.real(folder), let cache = Self.real(root), real.hasPrefix(cache + "/") else { return nil }
        let parts = real.dropFirst(cache.count + 1).split(separator: "/")
        guard parts.count == 3, parts[0].hasPrefix("models--"), parts[1] == "snapshots" else { return nil }
        return cache + "/" + parts[0]
    }

    private static func real(_ path: String) -> String? {
        Host.system.files.exists(path) ? Host.system.files.absolute(path) : nil
    }

    /// Whether the Python files are there that the config takes classes from, such as `modeling_x.py` of `modeling_x.XModel`. Those
    /// of other repositories (`org/name--...`) are none of this one's.
    private static func hasCode(_ snapshot: String) -> Bool {
        let path = snapshot + "/config.json"
        let config = (try? Host.system.files.content(of: path, limit: 64 << 20)).flatMap {
            try? BackboneConfig(reading: $0, name: path)
        }
        return (config?.code ?? []).filter { !$0.contains("--") }.allSatisfy { place in
            let module = place.split(separator: ".").dropLast().joined(separator: "/")
            return module.isEmpty || Host.system.files.exists("\(snapshot)/\(module).py")
        }
    }

    /// Whether a fetch came to its end: config, tokenizer, and every file of weights that the index names.
    private static func isWhole(_ snapshot: String) -> Bool {
        func isThere(_ name: String) -> Bool { Host.system.files.exists("\(snapshot)/\(name)") }
        guard isThere("config.json"), isThere("tokenizer.json") else { return false }
        let name = "model.safetensors.index.json"
        guard isThere(name) else { return isThere("model.safetensors") }
        let index = (try? Host.system.files.content(of: "\(snapshot)/\(name)", limit: 64 << 20)).flatMap {
            try? WeightIndex(reading: $0, name: name)
        }
        return index?.files.allSatisfy(isThere) ?? false
    }

    private static func firstLine(ofFile path: String) -> String? {
        guard let bytes = try? Host.system.files.content(of: path, limit: 64 << 20) else { return nil }
        return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
    }
}
