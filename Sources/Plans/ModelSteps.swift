// The steps of one model or variant: tokenize, fine-tune per seed and fold, predict, average.

internal import Digests
internal import Nodes
internal import Recipes

extension Compiler {
    /// The predictions of a model with its steps under `address`. `withTest`: whether test rows are predicted too.
    ///
    /// Test predictions come from the models fitted on all rows where the recipe asks for these, else from the fold models.
    mutating func predictions(
        of model: Model, at address: String, tree: Node?, withTest: Bool, named name: String?
    ) -> Predictions {
        let hasTest = withTest && recipe.data.test != nil
        var result = Predictions()
        var outOfFold: [String: Source] = [:]
        var test: [String: Source] = [:]
        var full: [String: Source] = [:]
        for seed in model.effectiveSeeds {
            let seedPart = seed.map { "/seed-\($0)" } ?? ""
            let folds: [Int?] =
                (model.fit.contains(.folds) ? (0..<recipe.folds.count).map { $0 } : [])
                + (model.fit.contains(.full) ? [nil] : [])
            for fold in folds {
                let part = fold.map { "fold-\($0)" } ?? "full"
                let member = (seed.map { "seed-\($0)/" } ?? "") + part
                let fit = self.fit(
                    model, at: "\(address)\(seedPart)/\(part)", base: address, tree: tree, seed: seed, fold: fold)
                result.fits.append(fit)
                if let fold {
                    let step = predict(
                        model, fit: fit, at: "\(address)\(seedPart)/\(part)/predict-oof", base: address, tree: tree,
                        train: true, fold: fold)
                    outOfFold[member] = .output(step: step, name: "predictions")
                    result.members.append((member, step))
                }
                if hasTest, fold == nil || !model.fit.contains(.full) {
                    let step = predict(
                        model, fit: fit, at: "\(address)\(seedPart)/\(part)/predict-test", base: address, tree: tree,
                        train: false, fold: nil)
                    if fold == nil {
                        full[member] = .output(step: step, name: "predictions")
                    } else {
                        test[member] = .output(step: step, name: "predictions")
                    }
                }
            }
        }
        let seeds = model.effectiveSeeds.count
        if !outOfFold.isEmpty {
            result.outOfFold = builder.step(
                "\(address)/average-oof", .average, ["cover": .integer(seeds), "classes": classes], inputs: outOfFold)
        }
        let members = full.isEmpty ? test : full
        if !members.isEmpty {
            result.test = builder.step(
                "\(address)/average-test", .average, ["cover": .integer(members.count), "classes": classes],
                inputs: members)
        }
        return result
    }

    // MARK: - Fitting

    private mutating func fit(_ model: Model, at address: String, base: String, tree: Node?, seed: Int?, fold: Int?)
        -> Int
    {
        var inputs: [String: Source] = ["rows": rows(train: true)]
        if fold != nil { inputs["folds"] = folds() }
        var parameters = forward(model)
        parameters["fold"] = JSON(fold)
        var origins = self.origins(model, tree: tree)
        guard model.tfidf == nil else {
            inputs["texts"] = texts(train: true)
            return builder.step("\(address)/fit", .fit, parameters, inputs: inputs, origins: origins)
        }
        inputs["tokens"] = tokens(model, at: base, tree: tree, train: true)
        if let backbone = backbone(model, weights: true) { inputs["backbone"] = backbone }
        parameters["training"] = member("training", of: model)
        parameters["seed"] = JSON(seed)
        if let tree {
            origins["training"] = tree["training"] ?? tree
            origins["seed"] = tree["seeds"] ?? tree
        }
        return builder.step("\(address)/finetune", .finetune, parameters, inputs: inputs, origins: origins)
    }

    private mutating func predict(
        _ model: Model, fit: Int, at address: String, base: String, tree: Node?, train: Bool, fold: Int?
    ) -> Int {
        var inputs: [String: Source] = ["model": .output(step: fit, name: "model")]
        if fold != nil { inputs["folds"] = folds() }
        if model.tfidf != nil {
            inputs["texts"] = texts(train: train)
        } else {
            inputs["tokens"] = tokens(model, at: base, tree: tree, train: train)
            if let backbone = backbone(model, weights: true) { inputs["backbone"] = backbone }
        }
        var parameters = forward(model)
        parameters["fold"] = JSON(fold)
        return builder.step(address, .predict, parameters, inputs: inputs, origins: origins(model, tree: tree))
    }

    /// The parameters that shape a forward pass, shared by fitting and predicting.
    private func forward(_ model: Model) -> [String: JSON] {
        guard model.tfidf == nil else {
            return [
                "tfidf": member("tfidf", of: model), "template": recipe.data.effectiveTemplate.json, "classes": classes,
            ]
        }
        var lora = member("lora", of: model)
        if lora == "off" { lora = .null }
        return [
            "scratch": scratch(model), "quantization": member("quantization", of: model), "lora": lora,
            "lengths": member("lengths", of: model), "pooling": member("pooling", of: model), "classes": classes,
        ]
    }

    private func origins(_ model: Model, tree: Node?) -> [String: Node?] {
        let names =
            model.tfidf == nil ? ["quantization", "lora", "lengths", "pooling"] : ["tfidf"]
        var origins: [String: Node?] = [:]
        for name in names { origins[name] = .some(tree?[name] ?? tree) }
        if model.tfidf == nil { origins["scratch"] = .some(tree?["backbone"]) }
        origins["classes"] = loaded.tree["data"]?["labels"]
        origins["template"] = loaded.tree["data"]?["template"]
        return origins
    }

    /// The resolved value of one of the model's keys, as its declaration encodes it.
    private func member(_ name: String, of model: Model) -> JSON { model.resolved[name] ?? .null }

    private func scratch(_ model: Model) -> JSON {
        if case .scratch = model.backbone { return model.resolved["backbone"]?["scratch"] ?? .null }
        return .null
    }

    // MARK: - Tokens and weights

    private func backbone(_ model: Model, weights: Bool) -> Source? {
        switch model.backbone {
        case .folder(let path): .folder(path: loaded.absolute(path), name: path, weights: weights)
        case .hub(let repository, let revision): .hub(repository: repository, revision: revision, weights: weights)
        case .scratch, nil: nil
        }
    }

    /// The tokens of a table. They are neither cut nor joined here: a change of lengths tokenizes nothing anew.
    private mutating func tokens(_ model: Model, at address: String, tree: Node?, train: Bool) -> Source {
        var parameters: [String: JSON] = ["template": recipe.data.effectiveTemplate.json, "vocabulary": .null]
        var inputs: [String: Source] = ["texts": texts(train: train)]
        if let backbone = backbone(model, weights: false) {
            inputs["tokenizer"] = backbone
        } else if train {
            parameters["vocabulary"] = scratch(model)["vocabulary"] ?? .null
        } else if case .output(let step, _) = tokens(model, at: address, tree: tree, train: true) {
            inputs["tokenizer"] = .output(step: step, name: "tokenizer")
        }
        let step = builder.step(
            "\(address)/tokenize-\(train ? "train" : "test")", .tokenize, parameters, inputs: inputs,
            origins: ["template": loaded.tree["data"]?["template"], "vocabulary": tree?["backbone"]])
        return .output(step: step, name: "tokens")
    }
}
