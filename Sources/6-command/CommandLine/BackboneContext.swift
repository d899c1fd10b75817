// How long a text a backbone can read, as far as this machine knows. Reads one small file; never fetches anything.

internal import Digests
internal import Forecasts
internal import Recipes

enum BackboneContext {
    /// `max_position_embeddings` of the backbone's config; nil where there is none, or it is not on this machine.
    static func tokens(of backbone: Backbone) -> Int? {
        let folder: String?
        switch backbone {
        case .folder(let path): folder = path
        case .hub(let repository, let revision):
            folder = HubCache(environment: Files.environment).snapshot(of: repository, revision: revision)
        case .scratch(let scratch): return scratch.context
        }
        guard let folder, let bytes = try? Files.content(folder + "/config.json"),
            let config = try? JSON(parsing: bytes)
        else { return nil }
        return config["max_position_embeddings"]?.integer ?? config["text_config"]?["max_position_embeddings"]?.integer
    }
}
