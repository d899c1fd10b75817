// The contents of a step's inputs: what is there now, and under which digest. Reads files; writes nothing.

package import Digests
internal import Host
package import Plans
package import Storage
internal import Dispatch

/// What stands behind an input.
package struct ResolvedInput: Sendable {
    package let digest: Digest
    /// Absolute path of the file or folder; nil for an output that must be materialised from the store.
    package let path: String?
    /// The record's output, where the input comes from an earlier step.
    package let output: Output?
    /// What a message to the user calls it.
    package let name: String
}

/// An input that is not there.
package struct MissingInput: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// The hub repository that could be fetched; nil for files and folders.
    package let repository: String?
    package let revision: String?
    /// Whether the Python files that come with it are needed, too.
    package var withCode = false
}

/// Resolves inputs against the store, the file system and the hub's cache.
package struct InputResolver: Sendable {
    package let store: Store
    package let hub: HubCache

    package init(store: Store, hub: HubCache) {
        self.store = store
        self.hub = hub
    }

    /// The content of `source`. `record` gives the record of an earlier step of the plan.
    ///
    /// Errors: ``MissingInput``, and what the store says of unreadable files.
    package func resolve(_ source: Source, steps: [Step], record: (Int) -> Record?) throws -> ResolvedInput {
        switch source {
        case .file(let path, let name):
            guard store.host.files.exists(path) else {
                throw MissingInput(
                    description: "\(name) is missing (looked for at \(path))", repository: nil, revision: nil)
            }
            return ResolvedInput(digest: try store.digest(ofFile: path), path: path, output: nil, name: name)
        case .folder(let path, let name, let part):
            guard store.host.files.exists(path + "/config.json") else {
                throw MissingInput(
                    description: "\(name) is no folder in hub layout: there is no config.json (looked for at \(path))",
                    repository: nil, revision: nil)
            }
            return ResolvedInput(digest: try digest(ofFolder: path, part), path: path, output: nil, name: name)
        case .hub(let repository, let revision, let part):
            let withCode = part == .weightsAndCode
            guard let path = hub.snapshot(of: repository, revision: revision, withCode: withCode) else {
                throw MissingInput(
                    description:
                        "\(repository)\(revision.map { "@" + $0 } ?? "") is not in the hub's cache (\(hub.root))",
                    repository: repository, revision: revision, withCode: withCode)
            }
            return ResolvedInput(digest: try digest(ofFolder: path, part), path: path, output: nil, name: repository)
        case .output(let step, let name):
            guard let output = record(step)?.outputs[name] else {
                throw MissingInput(
                    description: "\(name) of \(steps[step].address) is not there", repository: nil, revision: nil)
            }
            return ResolvedInput(
                digest: output.digest, path: nil, output: output, name: "\(name) of \(steps[step].address)")
        }
    }

    /// Reads large files that the store does not know yet side by side, so that resolving them takes as long as the largest.
    func read(_ plan: Plan) {
        var paths: Set<String> = []
        for step in plan.steps {
            for case .file(let path, _) in step.inputs.values { paths.insert(path) }
        }
        store.prepare(forDigestsOf: paths)
        // So many files are small ones, or take long whatever is done.
        if paths.count > 1_000 { return }
        let large = paths.filter { path in
            ((try? store.host.files.status(of: path, following: true)) ?? nil).map { $0.size > 32 << 20 } ?? false
        }.sorted()
        guard large.count > 1 else { return }
        // A file that cannot be read is told of when it is resolved.
        DispatchQueue.concurrentPerform(iterations: large.count) { _ = try? store.digest(ofFile: large[$0]) }
    }

    private func digest(ofFolder path: String, _ part: BackbonePart) throws -> Digest {
        try store.digest(ofFolder: path, hub: hub.repository(holding: path)) { Self.isRead($0, part) }
    }

    /// Whether a file of a backbone's folder, by its path in it, can change what a step gives that reads this part.
    ///
    /// Optimizer states, readmes and pickles are none of a key's business. A folder without a file that came to these lists later
    /// has the digest that it had.
    static func isRead(_ name: String, _ part: BackbonePart) -> Bool {
        switch part {
        case .tokenizer: tokenizerFiles.contains(name)
        case .weights: isWeights(name)
        case .weightsAndCode: isWeights(name) || name.hasSuffix(".py")
        }
    }

    /// Weights and the configuration that shapes them. `adapter_config.json` says how adapters beside them are scaled.
    private static func isWeights(_ name: String) -> Bool {
        name == "config.json" || name == "adapter_config.json" || name.hasSuffix(".safetensors")
            || name.hasSuffix(".safetensors.index.json")
    }

    /// The tokenizer, and the chat template in each place that it may have.
    private static let tokenizerFiles: Set = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.jinja",
        "chat_template.json",
    ]
}
