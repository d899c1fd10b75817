// `ablate logbook`: the logbook of a recipe or of several, made from records alone. Runs nothing.

internal import ArgumentParser
internal import Deliveries
internal import Digests
internal import Forecasts
internal import Logbooks
internal import Results
internal import Runs
internal import Recipes
internal import Storage

struct LogbookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logbook", abstract: "Write the logbook from what has been recorded.",
        discussion: """
            Of one recipe it is written to logbook/ beside the recipe: index.html, LOGBOOK.md with its figures, and logbook.json.
            Several recipes make one logbook, in logbook/ in the folder that holds them all.
            """)

    @Argument(help: "The recipe files.", completion: .file(extensions: ["yaml", "yml"])) var recipes: [String]
    @OptionGroup var shared: SharedOptions
    @Option(help: ArgumentHelp("Write the logbook to this folder instead.", valueName: "folder")) var output: String?
    @Flag(help: "Replace files in that folder that ablate did not write, or that were changed since.") var overwrite =
        false
    @OptionGroup var exports: LogbookExports
    @OptionGroup var serving: ServingOptions

    func run() async throws {
        do {
            if serving.serve {
                return try await serving.run(recipes, shared)
            }
            let workspaces = try recipes.map { try Workspace($0, shared, writing: false) }
            let logbooks = try workspaces.map { try Self.logbook($0, $0.forecast()) }
            let folder = output.map(Files.absolute) ?? Self.folder(of: workspaces)
            let delivery = workspaces[0].project.delivery(
                workspaces[0].store, with: workspaces.dropFirst().map(\.project),
                in: Self.common(workspaces), overwrites: overwrite)
            let marked = delivery.author(in: folder)
            var paths = [try LogbookFiles(logbooks, author: marked).write(to: folder, delivery)[0].path]
            paths += try await exports.write(logbooks, workspaces, overwrites: overwrite)
            if shared.json {
                Console.out(json: LogbookJSON().document(of: logbooks).text(.indented))
            } else {
                Console.out(paths.joined(separator: "\n"))
            }
        } catch {
            throw Failure.report(error)
        }
    }

    func validate() throws {
        guard !recipes.isEmpty else { throw ValidationError("name a recipe file") }
        if serving.serve, output != nil || !exports.isEmpty {
            throw ValidationError("--serve writes no files; leave out --output and the exports")
        }
    }

    /// - Parameters:
    ///   - settings: the recipe's values by their paths, where the caller has them.
    ///   - warnings: of the plan's steps, where the caller has them.
    static func logbook(
        _ workspace: Workspace, _ forecast: Forecast, settings: JSON? = nil, warnings: StepWarnings? = nil
    ) throws -> RecipeResults {
        try Patience.telling(Patience.comparing) {
            try RecipeResults(
                recipe: workspace.loaded, plan: workspace.plan, forecast: forecast, store: workspace.store,
                lastRun: workspace.lastRun()?.document,
                settings: settings ?? ResolvedRecipe.settings(of: workspace.loaded), warnings: warnings)
        }
    }

    /// `logbook/` in the deepest folder that holds all the recipes, unless their site says otherwise.
    static func folder(of workspaces: [Workspace]) -> String {
        if workspaces.count == 1, let folder = workspaces[0].site.logbook {
            return Self.folder(folder, of: workspaces[0].loaded)
        }
        let common = common(workspaces)
        return common == "/" ? "/logbook" : common + "/logbook"
    }

    /// The deepest folder that holds all the recipes.
    private static func common(_ workspaces: [Workspace]) -> String {
        var common = workspaces[0].loaded.folder.split(separator: "/")
        for workspace in workspaces.dropFirst() {
            let other = workspace.loaded.folder.split(separator: "/")
            common = Array(zip(common, other).prefix { String($0).isExactly(String($1)) }.map(\.0))
        }
        return "/" + common.joined(separator: "/")
    }

    /// The folder that a site file names for the logbook of a recipe, absolute.
    static func folder(_ named: String, of recipe: LoadedRecipe) -> String {
        named.hasPrefix("/") ? named : "\(recipe.folder)/\(named)"
    }
}
