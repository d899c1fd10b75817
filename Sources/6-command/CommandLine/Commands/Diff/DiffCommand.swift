// `ablate diff`: in which settings, steps and scores two recipes, runs, results or steps differ. Runs nothing.

internal import ArgumentParser
internal import Diagnostics
internal import Digests
internal import Forecasts
internal import Host
internal import Plans
internal import Results
internal import Storage

struct DiffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say in what two recipes, runs, results or steps differ, with their scores paired.",
        discussion: """
            A and B are recipes, or runs as recipe.yaml@3 or recipe.yaml@last (`ablate status --runs` lists them). One recipe
            alone is compared with its last run. A recipe and two names compare these within the recipe: results, such as a
            model or "rank/lora.rank=8", or addresses of steps. --set holds for B.
            """)

    @Argument(
        help: ArgumentHelp(
            "A recipe or run, and another one; or a recipe and two results or steps of it.", valueName: "A B"),
        completion: .file(extensions: ["yaml", "yml"])) var names: [String]
    @OptionGroup var shared: SharedOptions

    func validate() throws {
        guard (1...3).contains(names.count) else {
            throw ValidationError("diff takes a recipe, two recipes or runs, or a recipe and two results or steps")
        }
    }

    func run() async throws {
        do {
            if names.count == 3 {
                try within()
            } else {
                try across()
            }
        } catch {
            throw Failure.report(error)
        }
    }

    // MARK: - Two recipes or runs

    private func across() throws {
        let old: ComparedRecipe
        let new: ComparedRecipe
        if names.count == 1 {
            let workspace = try Workspace(RunName(names[0]).recipe, shared, writing: false)
            old = try ComparedRecipe(RunName(names[0]).recipe, workspace, run: RunName(names[0]).run ?? .last)
            new = try ComparedRecipe(RunName(names[0]).recipe, workspace)
        } else {
            var plain = shared
            plain.overrides = []
            old = try comparedRecipe(RunName(names[0]), plain)
            new = try comparedRecipe(RunName(names[1]), shared)
        }
        let (before, after) = (old.results, new.results)
        let known = Set(after.map(\.name))
        let known2 = Dictionary(before.map { ($0.name, $0.scored) }, uniquingKeysWith: { first, _ in first })
        let pairs =
            after.map { ($0.name, known2[$0.name] ?? nil, $0.scored) }
            + before.filter { !known.contains($0.name) }.map { ($0.name, $0.scored, nil) }
        let document = DiffDocument(
            old: old.description, new: new.description, heads: (old.json, new.json),
            settings: DiffDocument.settings(old, new), steps: SideDifference(from: old.side, to: new.side),
            scores: try Patience.telling(Patience.comparing) { try PairedResult.all(pairs) })
        say(document)
    }

    private func comparedRecipe(_ name: RunName, _ options: SharedOptions) throws -> ComparedRecipe {
        let workspace = try Workspace(name.recipe, options, writing: false)
        guard let run = name.run else { return try ComparedRecipe(name.recipe, workspace) }
        return try ComparedRecipe(name.recipe, workspace, run: run)
    }

    // MARK: - Two results or steps of one recipe

    private func within() throws {
        let workspace = try Workspace(names[0], shared, writing: false)
        let comparedRecipe = try ComparedRecipe(names[0], workspace)
        let (old, new) = (try subject(names[1], comparedRecipe), try subject(names[2], comparedRecipe))
        var settings: [DiffDocument.Setting] = []
        if let before = old.maker, let after = new.maker {
            settings = SideDifference.between(before, after).map {
                .init(path: $0.name, old: $0.old, new: $0.new, place: $0.place, text: $0.text)
            }
        }
        let scores = [
            try PairedResult.within(
                workspace.loaded, workspace.plan, workspace.store, name: "\(names[1]) -> \(names[2])",
                old: old.scored?.record, new: new.scored?.record, record: { comparedRecipe.side.steps[$0].record })
        ]
        let isScored = old.isScored && new.isScored
        let heads: (JSON, JSON) = (["name": .string(names[1])], ["name": .string(names[2])])
        say(
            DiffDocument(
                old: names[1], new: names[2], heads: heads, settings: settings, steps: nil,
                scores: isScored ? scores : []))
    }

    /// What a name within a recipe stands for: the step that tells how it is made, and its scores.
    private struct Subject {
        let maker: Side.Step?
        let scored: PairedResult.Scored?
        let isScored: Bool
    }

    private func subject(_ name: String, _ comparedRecipe: ComparedRecipe) throws -> Subject {
        let (workspace, side) = (comparedRecipe.workspace, comparedRecipe.side)
        func scored(_ step: Side.Step?) -> PairedResult.Scored? { step?.record.map { ($0, workspace.store) } }
        if let result = workspace.plan.result(called: name) {
            let maker = (result.fits.first ?? result.outOfFold ?? result.test).map { side.steps[$0] }
            return Subject(
                maker: maker, scored: scored(result.evaluate.map { side.steps[$0] }), isScored: result.evaluate != nil)
        }
        guard let step = side[name] else {
            let candidates = workspace.plan.results.map(\.name) + workspace.plan.steps.map(\.address)
            let hint = Spelling.nearest(to: name, among: candidates).map { "; did you mean \($0)?" } ?? ""
            throw AblateError(.missing, "the recipe has no result and no step \(name)\(hint)")
        }
        let isScored = step.manifest?.kind == StepKind.evaluate.rawValue
        return Subject(maker: step, scored: isScored ? scored(step) : nil, isScored: isScored)
    }

    private func say(_ document: DiffDocument) {
        if shared.json {
            Console.out(JSON.object(document.json).text(.indented))
        } else {
            Console.out(document.text(Paint(isOn: Console.hasColor(.output))))
        }
    }
}
