// `ablate plan`: what a run would do, and why. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Recipes
internal import Words

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Say which steps a run would reuse and which it would run, and why.")

    @OptionGroup var options: RecipeOptions
    @OptionGroup var choice: SelectionOptions
    @Flag(help: "List the steps that are reused, too.") var full = false
    @Flag(help: "Exit with 2 if a run would do anything.") var exitCode = false

    func run() async throws {
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: false)
            let forecast = try workspace.forecast(strict: choice.strictEnvironment)
            let chosen = try choice.steps(of: workspace, addresses: []) ?? Set(workspace.plan.steps.indices)
            let drift = workspace.drift?.changes(in: forecast, among: chosen) ?? []
            if options.shared.json {
                var document = Self.document(workspace, forecast, chosen)
                document["library_drift"] = Self.json(drift, workspace)
                Console.out(document: document)
            } else {
                PlanText(workspace: workspace, forecast: forecast, chosen: chosen, full: full, drift: drift).print()
            }
            // What `run` would not begin without. Repositories of the hub it fetches.
            if !workspace.loaded.missing.isEmpty { throw Findings(workspace.loaded.missing) }
            if let missing = forecast.missing(among: chosen).first(where: { $0.repository == nil }) {
                throw AblateError(.missing, missing.description)
            }
            if exitCode, chosen.contains(where: { forecast.entries[$0].state != .reuse }) {
                throw ExitStatus.changesPending
            }
        } catch {
            throw Failure.report(error)
        }
    }

    private static func json(_ drift: [LibraryDrift.Change], _ workspace: Workspace) -> JSON {
        .array(
            drift.map { change in
                [
                    "library": .string(change.library), "recorded": .string(change.recorded),
                    "installed": JSON(change.installed),
                    "steps": .array(change.steps.map { .string(workspace.plan.steps[$0].address) }),
                ]
            })
    }

    static func document(_ workspace: Workspace, _ forecast: Forecast, _ chosen: Set<Int>) -> [String: JSON] {
        let steps = chosen.sorted().map { index -> JSON in
            let (step, entry) = (workspace.plan.steps[index], forecast.entries[index])
            return [
                "address": .string(step.address), "kind": .string(step.kind.rawValue),
                "state": .string(entry.state.rawValue),
                "reason": .string(entry.reason), "key": JSON(entry.key?.description),
                "estimate_seconds": JSON(entry.estimate),
                "depends_on": .array(step.dependencies.map { .string(workspace.plan.steps[$0].address) }),
            ]
        }
        return [
            "recipe": .string(workspace.name), "steps": .array(steps),
            "counts": [
                "reuse": .integer(forecast.count(.reuse, among: chosen)),
                "run": .integer(forecast.count(.run, among: chosen)),
                "maybe": .integer(forecast.count(.maybe, among: chosen)),
            ], "missing": .array(forecast.missing(among: chosen).map { .string($0.description) }),
        ]
    }
}

/// The plan as a person reads it.
struct PlanText {
    let workspace: Workspace
    let forecast: Forecast
    let chosen: Set<Int>
    /// Whether to list what is reused, too.
    let full: Bool
    let drift: [LibraryDrift.Change]

    func print() {
        let paint = Paint(isOn: Console.hasColor(.output))
        let shown = chosen.sorted().filter { full || forecast.entries[$0].state != .reuse }
        let width = min(48, shown.map { workspace.plan.steps[$0].address.count }.max() ?? 0)
        var text = ""
        for index in shown {
            let entry = forecast.entries[index]
            let address = workspace.plan.steps[index].address
            let mark =
                switch entry.state {
                case .reuse: paint.dim("reuse")
                case .run: paint.green("run  ")
                case .maybe: paint.yellow("maybe")
                }
            let padded = address + String(repeating: " ", count: max(0, width - address.count))
            text += "\(mark)  \(padded)  \(paint.dim(entry.reason))\n"
        }
        for missing in forecast.missing(among: chosen) { text += paint.red("missing") + "  \(missing)\n" }
        for change in drift {
            let steps = change.steps.count == 1 ? "1 reused step was" : "\(change.steps.count) reused steps were"
            text +=
                "\(paint.yellow("drift"))  \(change.library) \(change.recorded) -> \(change.installed ?? "not installed"): \(steps) made before\n"
        }
        if !drift.isEmpty { text += "       results stay valid; --strict-environment runs such steps again\n" }
        text +=
            "\(workspace.name): \(forecast.count(.run, among: chosen)) to run, "
            + "\(forecast.count(.maybe, among: chosen)) maybe, \(forecast.count(.reuse, among: chosen)) reused"
        let pending = chosen.map { forecast.entries[$0] }.filter { $0.state != .reuse }
        let seconds = pending.compactMap(\.estimate).reduce(0, +)
        if seconds >= 1 { text += "; about \(Format.elapsed(Duration.seconds(Int(seconds)))) of work by past records" }
        Console.out(text)
    }
}
