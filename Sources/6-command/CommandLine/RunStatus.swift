// How a recipe's runs stand: what the store has of them, what living ones say, and all of it as text of 80 columns.

internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Runs
internal import Storage
internal import Words

struct RunStatus {
    private let path: String
    private let store: Store
    private let recipe: String
    private let folder: String
    private let which: RunName.Which?
    private let workspace: Workspace?
    private let forecast: Forecast?
    private let live: [(state: LiveState, isAlive: Bool)]
    private let run: (number: Int, document: RunDocument)?

    /// `plan` is nil while the recipe cannot be read. Errors: of the store; ``AblateError`` where there is no such run.
    init(
        path: String, store: Store, recipe: String, folder: String, run which: RunName.Which?,
        plan: (workspace: Workspace, forecast: Forecast)?
    ) throws {
        (self.path, self.store, self.recipe, self.folder, self.which) = (path, store, recipe, folder, which)
        (workspace, forecast) = (plan?.workspace, plan?.forecast)
        let live = try store.liveStates().filter { $0.state.recipe == recipe && $0.state.folder == folder }
        if case .number(let number) = which {
            guard let document = try store.runDocument(recipe, number: number) else {
                throw AblateError(
                    .missing, "\(recipe) has no run @\(number); `ablate status --runs \(path)` lists them")
            }
            run = (number, document)
            // Other runs of the recipe are not this one.
            self.live = live.filter { $0.state.process == document.process && $0.state.host == document.host }
        } else {
            let isOwn = ProjectFiles.isOwn(
                store, folder: Files.folder(of: Files.absolute(path)), file: Paths.name(path))
            run = try store.lastRunDocument(recipe, where: isOwn)
            self.live = live
        }
    }

    /// The same question asked again; the recipe is not read again.
    func again() throws -> RunStatus {
        try RunStatus(
            path: path, store: store, recipe: recipe, folder: folder, run: which,
            plan: workspace.flatMap { workspace in forecast.map { (workspace, $0) } })
    }

    var isAlive: Bool { live.contains(where: \.isAlive) }

    private func standing(of document: RunDocument?) -> Standing {
        Standing(of: document, live: live, host: Host.system.name) { Host.system.processes.isAlive($0) }
    }

    // MARK: - Text

    func text(_ paint: Paint, runs: Bool) -> String {
        let standing = standing(of: run?.document)
        var lines: [String] = []
        let living = live.filter(\.isAlive)
        for (state, _) in living { lines += self.lines(ofLiving: state, paint) }
        if living.isEmpty { lines += self.lines(ofEnded: standing, paint) }
        if let forecast, let workspace, living.isEmpty, which == nil { lines += progress(workspace, forecast) }
        if runs { lines += (try? list()) ?? [] }
        return lines.map { Self.fitted($0) }.joined(separator: "\n")
    }

    private func lines(ofLiving run: LiveState, _ paint: Paint) -> [String] {
        var counts = ["\(run.executed + run.reused) of \(run.total) steps done"]
        if run.reused > 0 { counts[0] += " (\(run.reused) reused)" }
        counts += ["\(run.running.count) running", "\(run.waiting) waiting"]
        if !run.failed.isEmpty { counts.append(paint.red("\(run.failed.count) failed")) }
        var lines = ["\(paint.bold(recipe)): \(paint.green("running")), \(counts.joined(separator: ", "))"]
        let eta = run.remaining.map { "about \(Format.elapsed(Duration.seconds($0))) to go" } ?? "no estimate yet"
        lines.append("  for \(Format.elapsed(Duration.seconds(run.updated - run.started))), \(eta)")
        lines.append("  \(Self.owner(run.process, run.host, run.user))")
        for work in run.running {
            lines.append("  \(paint.blue("●")) \(work.address)")
            lines.append("    " + Self.words(of: work, at: run.updated))
        }
        return lines + Self.lines(ofFailed: run.failed, paint)
    }

    private func lines(ofEnded standing: Standing, _ paint: Paint) -> [String] {
        let head = "\(paint.bold(recipe)): "
        let done = forecast.map { ", \($0.count(.reuse)) of \($0.entries.count) steps done" } ?? ""
        if standing == .killed { return [head + paint.yellow("interrupted") + done] + linesOfKilled(paint) }
        var lines = [head + standing.rawValue + done]
        if let run {
            let document = run.document
            let seconds = Format.elapsed(Duration.seconds(max(0, document.updated - document.started)))
            lines.append(
                "  run @\(run.number), \(Moment.text(document.started)), took \(seconds); "
                    + "\(document.executed.count) run, \(document.reused) reused")
            lines.append("  \(Self.owner(document.process, document.host, nil))")
            lines += Self.lines(ofFailed: document.failed, paint)
        }
        return lines
    }

