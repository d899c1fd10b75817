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
    @Option(
        help: ArgumentHelp(
            "Also write the ablations' results as one table; the ending says in which form: .csv, .md, .tex or .json.",
            valueName: "file"), completion: .file(extensions: ResultTable.Form.allCases.map(\.rawValue)))
    var export: [String] = []

    func validate() throws {
        for path in export where Self.form(of: path) == nil {
            throw ValidationError("cannot tell the form of \(path); end its name in .csv, .md, .tex or .json")
        }
    }

    private static func form(of path: String) -> ResultTable.Form? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return ResultTable.Form(rawValue: name[name.index(after: dot)...].lowercased())
    }

    func run() async throws {
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: false)
            let forecast = try workspace.forecast()
            var paths = [try Self.write(workspace, forecast)]
            if !export.isEmpty {
                let table = try ResultTable(Self.logbook(workspace, forecast))
                for path in export {
                    try Self.write(table.text(Self.form(of: path)!), to: path)
                    paths.append(Files.absolute(path))
                }
            }
            if options.shared.json {
                Console.out(try Self.logbook(workspace, forecast).json.text(.indented))
            } else {
                Console.out(paths.joined(separator: "\n"))
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
            // What says the same already stays as it is.
            if Files.bytes("\(folder)/\(name)") == Array(text.utf8) { continue }
            guard Files.makeFolder(folder) else {
                throw MissingFile(description: "cannot make \(folder): \(String(cString: strerror(errno)))")
            }
            try write(text, to: "\(folder)/\(name)")
        }
        return "\(folder)/index.html"
    }

    private static func write(_ text: String, to path: String) throws {
        guard Files.write(Array(text.utf8), to: path) else {
            throw MissingFile(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }
}
