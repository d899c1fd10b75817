// What the commands of a recipe read, as far as their words tell: those of custom steps, of programs, and of their variants.

internal import Digests

struct CommandReadings {
    /// The files that each command names, and those that its entry names beside it: inputs by content. Where a program's command hangs
    /// on seed or fold, those of each run by its name (``Program/run(of:seed:fold:)``), and of the model all together.
    private(set) var scripts: [String: [String]] = [:]
    /// Absolute paths of files among what commands read that are the training table under another name.
    private(set) var trainingCopies: Set<String> = []
    /// Where commands, or files that they read, name the training table without its being an input.
    private(set) var mentions: [String: TableMention] = [:]

    /// What runs a command. The names of variants are those of results, such as `rank: settings.lr=0.1`.
    private struct Entry {
        let name: String
        /// The model that this is a run of; nil of what has one command.
        var model: String?
        let command: [String]
        /// Files that it reads whatever its command says.
        let files: [String]
        /// Whether these count by content because of their being named here alone.
        let isInput: Bool
    }

    init(recipe: Recipe, variants: [[Variant]], surroundings: Surroundings, folder: String) {
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
        let files = CommandFiles(
            surroundings: surroundings, folder: folder,
            written: recipe.submission.map { [absolute($0.path)] } ?? [])
        let labelled = recipe.data.labelled.map(absolute)
        let tables = labelled.map {
            TableMentions(surroundings: surroundings, folder: folder, table: $0, columns: recipe.data.columns)
        }
        var paths: Set<ExactText> = []
        // Variants differ in settings, and seldom in what they read.
        var known: [[ExactText]: (files: [String], mention: TableMention?)] = [:]
        for entry in Self.entries(of: recipe, variants) {
            let words = (entry.command + [""] + entry.files).map(ExactText.init)
            let found =
                known[words]
                ?? {
                    let named = files.files(of: entry.command)
                    let read = entry.files + named
                    return (named, tables.lazy.compactMap { $0.mention(entry.command, files: read) }.first)
                }()
            known[words] = found
            let named = Set(found.files.map(ExactText.init))
            scripts[entry.name] =
                found.files + (entry.isInput ? entry.files.filter { !named.contains(ExactText($0)) } : [])
            mentions[entry.name] = found.mention
            if let model = entry.model {
                scripts[model, default: []] += (scripts[entry.name] ?? []).filter { path in
                    !(scripts[model] ?? []).contains { ExactText($0) == ExactText(path) }
                }
                mentions[model] = mentions[model] ?? found.mention
            }
            for path in found.files + entry.files { paths.insert(ExactText(absolute(path))) }
        }
        trainingCopies = Set(
            paths.map(\.text).filter { path in
                labelled.contains {
                    surroundings.isSame($0, path) || surroundings.holdsLabels($0, recipe.data.columns, path)
                }
            })
    }

    private static func entries(of recipe: Recipe, _ variants: [[Variant]]) -> [Entry] {
        let steps = Set(recipe.steps.map(\.name))
        var entries = recipe.steps.map { step in
            let files = step.value.inputs.compactMap { input -> String? in
                if case .file(let path)? = CustomInput(input.value, steps: steps) { path } else { nil }
            }
            return Entry(name: step.name, command: step.value.command, files: files, isInput: false)
        }
        func add(_ name: String, _ model: Model) {
            guard let own = model.program else { return }
            let program = own.program
            guard program.namesRuns else {
                let command = program.filled(seed: nil, fold: 0)
                entries.append(Entry(name: name, command: command, files: program.files, isInput: true))
                return
            }
            for seed in own.effectiveSeeds {
                for fold in 0..<recipe.folds.count {
                    entries.append(
                        Entry(
                            name: Program.run(of: name, seed: seed, fold: fold), model: name,
                            command: program.filled(seed: seed, fold: fold), files: program.files, isInput: true))
                }
            }
        }
        for model in recipe.models { add(model.name, model.value) }
        for (ablation, own) in zip(recipe.ablations, variants) {
            for variant in own {
                if case .model(let model) = variant.subject { add("\(ablation.name): \(variant.name)", model) }
            }
        }
        return entries
    }
}
