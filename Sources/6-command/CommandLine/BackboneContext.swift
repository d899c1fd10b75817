// What a backbone's config says of it, as far as this machine knows: its family, and how long a text it reads. Reads one small file; never fetches anything.

internal import Digests
internal import Forecasts
internal import Recipes

enum BackboneContext {
    /// `max_position_embeddings` of the backbone's config; nil where there is none, or it is not on this machine.
    static func tokens(of backbone: Backbone) -> Int? {
        if case .scratch(let scratch) = backbone { return scratch.context }
        let config = config(of: backbone)
        return config?["max_position_embeddings"]?.integer
            ?? config?["text_config"]?["max_position_embeddings"]?.integer
    }

    /// `model_type` of the backbone's config, and whether the config names code that comes with it; nil where there is no config.
    static func family(of backbone: Backbone) -> (name: String, hasCode: Bool)? {
        guard let config = config(of: backbone), let name = config["model_type"]?.string else { return nil }
        return (name, config["auto_map"] != nil)
    }

    private static func config(of backbone: Backbone) -> JSON? {
        let folder: String?
        switch backbone {
        case .folder(let path): folder = path
        case .hub(let repository, let revision):
            folder = HubCache(environment: Files.environment).snapshot(of: repository, revision: revision)
        case .scratch: return nil
        }
        return folder.flatMap { try? Files.content($0 + "/config.json") }.flatMap { try? JSON(parsing: $0) }
    }
}
