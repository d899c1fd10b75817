// One of two things that `diff` compares: a recipe as it is now, or one of its runs.

internal import Digests
internal import Forecasts
internal import Host
internal import Nodes
internal import Plans
internal import Recipes
internal import Results
internal import Runs
internal import Storage
internal import Words

/// One side of a comparison.
struct ComparedRecipe {
    let workspace: Workspace
    /// `recipe.yaml`, or `recipe.yaml@3`.
    let title: String
    /// Of a run: its number and document.
    let run: (number: Int, document: RunDocument)?
    let side: Side
    /// The values of the recipe by their paths; nil where a run's document has none.
    let settings: [String: JSON]?

    /// The recipe as it is now. Errors: of the recipe and the store.
    init(_ path: String, _ workspace: Workspace) throws {
        self.workspace = workspace
        (title, run) = (path, nil)
        side = try Side(of: workspace.plan, workspace.forecast(), workspace.resolver)
        settings = ResolvedRecipe.settings(of: workspace.loaded).object
    }

    /// A run. Errors: ``AblateError`` where there is no such run.
    init(_ path: String, _ workspace: Workspace, run which: RunName.Which) throws {
        self.workspace = workspace
        let found: (number: Int, document: RunDocument)?
        switch which {
        case .number(let number):
            found = try workspace.store.runDocument(workspace.name, number: number).map { (number, $0) }
        case .last: found = try workspace.store.runDocuments(workspace.name, last: 1).first
        }
        guard let found else {
            let numbers = try workspace.store.numberedRuns(workspace.name, last: 5).map { "@\($0.number)" }
            let there =
                numbers.isEmpty ? "it has never been run" : "its last runs are \(numbers.joined(separator: ", "))"
            throw AblateError(.missing, "\(workspace.name) has no such run; \(there)")
        }
        run = found
        title = "\(path)@\(found.number)"
        side = try Side(ofRun: found.document.keys, in: workspace.store)
        settings = found.document.settings?.object
    }

    /// The records of the results' scores, by the results' names, in order.
    var results: [(name: String, scored: PairedResult.Scored?)] {
        func scored(_ address: String) -> PairedResult.Scored? { side[address]?.record.map { ($0, workspace.store) } }
        if run == nil {
            return workspace.plan.results.compactMap { result in
                result.evaluate.map { (result.name, scored(workspace.plan.steps[$0].address)) }
            }
        }
        if let results = run?.document.results {
            return results.sorted { $0.key < $1.key }.map { ($0.key, scored($0.value)) }
        }
        return side.steps.filter { $0.address.hasSuffix("/evaluate") }.map {
            (String($0.address.dropLast("/evaluate".count)), scored($0.address))
        }
    }

    /// The place of a value in the recipe; nil for a run, and for defaults.
    func place(of setting: String) -> String? {
        guard run == nil else { return nil }
        guard let path = SettingPath(setting, in: workspace.loaded.tree)?.parts else { return nil }
        return workspace.loaded.tree.value(at: path).map { "\($0.span)" }
    }

    /// `recipe.yaml@3 (complete, 2026-11-23 14:05:09 CET)`.
    var description: String {
        guard let document = run?.document else { return title }
        return "\(title) (\(document.outcome?.rawValue ?? "unknown"), \(Moment.text(document.started)))"
    }

    var json: JSON {
        [
            "kind": .string(run == nil ? "recipe" : "run"), "title": .string(title), "recipe": .string(workspace.name),
            "run": JSON(run?.number), "state": JSON(run?.document.outcome?.rawValue),
            "started": JSON(run?.document.started),
        ]
    }
}
