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
    let lineage: Lineage
    let store: Store
    let resolver: InputResolver
    /// What was looked at to make all this, but for the store.
    let looks: Looks

    /// - Parameter writing: whether the verb may change the store; a verb that only looks works on a read-only one.
    init(_ path: String, _ options: SharedOptions, writing: Bool) throws {
        looks = Looks()
        loaded = try RecipeReading.load(path, overrides: options.overrides, looks: looks)
        let place: String
        (place, site) = try Self.place(options, beside: loaded.folder, looks)
        let keys = try Self.keyVariables(options).findings(loaded)
        if !keys.isEmpty { throw Findings(loaded.warnings + keys) }
        plan = Plan(compiling: loaded)
        lineage = Lineage(of: plan, loaded: loaded)
        let leaks = lineage.findings(loaded)
        if leaks.hasErrors { throw Findings(loaded.warnings + leaks) }
        // A verb that only looks makes no store; where there is one it keeps the digests of files it had to read.
        store = try Store(at: place, access: writing || Files.isWritable(place) ? .readWrite : .readOnly)
        resolver = InputResolver(store: store, hub: HubCache(environment: Files.environment))
    }

    var name: String { loaded.recipe.name }

    /// The keys that each address had in the recipe's last run.
    func lastKeys() throws -> [String: Digest] {
        try store.latestRun(name)?["keys"]?.object?.compactMapValues { $0.string.flatMap(Digest.init) } ?? [:]
    }

    /// - Parameters:
    ///   - strict: whether records that were made with other versions of libraries do not count.
    ///   - known: records that a run has just made or found.
    ///   - keys: ``lastKeys()``, where the caller has them: the document of a large run takes a while to read.
    func forecast(
        strict: Bool = false, known: [Int: Record] = [:], lastKeys keys: [String: Digest]? = nil
    ) throws -> Forecast {
        let drift = strict ? drift : nil
        return try Forecast(of: plan, resolver: resolver, lastKeys: keys ?? lastKeys(), known: known) {
            drift?.isCurrent($0) ?? true
        }
    }

    /// What is installed for the worker now; nil where nothing is known of that.
    var drift: LibraryDrift? { LibraryDrift(installed: workerEnvironment.installedVersions) }

    var machine: Machine {
        let detected = Machine.detected(environment: Files.environment)
        return Machine(
            cores: site.cores ?? detected.cores, gpus: site.gpus ?? detected.gpus,
            memory: site.memory ?? detected.memory, gpusPerFit: site.gpusPerFit,
            gpuMemory: site.gpuMemory ?? 0, gpuMemoryPerFit: site.gpuMemoryPerFit ?? 0)
    }

    var workerEnvironment: WorkerEnvironment {
        WorkerEnvironment(cache: Files.cache, interpreter: site.python, variables: Files.environment)
    }

    /// The folder of the store, and the site's settings.
    static func place(_ options: SharedOptions, beside recipe: String, _ looks: Looks = Looks()) throws -> (
        String, Site
    ) {
        let (site, folder) = try site(options.site, beside: recipe, looks)
        let named = site.store.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
        return (options.store.map(Files.absolute) ?? named ?? "\(recipe)/.ablate", site)
    }

    /// The variables that annotations may name: by a flag, and by the user's own site file or one that was given. A site file beside
    /// the recipe has no say, since it came with the recipe.
    static func keyVariables(_ options: SharedOptions) throws -> KeyVariables {
        let variables = Files.environment
        let config = variables["XDG_CONFIG_HOME"] ?? (variables["HOME"] ?? "") + "/.config"
        let path = options.site ?? "\(config)/ablate/site.yaml"
        let site = options.site != nil || Files.exists(path) ? try Site.load(RecipeReading.source(path)) : Site()
        return KeyVariables(allowed: site.keyVariables + options.keyVariables)
    }

    static func site(_ named: String?, beside folder: String, _ looks: Looks = Looks()) throws -> (Site, String) {
        let variables = Files.environment
        let config = variables["XDG_CONFIG_HOME"] ?? (variables["HOME"] ?? "") + "/.config"
        let candidates = named.map { [$0] } ?? ["\(folder)/site.yaml", "\(config)/ablate/site.yaml"]
        guard let path = named ?? candidates.first(where: looks.exists) else { return (Site(), folder) }
        looks.read(path)
        return (try Site.load(RecipeReading.source(path)), Files.folder(of: Files.absolute(path)))
    }
}
