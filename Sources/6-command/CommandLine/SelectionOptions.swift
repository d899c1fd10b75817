// Which part of a plan a verb is about.

internal import ArgumentParser
internal import Diagnostics
internal import Host
internal import Plans
internal import Recipes

struct SelectionOptions: ParsableArguments {
    enum Part: String, ExpressibleByArgument, CaseIterable { case base, ablations }

    @Option(help: "base: models, stack and submission without the ablations; ablations: only these.")
    var only: Part?

    @Option(
        name: .customLong("ablation"), help: ArgumentHelp("One ablation by name; may be repeated.", valueName: "name"))
    var ablations: [String] = []

    @Flag(help: "Do not reuse what other versions of the worker's libraries made.") var strictEnvironment = false

    @Flag(help: "Everything in the recipe; this is the default.") var all = false

    func validate() throws {
        if [only != nil, !ablations.isEmpty, all].count(where: { $0 }) > 1 {
            throw ValidationError("--only, --ablation and --all exclude each other")
        }
    }

    /// The chosen steps with all they depend on; nil for all. Errors: ``AblateError`` where nothing has such a name.
    func steps(of workspace: Workspace, addresses: [String]) throws -> Set<Int>? {
        let plan = workspace.plan
        var chosen: Set<Int>?
        if let only {
            chosen = plan.steps { role in
                if case .variant = role { return only == .ablations }
                return only == .base
            }
            if only == .base, let submission = plan.submission { chosen?.insert(submission) }
        } else if !ablations.isEmpty {
            let names = workspace.loaded.recipe.ablations.map(\.name)
            for name in ablations where !names.contains(name) {
                let hint = Spelling.nearest(to: name, among: names).map { "; did you mean \($0)?" } ?? ""
                throw AblateError(.missing, "there is no ablation \(name)\(hint)")
            }
            chosen = plan.steps { role in
                if case .variant(let ablation, _) = role { return ablations.contains(ablation) }
                return false
            }
        }
        if !addresses.isEmpty {
            let matching = plan.steps(matching: addresses)
            guard !matching.isEmpty else {
                throw AblateError(
                    .missing, "no step matches \(addresses.joined(separator: " ")); `ablate plan --full` lists them")
            }
            chosen = chosen.map { $0.intersection(matching) } ?? matching
        }
        return chosen.map(plan.closure)
    }
}
