// `ablate status`: how the recipe's last run stands, also while it goes on in another terminal. Runs nothing.

internal import ArgumentParser
internal import Digests
internal import Forecasts
internal import Glibc
internal import Plans
internal import Storage

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say how the recipe's last run stands, and what it left undone.")

    @OptionGroup var options: RecipeOptions

    func run() async throws {
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: false)
            let forecast = try workspace.forecast()
            let run = try workspace.store.latestRun(workspace.name)
            let state = Self.state(of: run)
            if options.shared.json {
                var document = PlanCommand.document(workspace, forecast, Set(workspace.plan.steps.indices))
                document["run"] = run ?? .null
                document["state"] = .string(state)
                Console.out(document: document)
            } else {
                print(workspace, forecast, run, state)
            }
        } catch {
            throw Failure.report(error)
        }
    }

    /// What the document says, unless its process is gone: then the run was killed.
    private static func state(of run: JSON?) -> String {
        guard let run else { return "never run" }
        let state = run["state"]?.string ?? "unknown"
        guard state == "running", let process = run["process"]?.integer else { return state }
        return kill(pid_t(process), 0) == 0 || errno == EPERM ? "running" : "killed"
    }

    private func print(_ workspace: Workspace, _ forecast: Forecast, _ run: JSON?, _ state: String) {
        let paint = Paint(isOn: Console.hasColor(STDOUT_FILENO))
        let total = workspace.plan.steps.count
        var text = "\(paint.bold(workspace.name)): \(state), \(forecast.count(.reuse)) of \(total) steps done\n"
        for failure in run?["failed"]?.array ?? [] {
            text += paint.red("failed") + "  \(failure["address"]?.string ?? "")  \(failure["message"]?.string ?? "")\n"
            if let log = failure["log"]?.string { text += "        its log: \(log)\n" }
        }
        var kinds: [String: (done: Int, all: Int)] = [:]
        for (step, entry) in zip(workspace.plan.steps, forecast.entries) {
            kinds[step.kind.rawValue, default: (0, 0)].all += 1
            if entry.state == .reuse { kinds[step.kind.rawValue]!.done += 1 }
        }
        for kind in StepKind.allCases {
            guard let count = kinds[kind.rawValue] else { continue }
            let name = kind.rawValue + String(repeating: " ", count: 12 - kind.rawValue.count)
            text += "  \(name) \(count.done)/\(count.all)\n"
        }
        for (result, step) in workspace.plan.results.compactMap({ result in result.evaluate.map { (result, $0) } }) {
            guard let record = forecast.entries[step].record else { continue }
            text += "  \(result.name)  \(ProgressState.scores(record.metrics))\n"
        }
        Console.out(text)
    }
}
