// Everything a verb needs that looks at a recipe's steps: recipe, site, store, plan, forecast.

internal import Diagnostics
internal import Digests
internal import Execution
internal import Forecasts
internal import Nodes
internal import Plans
internal import Recipes
internal import Storage
internal import Workers

struct Workspace {
    let loaded: LoadedRecipe
    let site: Site
    let plan: Plan
    let store: Store
    let resolver: InputResolver

    /// - Parameter writing: whether the verb may change the store; a verb that only looks works on a read-only one.
    init(_ path: String, _ options: SharedOptions, writing: Bool) throws {
        loaded = try RecipeReading.load(path, overrides: options.overrides)
        let (site, folder) = try Self.site(options.site, beside: loaded.folder)
        self.site = site
        plan = Plan(compiling: loaded)
        let place =
            options.store.map(Files.absolute) ?? site.store.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
            ?? "\(loaded.folder)/.ablate"
        // A verb that only looks makes no store; where there is one it keeps the digests of files it had to read.
        store = try Store(at: place, access: writing || Files.isWritable(place) ? .readWrite : .readOnly)
        resolver = InputResolver(store: store, hub: HubCache(environment: Files.environment))
    }

    var name: String { loaded.recipe.name }

    /// The keys that each address had in the recipe's last run.
    func lastKeys() throws -> [String: Digest] {
        try store.latestRun(name)?["keys"]?.object?.compactMapValues { $0.string.flatMap(Digest.init) } ?? [:]
    }

    func forecast() throws -> Forecast { try Forecast(of: plan, resolver: resolver, lastKeys: lastKeys()) }

    var machine: Machine {
        let detected = Machine.detected(environment: Files.environment)
        return Machine(cores: site.cores ?? detected.cores, gpus: site.gpus ?? detected.gpus)
    }

    var workerEnvironment: WorkerEnvironment {
        WorkerEnvironment(cache: Files.cache, interpreter: site.python, variables: Files.environment)
    }

    static func site(_ named: String?, beside folder: String) throws -> (Site, String) {
        let variables = Files.environment
        let config = variables["XDG_CONFIG_HOME"] ?? (variables["HOME"] ?? "") + "/.config"
        let candidates = named.map { [$0] } ?? ["\(folder)/site.yaml", "\(config)/ablate/site.yaml"]
        guard let path = named ?? candidates.first(where: Files.exists) else { return (Site(), folder) }
        return (try Site.load(RecipeReading.source(path)), Files.folder(of: Files.absolute(path)))
    }
}
