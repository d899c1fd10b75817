// `ablate note`: what people say of a result, kept for the logbook. Runs nothing and changes no record.

internal import ArgumentParser
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Results
internal import Storage

struct NoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "note",
        abstract: "Keep a leaderboard score or a remark about one result; the logbook shows it beside the scores.",
        discussion: """
            Notes are only added. Of several leaderboard scores of a result the last one counts. They lie in the store as plain
            JSON, runs/_notes.<recipe>/; deleting a file there deletes the note.
            """)

    @Argument(help: "The recipe file.", completion: .file(extensions: ["yaml", "yml"])) var recipe: String
    @Argument(help: "A model, a stack entry, or a variant as in \"rank/lora.rank=16\".") var name: String
    @OptionGroup var shared: SharedOptions
    // Unconditional: a score may be negative.
    @Option(
        parsing: .unconditional, help: ArgumentHelp("The score a leaderboard gave the submission.", valueName: "score"))
    var leaderboard: Double?
    @Option(help: "A remark.") var text: String?

    func validate() throws {
        guard leaderboard != nil || text != nil else {
            throw ValidationError("there is nothing to note; give --leaderboard, --text, or both")
        }
        if let leaderboard, !leaderboard.isFinite { throw ValidationError("--leaderboard takes a finite number") }
        if let text, text.allSatisfy(\.isWhitespace) { throw ValidationError("--text is empty") }
    }

    func run() async throws {
        do {
            let workspace = try Workspace(recipe, shared, writing: true)
            guard let result = workspace.plan.result(called: name) else {
                let names = workspace.plan.results.map(\.name).joined(separator: "\n  ")
                throw AblateError(.missing, "the recipe has no result \"\(name)\"; it has\n  \(names)")
            }
            let entries = try workspace.forecast().entries
            let note = Note(
                result: result.name, leaderboard: leaderboard, text: text,
                predictions: result.test.flatMap { entries[$0].record?.outputs["predictions"]?.digest })
            try note.write(of: workspace.name, in: workspace.store)
            if shared.json {
                Console.out(document: ["note": note.json])
            } else {
                Console.out("noted for \(result.name); `ablate logbook` shows it")
            }
        } catch {
            throw Failure.report(error)
        }
    }
}
