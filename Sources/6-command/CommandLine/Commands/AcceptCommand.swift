// `ablate accept`: declare that an old output is still valid for what a step is now, and why. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
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
            guard let first = chosen.first else {
                let nearest = Spelling.nearest(to: addresses[0], among: workspace.plan.steps.map(\.address))
                let hint = nearest.map { "did you mean \($0)?" } ?? "`ablate plan --full` lists them"
                throw AblateError(.missing, "no step matches \(addresses.joined(separator: " ")); \(hint)")
            }
            let done =
                undo
                ? try takeBack(chosen, workspace)
                : try accept(chosen, alone: chosen.count == 1 ? first : nil, workspace)
            try say(done, workspace)
        } catch let refusal as Refusal {
            Console.note("error: \(refusal.description)")
            throw ExitStatus.refused
        } catch {
            throw Failure.report(error)
        }
    }

    /// Along the plan: what is accepted above makes the keys below known. A pattern passes over what is reused anyway.
    private func accept(_ chosen: [Int], alone: Int?, _ workspace: Workspace) throws -> [AcceptanceNote] {
        var done: [AcceptanceNote] = []
        let lastKeys = try workspace.lastKeys()
        for step in chosen {
            let forecast = try workspace.forecast()
            if alone == nil, forecast.entries[step].state == .reuse { continue }
            let check = AcceptanceCheck(
                plan: workspace.plan, forecast: forecast, resolver: workspace.resolver, lastKeys: lastKeys)
            let candidate = try check.candidate(for: step, record: record.flatMap(Digest.init))
            guard let lease = try workspace.store.lease(candidate.key) else {
                throw Refusal(
                    description: "\(workspace.plan.steps[step].address) is being run now; let it end, or stop it")
            }
            defer { lease.release() }
            let acceptance = Acceptance(from: candidate.old.key, by: Self.person, at: Self.now, reason: reason!)
            _ = try workspace.store.accept(
                candidate.old, as: candidate.key, outline: candidate.manifest.outline,
                manifest: candidate.manifest.json,
                address: workspace.plan.steps[step].address, acceptance)
            done.append(try note(.accept, workspace, step, candidate.key, from: candidate.old.key, acceptance.at))
        }
        guard !done.isEmpty else {
            throw Refusal(description: "all of these are reused as they are; there is nothing to accept")
        }
        return done
    }

    private func takeBack(_ chosen: [Int], _ workspace: Workspace) throws -> [AcceptanceNote] {
        let forecast = try workspace.forecast()
        var done: [AcceptanceNote] = []
        for step in chosen {
            guard let record = forecast.entries[step].record, let acceptance = record.acceptance,
                try workspace.store.withdraw(record.key)
            else { continue }
            done.append(try note(.undo, workspace, step, record.key, from: acceptance.from, Self.now))
        }
        guard !done.isEmpty else {
            throw Refusal(description: "nothing was accepted for \(addresses.joined(separator: " "))")
        }
        return done
    }

    private func note(
        _ act: AcceptanceNote.Act, _ workspace: Workspace, _ step: Int, _ key: Digest, from: Digest, _ moment: Double
    ) throws -> AcceptanceNote {
        let note = AcceptanceNote(
            act, address: workspace.plan.steps[step].address, key: key, from: from, by: Self.person, at: moment,
            reason: reason!)
        try workspace.store.add(note, of: workspace.name)
        return note
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

    private static var now: Double { Double(Host.system.clock.now) / 1e9 }

    private static var person: String {
        "\(Host.system.user)@\(Host.system.name)"
    }
}
