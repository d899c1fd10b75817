// The logbook of recipes that may be running: made anew when something was recorded or noted, or a recipe was edited.

internal import Digests
internal import Forecasts
internal import Host
internal import Logbooks
internal import Recipes
internal import Runs
internal import Servers
internal import Storage
internal import Synchronization
internal import Words

final class LiveLogbook: Sendable {
    private struct State {
        var page: PageServer.Page
        var version: String
        var status: String
        /// What the page was made of.
        var basis: [String]
    }

    /// A recipe, and where its runs are told of.
    private struct Place {
        let path: String
        let name: String
        let folder: String
        let store: Store
    }

    private let recipes: [String]
    private let shared: SharedOptions
    private let places: [Place]
    private let state: Mutex<State>

    /// Errors: of a recipe that cannot be read, and of its store.
    init(_ recipes: [String], _ shared: SharedOptions) throws {
        (self.recipes, self.shared) = (recipes, shared)
        let workspaces = try recipes.map { try Workspace($0, shared, writing: false) }
        places = zip(recipes, workspaces).map {
            Place(path: $0, name: $1.name, folder: $1.loaded.folder, store: $1.store)
        }
        let basis = Self.basis(of: places)
        let (page, version) = try Self.page(workspaces)
        state = Mutex(State(page: page, version: version, status: #"{"runs":[]}"#, basis: basis))
        renew()
    }

    var page: PageServer.Page { state.withLock(\.page) }
    /// Another one for every other page.
    var version: String { state.withLock(\.version) }
    /// How runs that go on stand, as JSON on one line.
    var status: String { state.withLock(\.status) }

    /// Looks what has changed, and makes anew what has. A recipe that cannot be read now leaves the page as it is.
    func renew() {
        let basis = Self.basis(of: places)
        var problem: String?
        if state.withLock({ $0.basis != basis }) {
            do {
                let (page, version) = try Self.page(recipes.map { try Workspace($0, shared, writing: false) })
                state.withLock { state in (state.page, state.version, state.basis) = (page, version, basis) }
            } catch {
                problem =
                    "The recipe cannot be read as it is now; ablate check says why. Shown is what was there before."
            }
        }
        let runs = places.flatMap(Self.runs)
        let status: JSON = ["runs": .array(runs), "problem": JSON(problem)]
        state.withLock { $0.status = status.text() }
    }

    private static func page(_ workspaces: [Workspace]) throws -> (PageServer.Page, String) {
        let logbooks = try workspaces.map { try LogbookCommand.logbook($0, $0.forecast()) }
        let version = Digest(of: LogbookPage(version: "").html(of: logbooks)).short
        let page = LogbookPage(version: version)
        return (PageServer.Page(html: page.html(of: logbooks), policy: page.policy), version)
    }

    /// What tells whether a page is out of date: the recipe's file, its last run, its notes.
    private static func basis(of places: [Place]) -> [String] {
        places.map { place in
            let stamp = ((try? Host.system.files.status(of: place.path, following: true)) ?? nil)?.stamp
            let run = try? place.store.runDocuments(place.name, last: 1).first
            let notes = (try? place.store.runs("_notes.\(place.name)"))?.count ?? 0
            let state = run.map {
                "\($0.number) \($0.document.outcome?.rawValue ?? "") \($0.document.keys.count)"
            }
            return
                "\(stamp?.size ?? 0) \(stamp?.modified ?? 0) \(stamp?.inode ?? 0) \(state ?? "") \(notes)"
        }
    }

    /// The living runs of a recipe, as the page shows them.
    private static func runs(_ place: Place) -> [JSON] {
        let live = (try? place.store.liveStates()) ?? []
        return live.filter { $0.isAlive && $0.state.recipe == place.name && $0.state.folder == place.folder }.map {
            run, _ in
            let done = run.executed + run.reused
            var text = "\(place.name): \(done) of \(Format.count(run.total, "step")) done"
            if !run.failed.isEmpty { text += ", \(run.failed.count) failed" }
            if let rest = run.remaining { text += ", about \(Format.duration(rest)) to go" }
            return [
                "text": .string(text), "done": .integer(done), "total": .integer(run.total),
                "running": .array(run.running.map(step)),
            ]
        }
    }

    private static func step(_ work: LiveState.Work) -> JSON {
        var text = work.total > 0 ? "\(work.done) of \(work.total) \(work.unit)" : ""
        if let loss = work.loss { text += ", loss \(Format.decimal(loss, 4))" }
        if let speed = work.tokensPerSecond { text += ", \(Format.decimal(speed, 0)) tokens/s" }
        return ["address": .string(work.address), "text": .string(text), "loss": JSON(work.loss)]
    }
}
