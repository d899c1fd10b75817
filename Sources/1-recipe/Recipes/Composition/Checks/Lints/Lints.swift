// What is allowed and probably not meant. Runs on a recipe that has no errors.

internal import Nodes

struct Lints {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]
    /// Nil for a text that is known to call for no remark: what follows from it alone is not looked for again.
    let graph: ReferenceGraph?
    /// The longest sequence a backbone can read, in tokens; nil where that is not known here.
    let context: (Backbone) -> Int?

    func report(_ reading: inout Reading) {
        if graph != nil {
            ConfoundedSettings(recipe: recipe, tree: tree).report(&reading)
            EnsembleSizes(recipe: recipe, tree: tree).report(&reading)
            TemplateChecks(recipe: recipe).reportUnused(tree, &reading)
        }
        ContextLengths(recipe: recipe, tree: tree, variants: variants, context: context).report(&reading)
        guard let graph else { return }
        UnusedModels(recipe: recipe, tree: tree, graph: graph).report(&reading)
    }
}