    private func linesOfKilled(_ paint: Paint) -> [String] {
        let dead = live.first { !$0.isAlive }?.state
        let heard = (dead?.updated ?? run?.document.updated).map { ", last heard of at \(Moment.text($0))" } ?? ""
        let owner = Self.owner(
            dead?.process ?? run?.document.process, dead?.host ?? run?.document.host, dead?.user)
        var lines = [
            "  \(owner) ended at work\(heard)",
            "  finished steps are kept, nothing is lost; `ablate run \(path)` goes on",
        ]
        for work in dead?.running ?? [] {
            lines.append("  at work then: \(work.address)")
            lines.append("    " + Self.words(of: work, at: dead?.updated ?? work.started))
        }
        return lines + Self.lines(ofFailed: dead?.failed ?? run?.document.failed ?? [], paint)
    }

    private func progress(_ workspace: Workspace, _ forecast: Forecast) -> [String] {
        var kinds: [String: (done: Int, all: Int)] = [:]
        for (step, entry) in zip(workspace.plan.steps, forecast.entries) {
            kinds[step.kind.rawValue, default: (0, 0)].all += 1
            if entry.state == .reuse { kinds[step.kind.rawValue]!.done += 1 }
        }
        var lines: [String] = StepKind.allCases.compactMap { kind in
            guard let count = kinds[kind.rawValue] else { return nil }
            return
                "  \(kind.rawValue)\(String(repeating: " ", count: max(0, 12 - kind.rawValue.count))) \(count.done)/\(count.all)"
        }
        for (result, step) in workspace.plan.results.compactMap({ result in result.evaluate.map { (result, $0) } }) {
            guard let record = forecast.entries[step].record else { continue }
            lines.append("  \(result.name)  \(ProgressState.scores(record.metrics))")
        }
        return lines
    }

    private func list() throws -> [String] {
        try store.runDocuments(recipe).map { number, document in
            "  @\(number)  \(Moment.text(document.started))  \(standing(of: document, number).rawValue)"
                + "  \(document.executed.count) run, \(document.reused) reused"
                + (document.failed.isEmpty ? "" : ", \(document.failed.count) failed")
        }
    }

    private func standing(of document: RunDocument, _ number: Int) -> Standing {
        number == run?.number ? standing(of: document) : Standing(ofEnded: document)
    }

    private static func lines(ofFailed failed: [RunDocument.Failure], _ paint: Paint) -> [String] {
        failed.flatMap { failure -> [String] in
            ["  \(paint.red("failed")) \(failure.address)", "    \(failure.message)"]
                + (failure.log.map { ["    its log: \($0)"] } ?? [])
        }
    }

    /// `120/400 steps, loss 1.023, 1200 tokens/s, 1 min 5 s`.
    private static func words(of work: LiveState.Work, at moment: Double) -> String {
        var words: [String] = []
        if work.total > 0 { words.append("\(work.done)/\(work.total) \(work.unit)") }
        if let message = work.message, !message.isEmpty { words.append(message) }
        if let loss = work.loss { words.append("loss \(Format.decimal(loss, 3))") }
        if let speed = work.tokensPerSecond { words.append("\(Format.decimal(speed, 0)) tokens/s") }
        words.append(Format.elapsed(.seconds(max(0, moment - work.started))))
        return words.joined(separator: ", ")
    }

    private static func owner(_ process: Int?, _ host: String?, _ user: String?) -> String {
        "process \(process.map { "\($0)" } ?? "?")" + (host.map { " on \($0)" } ?? "") + (user.map { " (\($0))" } ?? "")
    }

    /// No line but a log's path is longer than 80 columns: its middle gives way.
    private static func fitted(_ line: String) -> String {
        guard !Ink.isPainted(line), !line.contains("its log: "), line.count > 80 else { return line }
        return line.prefix(46) + "…" + line.suffix(33)
    }

    // MARK: - JSON

    func document(runs: Bool) -> [String: JSON] {
        var document: [String: JSON] = ["recipe": .string(recipe)]
        if let workspace, let forecast {
            document = PlanCommand.document(workspace, forecast, Set(workspace.plan.steps.indices))
        }
        document["run"] = run?.document.json ?? .null
        document["number"] = JSON(run?.number)
        document["state"] = .string((isAlive && which == nil ? .running : standing(of: run?.document)).rawValue)
        document["live"] = .array(
            live.map { one in
                var members = one.state.json.object ?? [:]
                members["is_alive"] = .bool(one.isAlive)
                return .object(members)
            })
        if runs {
            document["runs"] = .array(
                ((try? store.runDocuments(recipe)) ?? []).map { number, one in
                    [
                        "number": .integer(number), "started": .number(one.started),
                        "state": .string(standing(of: one, number).rawValue),
                        "executed": .integer(one.executed.count), "reused": .integer(one.reused),
                        "failed": .integer(one.failed.count),
                    ]
                })
        }
        return document
    }
}
