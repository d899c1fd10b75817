// The options of every verb that reads a recipe, and the reading itself.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Execution
internal import Host
internal import Nodes
internal import Recipes
internal import Steps
internal import Storage
internal import Workers

struct SharedOptions: ParsableArguments {
    @Option(name: .customLong("set"), help: ArgumentHelp("Replace one value of the recipe.", valueName: "path=value"))
    var overrides: [String] = []

    @Option(help: "The site file; by default site.yaml beside the recipe, else ~/.config/ablate/site.yaml.")
    var site: String?

    @Option(help: "The folder of the store; by default what the site says, else .ablate beside the recipe.")
    var store: String?

    @Option(
        name: .customLong("key-variable"),
        help: ArgumentHelp("Let annotations send the value of this environment variable.", valueName: "name"))
    var keyVariables: [String] = []

    @Flag(help: "Write one JSON document to standard output.")
    var json = false
}

struct RecipeOptions: ParsableArguments {
    @Argument(help: "The recipe file.", completion: .file(extensions: ["yaml", "yml"]))
    var recipe: String

    @OptionGroup var shared: SharedOptions
}

enum RecipeReading {
    /// The recipe at `path`. Errors: ``Findings``; ``AblateError`` where there is no such file.
    ///
    /// - Parameter proven: whether its texts were found sound before.
    static func load(
        _ path: String, overrides: [String], recorder: DependencyRecorder = DependencyRecorder(),
        proven: ProvenRecipe? = nil
    ) throws -> LoadedRecipe {
        recorder.read(path)
        CrashNotice.note(recipe: path)
        let file = try source(path)
        var loader = RecipeLoader(
            file: file, folder: Files.folder(of: Files.absolute(path)), overrides: overrides,
            surroundings: RecipeSurroundings.answers(recorder))
        if let proven { loader.isProven = { proven.holds($0) } }
        return try loader.load()
    }

    /// What the recipe calls itself, also where it has mistakes; nil where not even that can be read.
    static func name(_ path: String) -> String? {
        guard let file = try? source(path), let document = try? Document(parsing: file) else { return nil }
        return document.root["recipe"]?.scalar?.text
    }

    static func source(_ path: String, as name: String? = nil) throws -> SourceFile {
        try SourceFile(decoding: Files.content(path), name: name ?? path)
    }
}

/// Turns what went wrong into text on standard error, and into an exit code.
enum Failure {
    static func report(_ error: any Error) -> ExitCode {
        switch error {
        case let findings as Findings:
            Console.note(FindingText(color: Console.hasColor(.error)).render(findings.all))
        case is ExitCode: break
        case let failure as StepFailure: Console.note("error: \(failure.message)")
        default: Console.note("error: \(error)")
        }
        return code(of: error)
    }

    /// A recipe whose only fault is that files are not there is valid.
    static func code(of error: any Error) -> ExitCode {
        switch error {
        case let findings as Findings:
            findings.all.allSatisfy { $0.severity != .error || $0.rule == .missingFile }
                ? ExitStatus.missingInput : ExitStatus.invalidRecipe
        case let code as ExitCode: code
        case let error as AblateError: ExitStatus.code(for: error.kind)
        case let failure as StepFailure: ExitStatus.code(for: failure.class)
        default: ExitStatus.stepFailed
        }
    }
}
