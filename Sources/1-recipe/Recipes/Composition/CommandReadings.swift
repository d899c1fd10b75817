// What the commands of a recipe read, as far as their words tell: those of custom steps, of programs, and of their variants.

struct CommandReadings {
    /// The files that each command names, and those that its entry names beside it: inputs by content.
    private(set) var scripts: [String: [String]] = [:]
    /// Absolute paths of files among what commands read that are the training table under another name.
    private(set) var trainingCopies: Set<String> = []
    /// Where commands, or files that they read, name the training table without its being an input.
    private(set) var mentions: [String: TableMention] = [:]

    /// What runs a command. The names of variants are those of results, such as `rank: settings.lr=0.1`.
    private struct Entry {
        let name: String
        let command: [String]
        /// Files that it reads whatever its command says.
        let files: [String]
        /// Whether these count by content because of their being named here alone.
        let isInput: Bool
    }

    init(recipe: Recipe, variants: [[Variant]], surroundings: Surroundings, folder: String) {
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
        let files = CommandFiles(surroundings: surroundings, folder: folder)
        let table = absolute(recipe.data.train)
        let tables = TableMentions(
            surroundings: surroundings, folder: folder, table: table, columns: recipe.data.columns)
        var paths: Set<String> = []
        // Variants differ in settings, and seldom in what they read.
        var known: [[String]: (files: [String], mention: TableMention?)] = [:]
        for entry in Self.entries(of: recipe, variants) {
            let words = entry.command + [""] + entry.files
            let found =
                known[words]
                ?? {
                    let named = files.files(of: entry.command)
                    return (named, tables.mention(entry.command, files: entry.files + named))
                }()
            known[words] = found
            scripts[entry.name] = found.files + (entry.isInput ? entry.files.filter { !found.files.contains($0) } : [])
            mentions[entry.name] = found.mention
            for path in found.files + entry.files { paths.insert(absolute(path)) }
        }
        trainingCopies = paths.filter {
            surroundings.isSame(table, $0) || surroundings.holdsLabels(table, recipe.data.columns, $0)
        }
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
            guard let program = model.program?.program else { return }
            entries.append(Entry(name: name, command: program.filled, files: program.files, isInput: true))
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
