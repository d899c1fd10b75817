// `ablate logbook`: the logbook, made from records alone. Runs nothing.

internal import ArgumentParser
internal import Digests
internal import Forecasts
internal import Glibc
internal import Logbooks
internal import Recipes
internal import Storage

struct LogbookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logbook", abstract: "Write the logbook from what has been recorded.")

    @OptionGroup var options: RecipeOptions

    func run() async throws {
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: false)
            let forecast = try workspace.forecast()
            let path = try Self.write(workspace, forecast)
            if options.shared.json {
                Console.out(try Self.logbook(workspace, forecast).json.text(.indented))
            } else {
                Console.out(path)
            }
        } catch {
            throw Failure.report(error)
        }
    }

    static func logbook(_ workspace: Workspace, _ forecast: Forecast) throws -> Logbook {
        try Logbook(
            recipe: workspace.loaded, plan: workspace.plan, forecast: forecast, store: workspace.store,
            lastRun: workspace.store.latestRun(workspace.name))
    }

    /// Where ``write(_:_:)`` writes.
    static func paths(_ workspace: Workspace) -> [String] {
        ["index.html", "LOGBOOK.md", "logbook.json"].map { workspace.loaded.absolute("logbook/\($0)") }
    }

    /// Writes `logbook/index.html`, `logbook/LOGBOOK.md` and `logbook/logbook.json` beside the recipe; gives the page's path.
    static func write(_ workspace: Workspace, _ forecast: Forecast) throws -> String {
        let logbook = try logbook(workspace, forecast)
        let folder = workspace.loaded.absolute("logbook")
        let files = [
            ("index.html", logbook.html), ("LOGBOOK.md", logbook.markdown),
            ("logbook.json", logbook.json.text(.indented) + "\n"),
        ]
        for (name, text) in files {
            let path = "\(folder)/\(name)"
            let bytes = Array(text.utf8)
            // What says the same already stays as it is.
            if Files.bytes(path) == bytes { continue }
            guard Files.makeFolder(folder), Files.write(bytes, to: path) else {
                throw MissingFile(description: "cannot write \(path): \(String(cString: strerror(errno)))")
            }
        }
        return "\(folder)/index.html"
    }
}
