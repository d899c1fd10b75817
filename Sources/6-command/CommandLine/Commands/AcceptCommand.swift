// `ablate accept`: declare that an old output is still valid for what a step is now, and why. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Execution
internal import Forecasts
internal import Host
internal import Plans
internal import Runs
internal import Storage
internal import Words

struct AcceptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept",
        abstract: "Declare that a step's old output is still valid for its new key; who, when and why is kept.",
        discussion: """
            For changes that cannot matter, such as a comment in a script: the step is reused, and so is all below it. `why`,
            `show` and the logbook tell that the output was accepted. --undo takes it back; the list of what was accepted and
            taken back only grows.
            """)

    @OptionGroup var options: RecipeOptions
    @Argument(help: "Addresses of steps, such as 'two/command' or 'tiny/**'.") var addresses: [String] = []
    @Option(help: "Why the old output is still valid, or why it no longer is.") var reason: String?
    @Option(
        help: ArgumentHelp(
            "The old record; by default that of the last run, or the newest of the address.", valueName: "key"))
    var record: String?
    @Flag(help: "Take back what was accepted: the steps run again.") var undo = false
    @Flag(help: "List what was accepted and taken back.") var list = false

    func validate() throws {
        if list {
            guard addresses.isEmpty, reason == nil, !undo else { throw ValidationError("--list takes nothing else") }
            return
        }
        guard !addresses.isEmpty else { throw ValidationError("name the steps whose old output is still valid") }
        guard let reason, !reason.allSatisfy(\.isWhitespace) else {
            throw ValidationError("--reason is needed: it is what others will read")
        }
        if let record, Digest(record) == nil { throw ValidationError("--record takes the 64 digits of a key") }
    }

    func run() async throws {
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: !list)
            if list { return try say(workspace.store.acceptanceNotes(of: workspace.name), workspace) }
            let chosen = workspace.plan.steps(matching: addresses).sorted()
            guard !chosen.isEmpty else {
                let nearest = Spelling.nearest(to: addresses[0], among: workspace.plan.steps.map(\.address))
                let hint = nearest.map { "did you mean \($0)?" } ?? "`ablate plan --full` lists them"
                throw AblateError(.missing, "no step matches \(addresses.joined(separator: " ")); \(hint)")
            }
            let acceptances = Acceptances(
                plan: workspace.plan, recipe: workspace.name, resolver: workspace.resolver,
                lastKeys: try workspace.lastKeys())
            let done =
                undo
                ? try acceptances.takeBack(chosen, reason: reason!)
                : try acceptances.accept(chosen, record: record.flatMap(Digest.init), reason: reason!)
            try say(done, workspace)
        } catch let refusal as Refusal {
            Console.note("error: \(refusal.description)")
            throw ExitStatus.refused
        } catch {
            throw Failure.report(error)
        }
    }

    private func say(_ notes: [AcceptanceNote], _ workspace: Workspace) throws {
        if options.shared.json {
            return Console.out(document: [
                "recipe": .string(workspace.name), "entries": .array(notes.map(\.json)),
            ])
        }
        if notes.isEmpty { return Console.out("nothing was ever accepted for \(workspace.name)") }
        for note in notes {
            let what = note.act == .undo ? "taken back" : "accepted"
            Console.out("\(what)  \(note.address)  \(Moment.text(note.at)), by \(note.by): \(note.reason)")
        }
        if !list { Console.out("`ablate run \(options.recipe)` goes on from here") }
    }
}
