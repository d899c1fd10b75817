// Whether a run has nothing to do, told from time stamps alone, where an earlier run found so. Decides nothing else.

internal import Digests
internal import Forecasts
internal import Formats
internal import Host
internal import Plans
internal import Recipes
internal import Results
internal import Storage

/// What a run says that finds nothing to do.
struct IdleRun {
    let name: String
    /// How many steps were reused.
    let reused: Int
    let logbook: String
    let submission: String?
    let warnings: [String]

    init(name: String, reused: Int, logbook: String, submission: String?, warnings: [String]) {
        (self.name, self.reused, self.logbook) = (name, reused, logbook)
        (self.submission, self.warnings) = (submission, warnings)
    }

    /// Errors: ``FormatError``.
    init(reading document: JSONDocument) throws(FormatError) {
        name = try document.member("name").text
        reused = try document.member("reused").count
        logbook = try document.member("logbook").text
        submission = try document.member(ifPresent: "submission")?.text
        warnings = try document.member("warnings").texts
    }

    var json: JSON {
        [
            "name": .string(name), "reused": .integer(reused), "logbook": .string(logbook),
            "submission": JSON(submission), "warnings": .array(warnings.map { .string($0) }),
        ]
    }
}

/// That a run has nothing to do, remembered with all that was looked at. The next one like it looks at time stamps only: recipes of
/// ten thousand steps are neither parsed nor planned.
struct Unchanged {
    private let place: String
    private let name: Digest
    private let start = Host.system.clock.now

    /// `options` is all of the command line that a run may heed. Nil where it cannot be told which store is meant.
    init?(recipe: String, options: [JSON], shared: SharedOptions) {
        let path = Files.absolute(recipe)
        guard let (place, _) = try? Workspace.place(shared, beside: Files.folder(of: path)) else { return nil }
        self.place = place
        let variables = ["HOME", "XDG_CONFIG_HOME"].map { JSON(Files.environment[$0]) }
        name =
            JSON.array(
                [.string(path), .string(place), JSON(shared.site), .array(shared.overrides.map { .string($0) })]
                    + options
                    + variables + [.array(ProgramIdentity.json)]
            ).digest
    }

    /// What the run said that found nothing to do, if nothing has changed since.
    var answer: IdleRun? {
        guard Files.exists(place + "/store.json"),
            let store = try? Store(at: place, access: .readOnly, cache: Files.cache)
        else { return nil }
        return store.remembered(name).flatMap { text in
            try? IdleRun(reading: JSONDocument(parsing: Array(text.utf8), name: "what was remembered"))
        }
    }

    /// Remembers that the next run has nothing to do. Only files are watched: a plan that reads folders is looked at each time.
    ///
    /// - Parameters:
    ///   - files: what was delivered, each with the digest of its content.
    ///   - runs: the names in the folder of the recipe's runs, as they were when its last one was found to have these very keys.
    ///   - notes: those in the folder of its notes, as they were before the logbook was made of them.
    func remember(
        _ answer: IdleRun, _ workspace: Workspace, _ forecast: Forecast, files: [(path: String, digest: Digest)],
        runs: [String], notes: [String]
    ) {
        var dependencies = workspace.recorder.all
        guard workspace.loaded.warnings.isEmpty else { return }
        var known: Set<Digest> = []
        for (step, entry) in zip(workspace.plan.steps, forecast.entries) {
            guard let record = entry.record else { return }
            if known.insert(record.key).inserted { dependencies.records.append(record) }
            for source in step.inputs.values {
                switch source {
                case .file(let path, _): dependencies.inputs.insert(ExactText(path))
                case .folder, .hub: return
                case .output: break
                }
            }
        }
        for file in files { dependencies.contents[file.path] = file.digest }
        dependencies.folders[workspace.store.runsFolder(workspace.name)] = runs
        let folder = workspace.store.runsFolder(Note.folder(workspace.name))
        if notes.isEmpty { dependencies.absent.insert(ExactText(folder)) } else { dependencies.folders[folder] = notes }
        workspace.store.remember(answer.json.text(), on: dependencies, since: start, as: name)
    }
}
