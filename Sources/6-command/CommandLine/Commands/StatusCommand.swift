// `ablate status`: how a recipe's runs stand, also while one goes on in another terminal. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Recipes
internal import Storage

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the recipe's last run stands, and what it left undone.",
        discussion: """
            While a run goes on, in whichever terminal or on whichever machine that shares the store: its steps, the losses and
            speeds of its fine-tunes, the time to go. recipe.yaml@3 is the third run; --runs lists them.
            """)

    @Argument(
        help: "The recipe file, or one of its runs as recipe.yaml@3; by default recipe.yaml.",
        completion: .file(extensions: ["yaml", "yml"])) var recipe = "recipe.yaml"
    @OptionGroup var shared: SharedOptions
    @Flag(help: "Say it again every second until no run goes on.") var watch = false
    @Flag(help: "List all runs.") var runs = false

    func run() async throws {
        do {
            let name = RunName(recipe)
            let (status, broken) = try read(name)
            if let broken {
                Console.note("the recipe as it is now has mistakes (`ablate check` tells them): \(broken)")
            }
            if watch, !shared.json { return try await follow(status) }
            if shared.json {
                Console.out(document: status.document(runs: runs))
                while watch, status.isAlive {
                    try await Task.sleep(for: .seconds(1))
                    Console.out(document: try status.again().document(runs: false))
                }
            } else {
                Console.out(status.text(Paint(isOn: Console.hasColor(.output)), runs: runs))
            }
        } catch {
            throw Failure.report(error)
        }
    }

    /// The status; and what is wrong with the recipe, where somebody is at work on it: its runs are told all the same.
    private func read(_ name: RunName) throws -> (RunStatus, String?) {
        do {
            let workspace = try Workspace(name.recipe, shared, writing: false)
            return (
                try RunStatus(
                    path: name.recipe, store: workspace.store, recipe: workspace.name, folder: workspace.loaded.folder,
                    run: name.run, plan: (workspace, workspace.forecast())), nil
            )
        } catch let findings as Findings {
            let folder = Files.folder(of: Files.absolute(name.recipe))
            let (place, _) = try Workspace.place(shared, beside: folder)
            let store = try Store(at: place, access: .readOnly, cache: Files.cache)
            let names = try store.runNames()
            guard
                let recipe = names.count == 1
                    ? names.first : RecipeReading.name(name.recipe).flatMap({ names.contains($0) ? $0 : nil })
            else { throw findings }
            let first = findings.all.first.map { $0.message } ?? ""
            return (
                try RunStatus(
                    path: name.recipe, store: store, recipe: recipe, folder: folder, run: name.run, plan: nil), first
            )
        }
    }

    private func follow(_ first: RunStatus) async throws {
        let paint = Paint(isOn: Console.hasColor(.output))
        let isTerminal = OutputStream.output.isTerminal
        var status = first
        var drawn = 0
        while true {
            let text = status.text(paint, runs: runs)
            Console.draw(text + "\n", over: isTerminal ? drawn : 0, to: .output)
            drawn = text.split(separator: "\n", omittingEmptySubsequences: false).count
            guard status.isAlive else { return }
            try await Task.sleep(for: .seconds(isTerminal ? 1 : 5))
            status = try status.again()
            // What the run has done shows in the store only at its end: the forecast is made again then.
            if !status.isAlive { status = try read(RunName(recipe)).0 }
        }
    }
}
