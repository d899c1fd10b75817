// Whether a run has nothing to do, told from time stamps alone, where an earlier run found so. Decides nothing else.

internal import Digests
internal import Forecasts
internal import Formats
internal import Host
internal import Plans
internal import Recipes
internal import Storage
internal import Synchronization

/// What was read and looked for while a recipe was loaded.
final class Looks: Sendable {
    private let footing = Mutex(Footing())

    func exists(_ path: String) -> Bool {
        let isThere = Files.exists(path)
        footing.withLock { footing in
            if isThere { _ = footing.present.insert(path) } else { _ = footing.absent.insert(path) }
        }
        return isThere
    }

    func read(_ path: String) { footing.withLock { _ = $0.present.insert(path) } }

    var all: Footing { footing.withLock { $0 } }
}

/// What a run said that found nothing to do.
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

/// A run that did nothing, remembered with all it looked at. The next one like it looks at time stamps only: recipes of ten
/// thousand steps are neither parsed nor planned.
struct Unchanged {
    private let store: Store
    private let name: Digest
    private let start = Host.system.clock.now

    /// `options` is all of the command line that a run may heed. Nil where there is no store yet.
    init?(recipe: String, options: [JSON], shared: SharedOptions) {
        let path = Files.absolute(recipe)
        guard let (place, _) = try? Workspace.place(shared, beside: Files.folder(of: path)),
            Files.exists(place + "/store.json"),
            let store = try? Store(at: place, access: .readOnly, cache: Files.cache)
        else { return nil }
        self.store = store
        let variables = ["HOME", "XDG_CONFIG_HOME"].map { JSON(Files.environment[$0]) }
        name =
            JSON.array(
                [.string(path), .string(place), JSON(shared.site), .array(shared.overrides.map { .string($0) })]
                    + options
                    + variables + [.array(Self.program)]
            ).digest
    }

    /// What the run said that found nothing to do, if nothing has changed since.
    var answer: IdleRun? {
        store.remembered(name).flatMap { text in
            try? IdleRun(reading: JSONDocument(parsing: Array(text.utf8), name: "what was remembered"))
        }
    }

    /// Remembers that a run had nothing to do. Only files are watched: a plan that reads folders is looked at each time.
    func remember(_ answer: IdleRun, _ workspace: Workspace, _ forecast: Forecast, files: [String]) {
        var footing = workspace.looks.all
        guard workspace.loaded.warnings.isEmpty else { return }
        for (step, entry) in zip(workspace.plan.steps, forecast.entries) {
            guard let record = entry.record else { return }
            footing.present.formUnion(workspace.store.files(of: record))
            for source in step.inputs.values {
                switch source {
                case .file(let path, _): footing.inputs.insert(path)
                case .folder, .hub: return
                case .output: break
                }
            }
        }
        footing.present.formUnion(files)
        footing.present.insert(workspace.store.runsFolder(workspace.name))
        workspace.store.remember(answer.json.text(), on: footing, since: start, as: name)
    }

    /// Another program may compute otherwise: its file's size and times are part of the name.
    private static var program: [JSON] {
        guard let stamp = ((try? Host.system.files.status(of: "/proc/self/exe", following: true)) ?? nil)?.stamp else {
            return [.integer(Host.system.processes.current.process)]
        }
        return [stamp.inode, stamp.size, stamp.modified].map { .integer($0) }
    }
}
