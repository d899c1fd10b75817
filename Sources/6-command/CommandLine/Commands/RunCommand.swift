// `ablate run`: carry out what has changed, deliver the submission, write the logbook.

internal import ArgumentParser
internal import Diagnostics
internal import Deliveries
internal import Digests
internal import Execution
internal import Forecasts
internal import Host
internal import Logbooks
internal import Nodes
internal import Plans
internal import Recipes
internal import Results
internal import Storage
internal import Words
internal import Workers

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the steps that have changed, and write the logbook.")

    @OptionGroup var options: RecipeOptions
    @Argument(help: "Addresses to bring about, such as 'tiny/seed-1/**'; by default all.") var addresses: [String] = []
    @OptionGroup var choice: SelectionOptions
    @Flag(help: "After a failure, go on with what does not depend on it.") var keepGoing = false
    @Option(
        help: ArgumentHelp(
            "Write the logbook to this folder; by default logbook beside the recipe.", valueName: "folder"))
    var logbook: String?
    @Flag(help: "Replace a submission or a logbook that ablate did not write, or that was changed since.")
    var overwrite = false
    @Option(help: "How progress is shown: auto, tty, plain, json or none.") var progress = ProgressForm.auto

    func run() async throws {
        do {
            try await carryOut()
        } catch {
            throw Failure.report(error)
        }
    }

    private func carryOut() async throws {
        // Before anything that takes time. Until the engine is at work nothing has begun that a signal would have to wait for.
        let interruption = Interruption(endingWith: ExitStatus.interrupted.rawValue)
        defer { interruption.end() }
        let form = options.shared.json ? .json : progress
        let unchanged = Unchanged(
            recipe: options.recipe,
            options: [
                .array(addresses.map { .string($0) }), JSON(choice.only?.rawValue),
                .array(choice.ablations.map { .string($0) }), JSON(logbook), .bool(overwrite),
            ], shared: options.shared)
        let clock = ContinuousClock.now
        if !choice.strictEnvironment, let answer = unchanged?.answer {
            Warnings(remembered: answer.warnings).say(form)
            return say(
                answer.name, RunSummary(), reused: answer.reused, executed: [], logbook: answer.logbook,
                submission: answer.submission.map { Delivered(path: $0) },
                seconds: clock.duration(to: .now) / .seconds(1), form)
        }
        let workspace = try Workspace(options.recipe, options.shared, writing: true)
        guard workspace.loaded.missing.isEmpty else { throw Findings(workspace.loaded.missing) }
        for warning in workspace.loaded.warnings { _ = Failure.report(Findings([warning])) }
        let selection = try choice.steps(of: workspace, addresses: addresses)
        let chosen = selection ?? Set(workspace.plan.steps.indices)
        try requireDeliverable(workspace)
        if let remark = try workspace.project.remark(workspace.store, name: workspace.name) {
            Console.note("note: \(remark)")
        }
        let reporter = Progress.reporter(form, plan: workspace.plan, total: chosen.count)
        var runs = try workspace.store.runNames(of: workspace.name)
        let notes = try workspace.store.runNames(of: Note.folder(workspace.name))
        let lastKeys = try workspace.lastKeys()
        // What the forecast finds must not be collected before the run has used it. Where nothing can be claimed, as on a full disk, there may
        // be nothing to run either: the engine tries again, and tells.
        let reservation = try? workspace.store.reserve(Set(chosen.map { workspace.plan.steps[$0].outline }))
        let forecast = try await acquire(workspace, chosen, lastKeys, reporter)
        let settings = ResolvedRecipe.settings(of: workspace.loaded)
        var summary = RunSummary()
        // Nothing to do, and nothing to note: the last run had the same. Going back to older settings is a run of its own,
        // so that its records are known as the recipe's latest.
        func isIdle(_ forecast: Forecast, _ lastKeys: [String: Digest]) -> Bool {
            chosen.allSatisfy {
                let entry = forecast.entries[$0]
                return entry.state == .reuse && entry.key == lastKeys[workspace.plan.steps[$0].address]
            }
        }
        var leavesNothing = isIdle(forecast, lastKeys)
        if leavesNothing {
            summary.reused = chosen.sorted()
        } else {
            summary = try await execute(
                workspace, forecast, lastKeys, selection, settings, reservation, reporter, interruption)
        }
        reporter.finish()
        // Where nothing ran, what was forecast is what there is.
        let isPresent = chosen.allSatisfy { forecast.entries[$0].state == .reuse }
        // What a step found damaged was put aside: it is no result any more.
        let records =
            summary.failed.isEmpty
            ? summary.records : try summary.records.filter { try workspace.store.holds($0.value) }
        let present = isPresent ? forecast : try workspace.forecast(known: records)
        let found = try StepWarnings(
            of: workspace.plan, present.entries, in: workspace.store, labels: workspace.loaded.recipe.data.labels)
        let warnings = Warnings(found, among: chosen)
        withExtendedLifetime(reservation) {}
        Lasting.keep(workspace.loaded, workspace.plan, forecast, present, summary, settings, lastKeys)
        // What ran has told its own warnings, where anybody heard them.
        warnings.say(form, omitting: form == .none ? [] : Set(summary.executed))
        // Files of the user's are written whole: a signal that comes now is heeded when they are.
        let (files, delivered) = try await interruption.stopping({}) {
            try deliver(
                workspace, try LogbookCommand.logbook(workspace, present, settings: settings, warnings: found), present)
        }
        let logbook = files[0].path
        if !leavesNothing, summary.isComplete, !interruption.happened {
            // What the next run would find: names first, so that a run that comes between shows.
            runs = try workspace.store.runNames(of: workspace.name)
            leavesNothing = isIdle(present, try workspace.lastKeys())
        }
        // A file that was edited is told of by every run.
        if leavesNothing, delivered?.own == nil {
            unchanged?.remember(
                IdleRun(
                    name: workspace.name, reused: chosen.count, logbook: logbook,
                    submission: delivered?.path, warnings: warnings.texts), workspace, present,
                files: files + (delivered.flatMap { file in file.digest.map { [(file.path, $0)] } } ?? []), runs: runs,
                notes: notes)
        }
        say(
            workspace.name, summary, reused: summary.reused.count,
            executed: summary.executed.sorted().map { workspace.plan.steps[$0].address }, logbook: logbook,
            submission: delivered, seconds: clock.duration(to: .now) / .seconds(1), form)
        if interruption.happened { throw ExitStatus.interrupted }
        if summary.failed.contains(where: { $0.failure.class == .unavailable }) { throw ExitStatus.unavailable }
        if !summary.isComplete { throw ExitStatus.stepFailed }
    }

    /// A forecast without missing inputs: repositories of the hub that are not here are fetched first.
    private func acquire(
        _ workspace: Workspace, _ chosen: Set<Int>, _ lastKeys: [String: Digest], _ reporter: any ProgressReporter
    ) async throws -> Forecast {
        let forecast = try workspace.forecast(strict: choice.strictEnvironment, lastKeys: lastKeys)
        if forecast.missing(among: chosen).isEmpty { return forecast }
        let fetcher = BackboneFetcher(environment: workspace.workerEnvironment, machine: workspace.machine)
        for missing in forecast.missing(among: chosen) {
            guard let repository = missing.repository else { throw AblateError(.missing, missing.description) }
            reporter.handle(.note("fetching \(repository) from the hub"))
            do {
                try await fetcher.fetch(
                    repository, revision: missing.revision, withCode: missing.withCode, scratch: workspace.store.root
                ) {
                    reporter.handle(.note($0))
                }
            } catch let failure as StepFailure {
                Console.note("error: \(missing.description), and it cannot be fetched: \(failure.message)")
                throw failure.class == .unavailable ? ExitStatus.unavailable : ExitStatus.missingInput
            }
        }
        let again = try workspace.forecast(strict: choice.strictEnvironment, lastKeys: lastKeys)
        if let missing = again.missing(among: chosen).first { throw AblateError(.missing, missing.description) }
        return again
    }

    private func execute(
        _ workspace: Workspace, _ forecast: Forecast, _ lastKeys: [String: Digest], _ selection: Set<Int>?,
        _ values: JSON, _ reservation: Reservation?, _ reporter: any ProgressReporter, _ interruption: Interruption
    ) async throws -> RunSummary {
        for line in workspace.excess { reporter.handle(.note("warning: \(line); it gets what there is")) }
        let live = LiveStatus(workspace, forecast, chosen: selection ?? Set(workspace.plan.steps.indices))
        defer { live?.end() }
        var settings = Engine.Options(
            selection: selection, keepGoing: keepGoing, folder: workspace.loaded.folder, file: workspace.project.file,
            settings: values, retries: workspace.site.retries, reservation: reservation)
        if choice.strictEnvironment, let drift = workspace.drift { settings.isCurrent = { drift.isCurrent($0) } }
        let report: @Sendable (RunEvent) -> Void = {
            live?.handle($0)
            reporter.handle($0)
        }
        let executors = Executors.local(
            folder: workspace.loaded.folder, machine: workspace.machine, environment: workspace.workerEnvironment,
            logs: workspace.store.root
        ) { report(.note($0)) }
        let engine = Engine(
            plan: workspace.plan, recipe: workspace.name, lastKeys: lastKeys, forecast: forecast,
            resolver: workspace.resolver, machine: workspace.machine, executors: executors,
            options: settings, report: report)
        return try await interruption.stopping {
            reporter.handle(.note("stopping; finished steps stay, and the next run goes on from here"))
            engine.stop()
        } during: {
            try await engine.run()
        }
    }

    private func delivery(_ workspace: Workspace) -> Delivery {
        workspace.project.delivery(workspace.store, overwrites: overwrite)
    }

    private func logbookFolder(_ workspace: Workspace) -> String {
        logbook.map(Files.absolute) ?? LogbookCommand.folder(of: [workspace])
    }

    /// Before the work begins: whether what it ends with may be written. Errors: ``AblateError``.
    private func requireDeliverable(_ workspace: Workspace) throws {
        let delivery = delivery(workspace)
        let folder = logbookFolder(workspace)
        try LogbookFiles.require(in: folder, delivery, author: delivery.author(in: folder))
        try Self.requireWritable(folder, "choose another folder with --logbook, or as logbook: in site.yaml")
        // The logbook tells of them, and nothing of a damaged one.
        _ = try Note.all(of: workspace.name, in: workspace.store)
        guard let path = submission(workspace) else { return }
        guard Files.exists(Files.folder(of: path)) else {
            throw AblateError(
                .missing, "the submission cannot be written: there is no such folder", path: Files.folder(of: path),
                advice: "make it, or choose another submission.path")
        }
        let place = Host.system.files.walked(path)
        guard place != folder, !place.hasPrefix(folder + "/") else {
            throw AblateError(
                .refused, "the logbook is written to this place", path: path, advice: "choose another submission.path")
        }
        try Self.requireWritable(Files.folder(of: path), "choose another submission.path")
        if case .edited = try delivery.standing(of: path) { return }
        try delivery.require(path, remedy: Self.otherPath)
    }

    private static let otherPath = "move it away, choose another submission.path"

    /// Errors: ``AblateError`` unless files can be made in a folder, or in the nearest one above it that is there.
    private static func requireWritable(_ folder: String, _ advice: String) throws {
        var place = folder
        while !Files.exists(place), place != "/", place != "." { place = Files.folder(of: place) }
        guard Files.isWritable(place) else {
            throw AblateError(.denied, "nothing can be written here", path: place, advice: advice)
        }
    }

    private func submission(_ workspace: Workspace) -> String? {
        workspace.plan.submission == nil
            ? nil : workspace.loaded.recipe.submission.map { workspace.loaded.absolute($0.path) }
    }

    /// Where a submission is. `own` is the place of the recipe's own where a file that was edited stands at `path`.
    private struct Delivered {
        let path: String
        /// Of its content; nil where an earlier run told of it.
        var digest: Digest?
        var own: String?
    }

    /// Brings the submission and the logbook up to date; gives their paths, the logbook's page first.
    private func deliver(
        _ workspace: Workspace, _ content: RecipeResults, _ forecast: Forecast
    ) throws -> (logbook: [(path: String, digest: Digest)], submission: Delivered?) {
        let delivery = delivery(workspace)
        let folder = logbookFolder(workspace)
        let files = LogbookFiles([content], author: delivery.author(in: folder))
        // What is written is written together: a logbook that may not be keeps the submission as it is, too.
        try files.require(in: folder, delivery)
        var delivered: Delivered?
        if let index = workspace.plan.submission, let record = forecast.entries[index].record,
            let path = submission(workspace), let output = record.outputs["submission"]
        {
            let address = workspace.plan.steps[index].address
            delivered = Delivered(path: path, digest: output.digest)
            if case .edited = try delivery.standing(of: path), !overwrite {
                // Its content is somebody's work by now; what the recipe gives is where it always is.
                try workspace.store.verify(output)
                if try workspace.store.digest(ofFile: path) != output.digest {
                    delivered?.own = workspace.store.path(of: output.digest)
                    Console.note(
                        "warning: \(path) was changed or made read-only since ablate wrote it, and is left as it is; the recipe's own submission is "
                            + "\(workspace.store.path(of: output.digest)) (--overwrite puts it in place)")
                }
            } else {
                let target = try delivery.require(path, remedy: Self.otherPath)
                try delivery.write(target, digest: output.digest) {
                    try workspace.store.copy(output, from: address, to: $0)
                }
            }
        }
        return (try files.write(to: folder, delivery), delivered)
    }

    private func say(
        _ name: String, _ summary: RunSummary, reused: Int, executed: [String], logbook: String, submission: Delivered?,
        seconds: Double, _ form: ProgressForm
    ) {
        if form == .json {
            var members: [String: JSON] = [
                "schema_version": 1, "event": "summary",
                "executed": .array(executed.map { .string($0) }),
                "reused": .integer(reused), "failed": .integer(summary.failed.count),
                "blocked": .integer(summary.blocked.count), "cancelled": .integer(summary.cancelled.count),
                "logbook": .string(logbook), "submission": JSON(submission?.path),
            ]
            members["own_submission"] = submission?.own.map { .string($0) }
            Console.out(json: JSON.object(members).text())
        } else {
            var text = "\(name): \(executed.count) run, \(reused) reused"
            if !summary.failed.isEmpty { text += ", \(summary.failed.count) failed" }
            if !summary.blocked.isEmpty { text += ", \(summary.blocked.count) not reached" }
            if !summary.cancelled.isEmpty { text += ", \(summary.cancelled.count) cancelled" }
            text += " in \(Format.decimal(seconds, 1)) s\nlogbook: \(logbook)"
            if let submission {
                text += "\nsubmission: \(submission.path)" + (submission.own == nil ? "" : " (edited)")
            }
            Console.out(text)
        }
    }
}
