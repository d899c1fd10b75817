// The steps that read texts and no labels: what language models say and make of them, and what a look at them shows.

internal import Nodes
internal import Recipes

extension Compiler {
    /// The features that an annotation makes of a table; nil for a name that is none.
    mutating func annotation(_ name: String, of role: IngestStep.Role) -> Artifact<Content.Features>? {
        guard let annotation = recipe.annotations.first(where: { $0.name == name })?.value else { return nil }
        let rows = annotation.per == .group ? rows(of: role) : nil
        return builder.add(
            AnnotateStep(name: name, annotation: annotation, texts: texts(of: role), rows: rows),
            at: "annotations/\(name)/\(role.rawValue)",
            origins: origins(of: AnnotateStep.parameters, loaded.tree["annotations"]?[name])
        ).features
    }

    /// The features that an extractor makes of a table; nil for a name that is none. Directions are those of the training table.
    mutating func extraction(_ name: String, of role: IngestStep.Role) -> ExtractStep.Outputs? {
        guard let extractor = recipe.extractors.first(where: { $0.name == name })?.value else { return nil }
        let tree = loaded.tree["extractors"]?[name]
        let model = extractor.model
        let reading = model.reading(at: Place(address: "extractors/\(name)", tree: tree), in: self)
        let tokens = tokens(reading, of: role).tokens
        var directions: Artifact<Content.Directions>?
        if role == .test, extractor.features.contains(.embedding), extractor.components > 0 {
            directions = extraction(name, of: .train)?.directions
        }
        var read = extractor
        read.lengths = extractor.lengths.of(template(extractor.template).texts)
        return builder.add(
            ExtractStep(
                name: name, extractor: read, tokens: tokens, backbone: backbone(model),
                directions: directions),
            at: "extractors/\(name)/extract-\(role.rawValue)", origins: origins(of: ExtractStep.parameters, tree))
    }

    /// The nearest place in an entry of the recipe for each parameter.
    private func origins<Body>(of parameters: [Parameter<Body>], _ tree: Node?) -> [String: Node?] {
        Dictionary(parameters.map { ($0.name, tree?[$0.name] ?? tree) }, uniquingKeysWith: { $1 })
    }

    /// The look at the tables; its report is read by people alone.
    mutating func explore() {
        guard let exploration = recipe.explore else { return }
        let tree = loaded.tree["explore"]
        let (texts, rows, folds) = (texts(of: .train), rows(of: .train), folds())
        let testTexts = recipe.data.test == nil ? nil : self.texts(of: .test)
        let vectors = exploration.extractor.flatMap { extraction($0, of: .train)?.features }
        _ = builder.add(
            ExploreStep(
                exploration: exploration, labels: recipe.data.labels, texts: texts, rows: rows, folds: folds,
                testTexts: testTexts, vectors: vectors),
            at: "explore",
            origins: [
                "clusters": tree?["clusters"] ?? tree, "near": tree?["near"] ?? tree,
                "labels": loaded.tree["data"]?["labels"],
            ])
    }
}
