// One model, of a recipe or of a variant: keys that mean something, and what its parts ask for.

internal import Diagnostics
internal import Nodes

struct ModelChecks {
    let recipe: Recipe
    let model: Model
    /// The resolved tree of the model.
    let tree: Node

    func report(_ reading: inout Reading) {
        checkKeys(&reading)
        if case .fineTune(let model) = model {
            BackboneChecks(model: model, tree: tree).report(&reading)
            TemplateChecks(recipe: recipe).report(model.lengths, at: tree["lengths"], &reading)
            if (model.template ?? recipe.data.effectiveTemplate).isPair, model.chat != .none, let chat = tree["chat"] {
                reading.report(
                    Finding(
                        .conflictingKeys, "a chat has one message, and the template is a pair of two texts",
                        at: chat.span, help: "write the template as one text, or leave chat out"))
            }
            TrainingChecks(recipe: recipe, training: model.training, tree: tree).report(&reading)
            OptionChecks(recipe: recipe, model: model, tree: tree).report(&reading)
        }
        if case .program(let model) = model {
            ProgramChecks(recipe: recipe, model: model, tree: tree).report(&reading)
        }
        TargetChecks(recipe: recipe).report(model, at: tree, &reading)
        TemplateChecks(recipe: recipe).report(model.template, at: tree["template"], &reading)
        checkFolds(&reading)
        PseudoLabelChecks(recipe: recipe, model: model, tree: tree).report(&reading)
    }

    /// Folds that there are.
    private func checkFolds(_ reading: inout Reading) {
        let count = recipe.folds.count
        for place in tree["fit"]?["folds"]?.elements ?? [] {
            guard let fold = place.scalar.flatMap({ Int($0.text) }), fold >= count else { continue }
            reading.report(
                Finding(
                    .outOfRange, "there is no fold \(fold): the recipe has \(count), numbered 0 to \(count - 1)",
                    at: place.span))
        }
    }

    /// Keys that would silently do nothing.
    private func checkKeys(_ reading: inout Reading) {
        guard let (kind, keys) = Model.declaration.meaningless(in: tree) else { return }
        let names = (Model.declaration.meaningful[kind] ?? []).filter { $0 != "like" }
        for key in keys {
            reading.report(
                Finding(
                    .conflictingKeys, "\"\(key.key)\" means nothing to a \(kind) model", at: key.keySpan,
                    help:
                        "remove it; the keys here are \(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")"
                ))
        }
    }
}
