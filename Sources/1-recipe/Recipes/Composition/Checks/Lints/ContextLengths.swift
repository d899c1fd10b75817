// Lengths beyond what a backbone can read.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let lengthsAboveContext = FindingRule(
        "lengths-above-context", .models, .warning, "The texts may take more tokens than the backbone reads.",
        "A row that is too long stops the run in the middle; shorter lengths cut it instead, and the logbook says how many were cut."
    )
}

struct ContextLengths {
    let recipe: Recipe
    let tree: Node
    let variants: [[Variant]]
    /// The longest sequence a backbone can read, in tokens; nil where that is not known here.
    let context: (Backbone) -> Int?

    func report(_ reading: inout Reading) {
        var subjects: [(model: FineTune, tree: Node)] = recipe.models.compactMap { entry in
            guard let model = entry.value.fineTune, let node = tree["models"]?[entry.name] else { return nil }
            return (model, node)
        }
        for variant in variants.joined() {
            if case .model(.fineTune(let model)) = variant.subject { subjects.append((model, variant.tree)) }
        }
        var known: [Backbone: Int?] = [:]
        for (model, node) in subjects {
            let backbone = model.backbone
            let limit: Int?
            if case .scratch(let scratch) = backbone {
                limit = scratch.context
            } else {
                limit = known[backbone] ?? context(backbone)
                known[backbone] = .some(limit)
            }
            let texts = (model.template ?? recipe.data.effectiveTemplate).texts
            let wanted = texts.reduce(0) { $0 + model.lengths[$1] }
            guard let limit, wanted > limit, !model.lengths.areWhole else { continue }
            let largest = texts.max { model.lengths[$0] < model.lengths[$1] } ?? ""
            let own = node["lengths"]
            let place = own?[largest] ?? own?["answer"] ?? own ?? node["backbone"] ?? node
            reading.report(
                Finding(
                    .lengthsAboveContext,
                    "\(texts.count == 2 ? texts.joined(separator: " and ") : texts.joined(separator: ", ")) may take \(wanted) tokens, and the backbone reads \(limit) with the template",
                    at: place.span,
                    help:
                        "a longer row stops the run; lower \(texts.map { "lengths.\($0)" }.joined(separator: " or "))"))
        }
    }
}
