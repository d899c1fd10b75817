// `ablate show`: the recipe with every value and where it came from, or one step with its record. Runs no step; with
// `--export`, a fine-tune's model leaves the store for a folder.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Host
internal import Nodes
internal import Plans
internal import Recipes
internal import Storage

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show the resolved recipe with the origin of each value, or one step and its record.",
        discussion: """
            With --predictions, a result's predictions are written to a table by id. With --export, the model of a fine-tune is \
            written to a folder that peft and transformers load.
            """)

    @OptionGroup var options: RecipeOptions
    @Argument(help: "The address of a step, or a result with --predictions; without one the recipe is shown.")
    var address: String?
    @Flag(help: "Show the recipe with defaults filled in (this is what happens without an address).") var resolved =
        false
    @OptionGroup var predicted: PredictionsOptions
    @OptionGroup var exporting: ExportOptions

    func validate() throws {
        if exporting.folder == nil, exporting.merge || exporting.baseModel != nil {
            throw ValidationError("--merge and --base-model say how to export; name a new folder with --export")
        }
        if predicted.file != nil, address == nil {
            throw ValidationError("--predictions needs the name of a model, a stack entry or an ablation's variant")
        }
        if predicted.file != nil, exporting.folder != nil {
            throw ValidationError("--predictions and --export write different things; give one of them")
        }
        if exporting.folder != nil, address == nil {
            throw ValidationError("--export needs the address of a fine-tune, such as MODEL/seed-1/fold-0/finetune")
        }
    }

    func run() async throws {
        // An export writes: it is stopped in order, whenever the signal comes.
        let interruption = exporting.folder.map { _ in Interruption(endingWith: ExitStatus.interrupted.rawValue) }
        defer { interruption?.end() }
        do {
            let workspace = try Workspace(options.recipe, options.shared, writing: false)
            guard let address else { return showRecipe(workspace) }
            if let file = predicted.file {
                return try await predicted.write(workspace, address, to: file, json: options.shared.json)
            }
            guard let index = workspace.plan.index(of: address) else {
                throw AblateError(.missing, "there is no step \(address); `ablate plan --full` lists them")
            }
            if let folder = exporting.folder, let interruption {
                return try await exporting.export(
                    workspace, index, to: folder, json: options.shared.json, interruption)
            }
            try show(workspace, index)
        } catch {
            throw Failure.report(error)
        }
    }

    private func showRecipe(_ workspace: Workspace) {
        let lines = ResolvedRecipe(workspace.loaded).lines
        if options.shared.json {
            Console.out(document: [
                "recipe": .string(workspace.name),
                "values": .array(
                    lines.map { ["path": .string($0.path), "value": $0.value, "origin": .string($0.origin)] }),
            ])
            return
        }
        let paint = Paint(isOn: Console.hasColor(.output))
        let width = min(44, lines.map { $0.path.count + $0.value.text().count + 2 }.max() ?? 0)
        for line in lines {
            let left = "\(line.path): \(line.value.text())"
            Console.out(left + String(repeating: " ", count: max(1, width - left.count + 1)) + paint.dim(line.origin))
        }
    }

    private func show(_ workspace: Workspace, _ index: Int) throws {
        let step = workspace.plan.steps[index]
        let entry = try workspace.forecast().entries[index]
        var document: [String: JSON] = [
            "address": .string(step.address), "kind": .string(step.kind.rawValue),
            "state": .string(entry.state.rawValue),
            "reason": .string(entry.reason), "key": JSON(entry.key?.description), "parameters": step.parameters,
        ]
        let labels = workspace.lineage.sights(ofStep: index).mapValues(\.json).filter { $0.value != .null }
        if !labels.isEmpty { document["labels-seen"] = .object(labels) }
        if let record = entry.record {
            document["record"] = record.json
            let others = try workspace.store.divergentRecords(record.key)
            document["is_deterministic"] = .bool(others.isEmpty)
            if !others.isEmpty { document["other_results"] = .array(others.map(\.json)) }
        }
        if options.shared.json {
            Console.out(document: document)
        } else {
            Console.out(json: JSON.object(document).text(.indented))
        }
    }
}

/// Every value in force, with the place or rule it comes from.
struct ResolvedRecipe {
    let lines: [(path: String, value: JSON, origin: String)]

    init(_ loaded: LoadedRecipe) {
        var lines: [(path: String, value: JSON, origin: String)] = []
        func walk(_ value: JSON, _ path: [String]) {
            if case .object(let members) = value, !members.isEmpty {
                for (name, member) in members.sorted(by: { $0.key < $1.key }) { walk(member, path + [name]) }
                return
            }
            let node = loaded.tree.value(at: path)
            let origin =
                node.map { node in ([node.span.description] + node.origin).joined(separator: ", ") } ?? "default"
            lines.append((path.joined(separator: "."), value, origin))
        }
        walk(loaded.recipe.resolved, [])
        self.lines = lines
    }

    /// The values by their dotted paths, without their origins; null for a recipe of more than `limit`: a run's document is
    /// written again and again, and the steps tell the same.
    static func settings(of loaded: LoadedRecipe, limit: Int = 5_000) -> JSON {
        var settings: [String: JSON] = [:]
        func walk(_ value: JSON, _ path: String) {
            guard settings.count <= limit else { return }
            if case .object(let members) = value, !members.isEmpty {
                for (name, member) in members { walk(member, path.isEmpty ? name : "\(path).\(name)") }
            } else {
                settings[path] = value
            }
        }
        walk(loaded.recipe.resolved, "")
        return settings.count <= limit ? .object(settings) : .null
    }
}
