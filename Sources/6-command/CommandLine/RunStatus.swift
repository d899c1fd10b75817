// How a recipe's runs stand: what the store has of them, what living ones say, and all of it as text of 80 columns.

internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Glibc
internal import Host
internal import Plans
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
    private let live: [(document: JSON, isAlive: Bool)]
    private let run: (number: Int, document: JSON)?

    /// `plan` is nil while the recipe cannot be read. Errors: of the store; ``AblateError`` where there is no such run.
    init(
        path: String, store: Store, recipe: String, folder: String, run which: RunName.Which?,
        plan: (workspace: Workspace, forecast: Forecast)?
    ) throws {
        (self.path, self.store, self.recipe, self.folder, self.which) = (path, store, recipe, folder, which)
        (workspace, forecast) = (plan?.workspace, plan?.forecast)
        let live = try store.liveRuns().filter {
            $0.document["recipe"]?.string == recipe && $0.document["folder"]?.string == folder
        }
        if case .number(let number) = which {
            guard let document = try store.run(recipe, number: number) else {
                throw AblateError(
                    .missing, "\(recipe) has no run @\(number); `ablate status --runs \(path)` lists them")
            }
            run = (number, document)
            // Other runs of the recipe are not this one.
            self.live = live.filter {
                $0.document["process"] == document["process"] && $0.document["host"] == document["host"]
            }
        } else {
            let isOwn = ProjectFiles.isOwn(
                store, folder: Files.folder(of: Files.absolute(path)), file: Paths.name(path))
            run = try store.latestRun(recipe, where: isOwn)
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

    /// What the document says, unless its process is gone: then the run was killed.
    private func state(of document: JSON?) -> String {
        guard let document else { return isAlive ? "running" : "never run" }
        let state = document["state"]?.string ?? "unknown"
        guard state == "running" else { return state }
        let own = live.first { $0.document["process"] == document["process"] }
        if let own { return own.isAlive ? "running" : "killed" }
        // No word of it: a run on a store that takes none. Its process may still tell.
        guard document["host"]?.string ?? Host.system.name == Host.system.name,
            let process = document["process"]?.integer,
            kill(pid_t(process), 0) == 0 || errno == EPERM
        else { return "killed" }
        return "running"
    }

    // MARK: - Text

    func text(_ paint: Paint, runs: Bool) -> String {
        let state = state(of: run?.document)
        var lines: [String] = []
        let living = live.filter(\.isAlive)
        for (document, _) in living { lines += self.lines(ofLiving: document, paint) }
        if living.isEmpty { lines += self.lines(ofEnded: state, paint) }
        if let forecast, let workspace, living.isEmpty, which == nil { lines += progress(workspace, forecast) }
        if runs { lines += (try? list()) ?? [] }
        return lines.map { Self.fitted($0) }.joined(separator: "\n")
    }

    private func lines(ofLiving document: JSON, _ paint: Paint) -> [String] {
        let numbers = Numbers(document)
        let working = document["running"]?.array ?? []
        var counts = ["\(numbers.executed + numbers.reused) of \(numbers.total) steps done"]
        if numbers.reused > 0 { counts[0] += " (\(numbers.reused) reused)" }
        counts += ["\(working.count) running", "\(numbers.waiting) waiting"]
        if !numbers.failed.isEmpty { counts.append(paint.red("\(numbers.failed.count) failed")) }
        var lines = ["\(paint.bold(recipe)): \(paint.green("running")), \(counts.joined(separator: ", "))"]
        let eta =
            document["eta_seconds"]?.number.map { "about \(Format.elapsed(Duration.seconds($0))) to go" }
            ?? "no estimate yet"
        lines.append("  for \(Format.elapsed(Duration.seconds(numbers.updated - numbers.started))), \(eta)")
        lines.append("  \(Self.owner(document))")
        for work in working {
            lines.append("  \(paint.blue("●")) \(work["address"]?.string ?? "")")
            lines.append("    " + Self.words(of: work, at: numbers.updated))
        }
        lines += Self.lines(ofFailed: numbers.failed, paint)
        return lines
    }

    private func lines(ofEnded state: String, _ paint: Paint) -> [String] {
        var head = "\(paint.bold(recipe)): "
        let dead = live.first { !$0.isAlive }?.document
        if state == "killed" {
            head += paint.yellow("interrupted")
            var lines = [head + (forecast.map { ", \($0.count(.reuse)) of \($0.entries.count) steps done" } ?? "")]
            let document = dead ?? run?.document ?? .null
            let heard =
                (dead ?? run?.document)?["updated"]?.number.map { ", last heard of at \(Moment.text($0))" } ?? ""
            lines.append("  \(Self.owner(document)) ended at work\(heard)")
            lines.append("  finished steps are kept, nothing is lost; `ablate run \(path)` goes on")
            for work in dead?["running"]?.array ?? [] {
                lines.append("  at work then: \(work["address"]?.string ?? "")")
                lines.append("    " + Self.words(of: work, at: Numbers(document).updated))
            }
            return lines + Self.lines(ofFailed: Numbers(document).failed, paint)
        }
        head += state
        if let forecast { head += ", \(forecast.count(.reuse)) of \(forecast.entries.count) steps done" }
        var lines = [head]
        if let document = run?.document {
            let numbers = Numbers(document)
            let seconds = Format.elapsed(Duration.seconds(max(0, numbers.updated - numbers.started)))
            lines.append(
                "  run @\(run!.number), \(Moment.text(numbers.started)), took \(seconds); \(numbers.executed) run, "
                    + "\(numbers.reused) reused")
            lines.append("  \(Self.owner(document))")
            lines += Self.lines(ofFailed: numbers.failed, paint)
        }
        return lines
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
        try store.numberedRuns(recipe).map { number, document in
            let numbers = Numbers(document)
            return
                "  @\(number)  \(Moment.text(numbers.started))  \(number == run?.number ? state(of: document) : Self.ended(document))"
                + "  \(numbers.executed) run, \(numbers.reused) reused"
                + (numbers.failed.isEmpty ? "" : ", \(numbers.failed.count) failed")
        }
    }

    private static func ended(_ document: JSON) -> String {
        let state = document["state"]?.string ?? "unknown"
        return state == "running" ? "killed" : state
    }

    private static func lines(ofFailed failed: [JSON], _ paint: Paint) -> [String] {
        failed.flatMap { failure -> [String] in
            var lines = [
                "  \(paint.red("failed")) \(failure["address"]?.string ?? "")",
                "    \(failure["message"]?.string ?? "")",
            ]
            if let log = failure["log"]?.string { lines.append("    its log: \(log)") }
            return lines
        }
    }

    /// `120/400 steps, loss 1.023, 1200 tokens/s, 1 min 5 s`.
    private static func words(of work: JSON, at moment: Double) -> String {
        var words: [String] = []
        if let done = work["done"]?.integer, let total = work["total"]?.integer, total > 0 {
            words.append("\(done)/\(total) \(work["unit"]?.string ?? "")")
        }
        if let message = work["message"]?.string, !message.isEmpty { words.append(message) }
        if let loss = work["loss"]?.number { words.append("loss \(Format.decimal(loss, 3))") }
        if let speed = work["tokens_per_second"]?.number { words.append("\(Format.decimal(speed, 0)) tokens/s") }
        words.append(Format.elapsed(.seconds(max(0, moment - (work["started"]?.number ?? moment)))))
        return words.joined(separator: ", ")
    }

    private static func owner(_ document: JSON) -> String {
        var text = "process \(document["process"]?.integer.map { "\($0)" } ?? "?")"
        if let host = document["host"]?.string { text += " on \(host)" }
        if let user = document["user"]?.string { text += " (\(user))" }
        return text
    }

    /// No line but a log's path is longer than 80 columns: its middle gives way.
    private static func fitted(_ line: String) -> String {
        guard !Ink.isPainted(line), !line.contains("its log: "), line.count > 80 else { return line }
        return line.prefix(46) + "…" + line.suffix(33)
    }

    /// The numbers of a run's document, or of a living run's word.
    private struct Numbers {
        let executed: Int
        let reused: Int
        let total: Int
        let waiting: Int
        let failed: [JSON]
        let started: Double
        let updated: Double

        init(_ document: JSON) {
            executed = document["executed"]?.integer ?? document["executed"]?.array?.count ?? 0
            reused = document["reused"]?.integer ?? 0
            total = document["total"]?.integer ?? 0
            waiting = document["waiting"]?.integer ?? 0
            failed = document["failed"]?.array ?? []
            started = document["started"]?.number ?? 0
            updated = document["updated"]?.number ?? started
        }
    }

    // MARK: - JSON

    func document(runs: Bool) -> [String: JSON] {
        var document: [String: JSON] = ["recipe": .string(recipe)]
        if let workspace, let forecast {
            document = PlanCommand.document(workspace, forecast, Set(workspace.plan.steps.indices))
        }
        document["run"] = run?.document ?? .null
        document["number"] = JSON(run?.number)
        document["state"] = .string(isAlive && which == nil ? "running" : state(of: run?.document))
        document["live"] = .array(
            live.map { one in
                var members = one.document.object ?? [:]
                members["is_alive"] = .bool(one.isAlive)
                return .object(members)
            })
        if runs {
            document["runs"] = .array(
                ((try? store.numberedRuns(recipe)) ?? []).map { number, one in
                    [
                        "number": .integer(number), "started": one["started"] ?? .null,
                        "state": .string(number == run?.number ? state(of: one) : Self.ended(one)),
                        "executed": .integer(Numbers(one).executed), "reused": .integer(Numbers(one).reused),
                        "failed": .integer(Numbers(one).failed.count),
                    ]
                })
        }
        return document
    }
}
