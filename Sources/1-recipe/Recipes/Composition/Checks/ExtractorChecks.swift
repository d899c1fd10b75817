// What an extractor's name and template must have in common with the rest of the recipe.

internal import Diagnostics
internal import Nodes

extension FindingRule {
    static let noEmbedding = FindingRule(
        "no-embedding", .scores, "A map is asked of an extractor that makes no embeddings.",
        "A map is drawn from vectors: add `embedding` to the features of the extractor, or name another.")
}

struct ExtractorChecks {
    let recipe: Recipe
    let tree: Node

    func report(_ reading: inout Reading) {
        for entry in recipe.extractors {
            guard let node = tree["extractors"]?[entry.name] else { continue }
            TemplateChecks(recipe: recipe).report(entry.value.template, at: node["template"], &reading)
            TemplateChecks(recipe: recipe).report(entry.value.lengths, at: node["lengths"], &reading)
            if recipe.annotations.contains(where: { $0.name == entry.name }),
                let place = tree["extractors"]?.entries?.first(where: { $0.key == entry.name })
            {
                reading.report(
                    Finding(
                        .duplicateName, "\"\(entry.name)\" names an annotation already", at: place.keySpan,
                        notes: tree["annotations"]?[entry.name].map { [.init("it stands here", at: $0.span)] } ?? [],
                        help: "their features would have the same names; choose another"))
            }
        }
        checkExploration(&reading)
    }

    /// What is to be mapped must have vectors.
    private func checkExploration(_ reading: inout Reading) {
        guard let name = recipe.explore?.extractor, let place = tree["explore"]?["extractor"] else { return }
        guard let entry = recipe.extractors.first(where: { $0.name == name }) else {
            Dangling.report(name, noun: "extractor", among: recipe.extractors.map(\.name), at: place.span, &reading)
            return
        }
        guard !entry.value.features.contains(.embedding) else { return }
        reading.report(
            Finding(
                .noEmbedding, "\"\(name)\" makes no embeddings that could be mapped", at: place.span,
                notes: tree["extractors"]?[name].map { [.init("it stands here", at: $0.span)] } ?? [],
                help: "add embedding to its features"))
    }
}
