// The typed recipe. Knows nothing of steps, files' contents or where things run.

package import Diagnostics
package import Digests
package import Nodes
internal import Scores

package struct Recipe: Sendable {
    package var name = ""
    package var about: String?
    package var include: [String] = []
    package var data = DataSection()
    package var folds = FoldSection()
    package var metrics = Metrics.standard.map { RecipeMetric.own($0.name) }
    package var models: [Named<Model>] = []
    package var stack: [Named<StackEntry>] = []
    package var steps: [Named<CustomStep>] = []
    package var annotations: [Named<Annotation>] = []
    package var extractors: [Named<Extractor>] = []
    package var explore: Exploration?
    package var rounds: Rounds?
    package var ablations: [Named<Ablation>] = []
    package var submission: Submission?

    /// Whether some training rows may be in no fold, so that nothing out-of-fold is said of them.
    package var mayLeaveRowsOut: Bool {
        folds.mayLeaveRowsOut || data.more.contains { !$0.isScored }
    }

    static let declaration = Declaration(
        "An experiment of ablate: data, folds, models, what is made of their predictions, and the questions asked.",
        initial: { Recipe() }, included: "include",
        keys: [
            Key(
                "recipe", \.name,
                .text(
                    pattern: "^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$",
                    wanted: "a name of at most 200 letters, digits, '.', '_' and '-'"
                ) {
                    Name.isValid($0) && $0.utf8.count <= Name.longest
                }, required: true, "The name of the experiment."),
            Key("about", optional: \.about, .text(), "What it is about, in a sentence."),
            Key(
                "include", \.include, .list(of: .text()),
                "Files whose sections are part of this recipe; what two files say of one name is an error. Paths in them start from this recipe's folder."
            ),
            Key("data", \.data, DataSection.declaration.shape, required: true, DataSection.declaration.about),
            Key("folds", \.folds, FoldSection.declaration.shape, required: true, FoldSection.declaration.about),
            Key(
                "metrics", \.metrics, .list(of: RecipeMetric.shape),
                "What results are scored by: names, or files with a function `score` as competitions publish theirs, such as {python: metric.py, name: competition, better: lower, arguments: {beta: 0.5}}, of which all but python may be left out. The first is what verdicts, rankings and comparisons are about."
            ),
            Key(
                "models", \.models, .named(Model.declaration.shape, noun: "model"), required: true,
                "The models, by name."),
            Key(
                "stack", \.stack, .named(StackEntry.declaration.shape, noun: "stack entry"),
                "What is made of the models' predictions, by name."),
            Key(
                "steps", \.steps, .named(CustomStep.declaration.shape, noun: "step"),
                "Programs of the writer's own, as cached steps, by name."),
            Key(
                "annotations", \.annotations, .named(Annotation.declaration.shape, noun: "annotation"),
                "What a language model is asked about rows or groups, by name; stack entries read the answers."),
            Key(
                "extractors", \.extractors, .named(Extractor.declaration.shape, noun: "extractor"),
                "Language models that read the texts untrained, by name; stack entries read what they make of them."),
            Key("explore", optional: \.explore, Exploration.declaration.shape, Exploration.declaration.about),
            Key("rounds", optional: \.rounds, Rounds.shape, Rounds.declaration.about),
            Key(
                "ablations", \.ablations, .named(Ablation.declaration.shape, noun: "ablation"),
                "The questions asked, by name."),
            Key("submission", optional: \.submission, Submission.declaration.shape, Submission.declaration.about),
        ])
}

extension Recipe {
    /// Every value in force, defaults included, as the declarations encode it; always an object.
    package var resolved: JSON { Self.declaration.shape.encode(self) }

    /// What a recipe has that says nothing.
    package static var defaults: JSON { Recipe().resolved }
}

/// A recipe that has passed every check, with what it was read from.
package struct LoadedRecipe: Sendable {
    package let recipe: Recipe
    /// The tree with `--set` and `like` applied: the place and origin of every value.
    package let tree: Node
    package let file: SourceFile
    /// Absolute path of the folder that relative paths start from.
    package let folder: String
    /// The variants of each ablation, in the order of `recipe.ablations`.
    package let variants: [[Variant]]
    /// What is not wrong with the recipe but stops a run: files that are not there. Of code `missing-file`.
    package let missing: [Finding]
    /// Remarks that stop nothing.
    package let warnings: [Finding]
    /// The files that the command of each custom step, program and variant names: inputs by content.
    package let scripts: [String: [String]]
    /// The files of each metric that is a file, by its name: itself first, then the modules beside it that it imports, as paths from its
    /// folder.
    package let metricFiles: [String: [String]]
    /// Absolute paths of files that commands read and that are the training table by content or by place.
    package let trainingCopies: Set<String>
    /// Where commands name the training table otherwise, by the same names.
    package let mentions: [String: TableMention]
    /// Of all that the recipe says, in its own file, in included ones and by `--set`.
    package let texts: Digest
    /// Whether it was loaded by ``RecipeLoader/isProven``.
    package let isProven: Bool

    package func model(named name: String) -> Model? { recipe.models.first { $0.name == name }?.value }
    package func stackEntry(named name: String) -> StackEntry? { recipe.stack.first { $0.name == name }?.value }

    /// Whether a path of the recipe is that of the training table, by place or by content.
    package func isTrainingTable(_ path: String) -> Bool {
        trainingCopies.contains(absolute(path)) || absolute(path) == absolute(recipe.data.train)
    }

    /// An absolute path for a path of the recipe.
    package func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
}
