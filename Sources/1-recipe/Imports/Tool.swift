// The tools whose configs are read, and how their files are told apart. What their keys mean is in Rules.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let notAConfig = FindingRule(
        "not-a-config", .imports, "The file is no configuration of the tool that was named.",
        "Each tool is known by a key that its configurations always have.")
}

package enum Tool: String, CaseIterable, Sendable {
    case h2o, axolotl
    case llamaFactory = "llama-factory"

    var title: String {
        switch self {
        case .h2o: "H2O LLM Studio"
        case .axolotl: "Axolotl"
        case .llamaFactory: "LLaMA-Factory"
        }
    }

    /// The key that every config of the tool has and no other tool's: what it names is the backbone.
    var signature: String {
        switch self {
        case .h2o: "llm_backbone"
        case .axolotl: "base_model"
        case .llamaFactory: "model_name_or_path"
        }
    }

    var rules: [Rule] {
        switch self {
        case .h2o: H2O.rules
        case .axolotl: Axolotl.rules
        case .llamaFactory: LlamaFactory.rules
        }
    }

    /// YAML texts of what the tool does where a file says nothing.
    func defaults(for config: Config) -> [String] {
        switch self {
        case .h2o: [H2O.defaults, H2O.is2023(config) ? H2O.defaults2023 : H2O.defaultsToday]
        case .axolotl: [Axolotl.defaults]
        case .llamaFactory: [LlamaFactory.defaults]
        }
    }

    /// Why a file is no config of this tool; nil for one that is.
    func objection(to config: ConfigFile) -> Finding? {
        guard config.root.entries != nil else {
            return Finding(
                .notAConfig, "a config is a mapping, and this is \(config.root.noun)", at: config.root.span)
        }
        if config.keys.contains(where: { $0.path == signature }) { return nil }
        let top = Span(file: config.file, start: config.root.span.start, end: config.root.span.start)
        for other in Tool.allCases where other != self {
            guard let key = config.keys.first(where: { $0.path == other.signature }) else { continue }
            return Finding(
                .notAConfig, "this is no config of \(title): \"\(other.signature)\" is a key of \(other.title)",
                at: key.span, help: "use `ablate import \(other.rawValue)`")
        }
        if config.root["recipe"] != nil, config.root["models"] != nil {
            return Finding(.notAConfig, "this is a recipe already", at: top, help: "use `ablate check`")
        }
        let nearest = Spelling.nearest(to: signature, among: config.keys.map(\.path))
        return Finding(
            .notAConfig, "this is no config of \(title): it has no \"\(signature)\", which names the backbone",
            at: top,
            help: nearest.map { "\"\($0)\" is near; is it misspelt?" })
    }
}
