// What a backbone's config says of it, as far as this machine knows: its family, and how long a text it reads. Reads one small file; never fetches anything.

internal import Forecasts
internal import Formats
internal import Recipes

enum BackboneContext {
    /// `max_position_embeddings` of the backbone's config; nil where there is none, or it is not on this machine.
    static func tokens(of backbone: Backbone) -> Int? {
        if case .scratch(let scratch) = backbone { return scratch.context }
        return config(of: backbone)?.context
    }

    /// What the backbone's config says of its architecture; nil where there is no config.
    static func family(of backbone: Backbone) -> BackboneFamily? {
        guard let config = config(of: backbone), let family = config.family else { return nil }
        return BackboneFamily(
            family, hasCode: config.code != nil, isPair: config.isPair, readsMore: config.readsMore)
    }

    private static func config(of backbone: Backbone) -> BackboneConfig? {
        let folder: String?
        switch backbone {
        case .folder(let path): folder = path
        case .hub(let repository, let revision):
            folder = HubCache(environment: Files.environment).snapshot(of: repository, revision: revision)
        case .scratch: return nil
        }
        guard let path = folder.map({ $0 + "/config.json" }), let bytes = try? Files.content(path) else { return nil }
        return try? BackboneConfig(reading: bytes, name: path)
    }
}
