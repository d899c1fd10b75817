// What `ablate logbook` also writes: the ablations as one table, and runs for MLflow and TensorBoard.

internal import ArgumentParser
internal import Deliveries
internal import Digests
internal import Execution
internal import Host
internal import Logbooks
internal import Plans
internal import Results

struct LogbookExports: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Also write the ablations' results as one table; the ending says in which form: .csv, .md, .tex, .json or .parquet.",
            valueName: "file"), completion: .file(extensions: ["csv", "md", "tex", "json", "parquet"]))
    var export: [String] = []

    @Option(help: ArgumentHelp("Also write event files for TensorBoard to this folder.", valueName: "folder"))
    var tensorboard: String?

    @Option(
        help: ArgumentHelp(
            "Also log each result and fine-tune as a run to the MLflow tracking server at this address.",
            valueName: "address"))
    var mlflow: String?

    var isEmpty: Bool { export.isEmpty && tensorboard == nil && mlflow == nil }

    func validate() throws {
        for path in export where Self.form(of: path) == nil && !Self.isParquet(path) {
            throw ValidationError(
                "cannot tell the form of \(path); end its name in .csv, .md, .tex, .json or .parquet")
        }
        if let mlflow, !mlflow.hasPrefix("http://"), !mlflow.hasPrefix("https://") {
            throw ValidationError("\(mlflow) is no address of a tracking server; write http://HOST:PORT")
        }
    }

    private static func ending(of path: String) -> String? {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        return name[name.index(after: dot)...].lowercased()
    }

    private static func form(of path: String) -> TableForm? {
        ending(of: path).flatMap(TableForm.Encoding.init).map { TableForm($0) }
    }

    private static func isParquet(_ path: String) -> Bool { ending(of: path) == "parquet" }

    /// Writes what is asked for; gives where it is. Errors: ``AblateError``, ``StepFailure``.
    func write(_ logbooks: [RecipeResults], _ workspaces: [Workspace], overwrites: Bool) async throws -> [String] {
        guard !isEmpty else { return [] }
        let delivery = ProjectFiles.delivery(madeOf: workspaces.map(\.project), overwrites: overwrites)
        var paths: [String] = []
        let places = try export.map { try delivery.require($0, remedy: "name another file") }
        if let tensorboard { try delivery.requireFolder(Files.absolute(tensorboard)) }
        for (path, target) in zip(export, places) {
            if let form = Self.form(of: path) {
                let bytes = Array(form.files(of: logbooks)[0].text.utf8)
                try delivery.write(target, bytes)
            }
            paths.append(Files.absolute(path))
        }
        let parquet = zip(export, places).filter { Self.isParquet($0.0) }.map(\.1)
        guard !parquet.isEmpty || tensorboard != nil || mlflow != nil else { return paths }
        // The worker writes to a folder of its own; what it wrote is delivered like everything else.
        let files = Host.system.files
        let folder = try files.makePrivateFolder(in: Files.environment["TMPDIR"] ?? "/tmp", named: "ablate-export")
        defer { try? files.remove(folder) }
        let targets = PublishTask(
            parquet: parquet.indices.map { "\(folder)/\($0).parquet" },
            tensorboard: tensorboard.map { _ in "\(folder)/tensorboard" }, mlflow: mlflow)
        let publisher = Publisher(environment: try workspaces[0].readingEnvironment { Console.note($0) })
        let run = try await publisher.publish(
            TrackerForm().document(of: logbooks), to: targets
        ) { Console.note($0) }
        for (index, target) in parquet.enumerated() {
            try delivery.write(target, Files.content("\(folder)/\(index).parquet", limit: 1 << 32))
        }
        if let tensorboard {
            try delivery.writeTree(
                "\(folder)/tensorboard", to: Files.absolute(tensorboard), remedy: "name another folder")
        }
        return paths + (tensorboard.map { [Files.absolute($0)] } ?? [])
            + (run.map { [$0] } ?? [])
    }
}
