// Everything a verb needs that looks at a recipe's steps: recipe, site, store, plan, forecast.

internal import Diagnostics
internal import Digests
internal import Execution
internal import Forecasts
internal import Host
internal import Nodes
internal import Plans
internal import Recipes
internal import Runs
internal import Storage
internal import Workers

struct Workspace {
    let loaded: LoadedRecipe
    let site: Site
    /// The site file, where it is one that lies beside the recipe: it came with the recipe, perhaps from somebody else.
    let foundSite: String?
    let plan: Plan
    let store: Store
    let resolver: InputResolver
    let project: ProjectFiles
    /// What was looked at to make all this, but for the store.
    let recorder: DependencyRecorder

    /// - Parameter writing: whether the verb may change the store; a verb that only looks works on a read-only one.
    init(_ path: String, _ options: SharedOptions, writing: Bool) throws {
        recorder = DependencyRecorder()
        let proven = ProvenRecipe(path)
        loaded = try RecipeReading.load(path, overrides: options.overrides, recorder: recorder, proven: proven)
        let place: String
        (place, site) = try Self.place(options, beside: loaded.folder, recorder)
        foundSite = options.site == nil ? Self.sitePath(beside: loaded.folder, recorder)?.found : nil
        let keys = try Self.keyVariables(options).findings(loaded)
        if !keys.isEmpty { throw Findings(loaded.warnings + keys) }
        plan = Plan(compiling: loaded)
        project = ProjectFiles(loaded, plan, recorder, recipe: path)
        // What labels a step has seen follows from the recipe's text, unless files are the training table under another name.
        let isText = loaded.trainingCopies.isEmpty && loaded.mentions.isEmpty
        let leaks = loaded.isProven && isText ? [] : Lineage(of: plan, loaded: loaded).findings(loaded)
        let findings = leaks + project.findings(loaded)
        if findings.hasErrors { throw Findings(loaded.warnings + findings) }
        if !loaded.isProven, isText, loaded.warnings.isEmpty, findings.isEmpty { proven.remember(loaded.texts) }
        // A verb that only looks writes nothing in the store; what it had to read is remembered in the user's cache.
        store = try Store(at: place, access: writing ? .readWrite : .readOnly, cache: Files.cache)
        resolver = InputResolver(store: store, hub: HubCache(environment: Files.environment))
    }

    var name: String { loaded.recipe.name }

    var lineage: Lineage { Lineage(of: plan, loaded: loaded) }

    /// The recipe's last run: of this file, whatever others of its name did. Nil where there is none.
    func lastRun() throws -> (number: Int, document: RunDocument)? {
        try store.lastRunDocument(name, where: project.isOwn(store))
    }

    /// The keys that each address had in the recipe's last run.
    func lastKeys() throws -> [String: Digest] {
        try lastRun()?.document.keys ?? [:]
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

    /// What site and recipe ask for beyond this machine, a line for each.
    var excess: [String] {
        machine.excess(over: Machine.detected(environment: Files.environment), steps: plan.steps)
    }

    /// The worker's Python for `run`, which executes what the recipe's folder says; other verbs do no more than look at it.
    var workerEnvironment: WorkerEnvironment {
        WorkerEnvironment(cache: Files.cache, interpreter: site.python, variables: Files.environment)
    }

    /// The worker's Python for a verb that only reads. It starts no program that the recipe's folder names: `python` counts in a
    /// site file of `--site` and in the user's own. `say` is told where another one is passed over.
    func readingEnvironment(say: (String) -> Void) throws -> WorkerEnvironment {
        guard let foundSite, site.python != nil else { return workerEnvironment }
        say(
            "note: `python` of \(foundSite) is passed over, for this verb starts no program that the recipe's folder names; "
                + "--site \(foundSite) lets it")
        let own = try Self.ownSite.flatMap { Files.exists($0) ? try Self.site(at: $0) : nil }
        return WorkerEnvironment(cache: Files.cache, interpreter: own?.python, variables: Files.environment)
    }

    /// The folder of the store, and the site's settings.
    static func place(
        _ options: SharedOptions, beside recipe: String, _ recorder: DependencyRecorder = DependencyRecorder()
    ) throws -> (
        String, Site
    ) {
        let (site, folder) = try site(options.site, beside: recipe, recorder)
        let named = site.store.map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" }
        return (options.store.map(Files.absolute) ?? named ?? "\(recipe)/.ablate", site)
    }

    /// The variables that annotations may name: by a flag, and by the user's own site file or one that was given. A site file beside
    /// the recipe has no say, since it came with the recipe.
    static func keyVariables(_ options: SharedOptions) throws -> KeyVariables {
        let variables = Files.environment
        let config = variables["XDG_CONFIG_HOME"] ?? (variables["HOME"] ?? "") + "/.config"
        let path = options.site ?? "\(config)/ablate/site.yaml"
        let site = options.site != nil || Files.exists(path) ? try site(at: path) : Site()
        return KeyVariables(allowed: site.keyVariables + options.keyVariables)
    }

    static func site(_ named: String?, beside folder: String, _ recorder: DependencyRecorder = DependencyRecorder())
        throws -> (Site, String)
    {
        guard let path = named ?? sitePath(beside: folder, recorder)?.path else { return (Site(), folder) }
        recorder.read(path)
        return (try site(at: path), Files.folder(of: Files.absolute(path)))
    }

    /// Errors show the lines that they are about, of a file that is called as one in YAML is: any other may hold what is nobody's business.
    private static func site(at path: String) throws -> Site {
        do {
            return try Site.load(RecipeReading.source(path))
        } catch let findings as Findings where ![".yaml", ".yml"].contains(where: path.hasSuffix) {
            throw AblateError(
                .invalid,
                "expected a site file, a mapping in YAML with the settings of a machine, found something else",
                path: findings.all.lazy.compactMap { $0.span.map { "\($0)" } }.first ?? path,
                advice: "name another file with --site; `ablate schema site` tells what a site file may hold")
        }
    }

    /// The site file that counts where none is named; `found` is the same where it lies beside the recipe.
    private static func sitePath(beside folder: String, _ recorder: DependencyRecorder) -> (
        path: String, found: String?
    )? {
        let beside = "\(folder)/site.yaml"
        if recorder.exists(beside) { return (beside, beside) }
        return ownSite.flatMap { recorder.exists($0) ? ($0, nil) : nil }
    }

    /// The user's own site file, whether it is there or not; nil for who has no home.
    private static var ownSite: String? {
        let variables = Files.environment
        if let config = variables["XDG_CONFIG_HOME"], config.hasPrefix("/") { return "\(config)/ablate/site.yaml" }
        return variables["HOME"].map { "\($0)/.config/ablate/site.yaml" }
    }
}
