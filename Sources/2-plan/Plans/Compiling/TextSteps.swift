// The steps that read texts and no labels: what language models say and make of them, and what a look at them shows.

internal import Digests
internal import Nodes
internal import Recipes

extension Compiler {
    /// The features that an annotation makes of a table; nil for a name that is none.
    mutating func annotation(_ name: String, train: Bool) -> Source? {
        guard let annotation = recipe.annotations.first(where: { $0.name == name })?.value else { return nil }
        let tree = loaded.tree["annotations"]?[name]
        var inputs = ["texts": texts(train: train)]
        if annotation.per == .group { inputs["rows"] = rows(train: train) }
        let parameters = annotation.parameters(name: name)
        let step = builder.step(
            "annotations/\(name)/\(train ? "train" : "test")", .annotate, parameters, inputs: inputs,
            origins: parameters.mapValues { _ in tree }.merging(
                parameters.keys.compactMap { key in tree?[key].map { (key, $0) } }, uniquingKeysWith: { $1 }),
            manners: annotation.manners)
        return .output(step: step, name: "features")
    }

    /// The features that an extractor makes of a table; nil for a name that is none. Directions are those of the training table.
    mutating func extraction(_ name: String, train: Bool) -> Source? {
        guard let extractor = recipe.extractors.first(where: { $0.name == name })?.value else { return nil }
        let tree = loaded.tree["extractors"]?[name]
        let part = ModelPart(
            extractor.model, at: "extractors/\(name)", tree: tree, teacher: nil, data: loaded.tree["data"])
        var inputs = ["tokens": tokens(part, train: train)]
        inputs["backbone"] = backbone(part.model, weights: true)
        if !train, extractor.features.contains(.embedding), extractor.components > 0,
            case .output(let step, _)? = extraction(name, train: true)
        {
            inputs["directions"] = .output(step: step, name: "directions")
        }
        let parameters = extractor.parameters(name: name)
        let step = builder.step(
            "extractors/\(name)/extract-\(train ? "train" : "test")", .extract, parameters, inputs: inputs,
            origins: parameters.mapValues { _ in tree }.merging(
                parameters.keys.compactMap { key in tree?[key].map { (key, $0) } }, uniquingKeysWith: { $1 }))
        return .output(step: step, name: "features")
    }

    /// The look at the tables; its report is read by people alone.
    mutating func explore() {
        guard let exploration = recipe.explore else { return }
        var inputs = ["texts": texts(train: true), "rows": rows(train: true), "folds": folds()]
        if recipe.data.test != nil { inputs["texts-test"] = texts(train: false) }
        if let name = exploration.extractor { inputs["vectors"] = extraction(name, train: true) }
        let tree = loaded.tree["explore"]
        _ = builder.step(
            "explore", .explore,
            exploration.parameters.merging(["labels": .array(recipe.data.labels.map { .string($0) })]) { $1 },
            inputs: inputs,
            origins: [
                "clusters": tree?["clusters"] ?? tree, "near": tree?["near"] ?? tree,
                "labels": loaded.tree["data"]?["labels"],
            ])
    }
}
