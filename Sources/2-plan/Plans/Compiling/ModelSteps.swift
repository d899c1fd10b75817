// The steps of one model or variant: tokenize, fine-tune per seed and fold, predict, average.

internal import Digests
internal import Nodes
internal import Recipes

extension Compiler {
    /// The predictions of a model with its steps under `address`. `withTest`: whether test rows are predicted too.
    ///
    /// Test predictions come from the models fitted on all rows where the recipe asks for these, else from the fold models. With
    /// pseudo-labels, the test is folded, too, and the model of a fold predicts only the test rows of its own.
    mutating func predictions(of model: Model, at address: String, tree: Node?, withTest: Bool) -> Predictions {
        let hasTest = withTest && recipe.data.test != nil
        let part = ModelPart(
            model, at: address, tree: tree, teacher: teacher(of: model), data: loaded.tree["data"])
        var result = Predictions()
        var outOfFold: [String: Source] = [:]
        var test: [String: Source] = [:]
        var full: [String: Source] = [:]
        for seed in model.effectiveSeeds {
            let folds: [Int?] =
                (model.fit.contains(.folds) ? (0..<recipe.folds.count).map { $0 } : [])
                + (model.fit.contains(.full) ? [nil] : [])
            for fold in folds {
                let fit = self.fit(part, seed: seed, fold: fold)
                result.fits.append(fit)
                let member = part.member(seed, fold)
                if fold != nil {
                    let step = predict(part, fit: fit, seed: seed, fold: fold, on: .train)
                    outOfFold[member] = .output(step: step, name: "predictions")
                    result.members.append((member, step))
                }
                guard hasTest else { continue }
                if part.teacher != nil {
                    let step = predict(part, fit: fit, seed: seed, fold: fold, on: .testFold)
                    test[member] = .output(step: step, name: "predictions")
                } else if fold == nil || !model.fit.contains(.full) {
                    let step = predict(part, fit: fit, seed: seed, fold: fold, on: .test)
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
            result.outOfFold = average(outOfFold, cover: seeds, at: "\(address)/average-oof")
        }
        let members = full.isEmpty ? test : full
        if !members.isEmpty {
            let cover = part.teacher == nil ? members.count : seeds
            result.test = average(members, cover: cover, at: "\(address)/average-test")
        }
        return result
    }

    /// The mean of some predictions, of which `cover` say something about each row.
    mutating func average(_ inputs: [String: Source], cover: Int, at address: String, tree: Node? = nil) -> Source {
        let step = builder.step(
            address, .average, ["cover": .integer(cover), "classes": classes], inputs: inputs,
            origins: ["cover": tree])
        return .output(step: step, name: "predictions")
    }

    /// The predictions for all test rows of the models that never saw the labels of `fold`: what a teacher of that fold says.
    mutating func testPredictions(of model: Model, at address: String, tree: Node?, withoutFold fold: Int) -> Source {
        let part = ModelPart(
            model, at: address, tree: tree, teacher: teacher(of: model), data: loaded.tree["data"])
        var members: [String: Source] = [:]
        for seed in model.effectiveSeeds {
            let fit = self.fit(part, seed: seed, fold: fold)
            let step = predict(part, fit: fit, seed: seed, fold: fold, on: .test)
            members[part.member(seed, fold)] = .output(step: step, name: "predictions")
        }
        return average(members, cover: members.count, at: "\(address)/fold-\(fold)/average-test")
    }

    // MARK: - Fitting

    private mutating func fit(_ part: ModelPart, seed: Int?, fold: Int?) -> Int {
        var inputs: [String: Source] = ["rows": rows(train: true)]
        if fold != nil { inputs["folds"] = folds() }
        var parameters = part.forward
        parameters["classes"] = classes
        parameters["fold"] = JSON(fold)
        let isBaseline = part.model.tfidf != nil
        if let fold, let teacher = part.teacher {
            inputs["pseudo-labels"] = pseudoLabels(teacher, fold: fold)
            inputs["pseudo-folds"] = testFolds()
            inputs[isBaseline ? "pseudo-texts" : "pseudo-tokens"] =
                isBaseline ? texts(train: false) : tokens(part, train: false)
        }
        var origins = part.origins
        let address = part.address(seed, fold)
        guard !isBaseline else {
            parameters["template"] = template(part.model).json
            inputs["texts"] = texts(train: true)
            return builder.step("\(address)/fit", .fit, parameters, inputs: inputs, origins: origins)
        }
        inputs["tokens"] = tokens(part, train: true)
        if let backbone = backbone(part.model, weights: true) { inputs["backbone"] = backbone }
        parameters["training"] = part.resolved["training"] ?? .null
        parameters["seed"] = JSON(seed)
        if let tree = part.tree {
            origins["training"] = tree["training"] ?? tree
            origins["seed"] = tree["seeds"] ?? tree
        }
        return builder.step("\(address)/finetune", .finetune, parameters, inputs: inputs, origins: origins)
    }

    /// Which rows a fitted model predicts: its fold of train, all of test, or its fold of test.
    private enum Rows { case train, test, testFold }

    private mutating func predict(_ part: ModelPart, fit: Int, seed: Int?, fold: Int?, on rows: Rows) -> Int {
        let train = rows == .train
        var inputs: [String: Source] = ["model": .output(step: fit, name: "model")]
        if rows == .train { inputs["folds"] = folds() }
        if rows == .testFold { inputs["folds"] = testFolds() }
        var parameters = part.forward
        parameters["classes"] = classes
        parameters["fold"] = JSON(rows == .test ? nil : fold)
        if part.model.tfidf != nil {
            parameters["template"] = template(part.model).json
            inputs["texts"] = texts(train: train)
        } else {
            inputs["tokens"] = tokens(part, train: train)
            if let backbone = backbone(part.model, weights: true) { inputs["backbone"] = backbone }
        }
        let verb = rows == .train ? "predict-oof" : rows == .test ? "predict-test" : "predict-test-fold"
        return builder.step(
            "\(part.address(seed, fold))/\(verb)", .predict, parameters, inputs: inputs, origins: part.origins)
    }

    private func template(_ model: Model) -> Template { model.template ?? recipe.data.effectiveTemplate }

    func backbone(_ model: Model, weights: Bool) -> Source? {
        let part: BackbonePart = !weights ? .tokenizer : model.remoteCode ? .weightsAndCode : .weights
        return switch model.backbone {
        case .folder(let path): .folder(path: loaded.absolute(path), name: path, part: part)
        case .hub(let repository, let revision): .hub(repository: repository, revision: revision, part: part)
        case .scratch, nil: nil
        }
    }

    /// The tokens of a table. They are neither cut nor joined here: a change of lengths tokenizes nothing anew.
    mutating func tokens(_ part: ModelPart, train: Bool) -> Source {
        let place = TokensOf(base: part.base, train: train)
        if let done = tokens[place] { return done }
        var parameters: [String: JSON] = [
            "template": template(part.model).json, "vocabulary": .null, "chat": part.model.chat.json,
        ]
        // Left out where it is false: tokens made before there was the key stay what they are.
        if part.model.splitsSpecialTokens { parameters["split-special-tokens"] = true }
        var inputs: [String: Source] = ["texts": texts(train: train)]
        if let backbone = backbone(part.model, weights: false) {
            inputs["tokenizer"] = backbone
        } else if train {
            parameters["vocabulary"] = part.forward["scratch"]?["vocabulary"] ?? .null
        } else if case .output(let step, _) = tokens(part, train: true) {
            inputs["tokenizer"] = .output(step: step, name: "tokenizer")
        }
        let step = builder.step(
            "\(part.base)/tokenize-\(train ? "train" : "test")", .tokenize, parameters, inputs: inputs,
            origins: [
                "template": part.origins["template"] ?? nil,
                "vocabulary": part.tree?["backbone"], "chat": part.tree?["chat"],
                "split-special-tokens": part.tree?["split-special-tokens"],
            ])
        tokens[place] = .output(step: step, name: "tokens")
        return .output(step: step, name: "tokens")
    }
}

/// Whose tokens, and of which table.
struct TokensOf: Hashable {
    let base: String
    let train: Bool
}

/// A model as its steps need it, worked out once for all its seeds and folds.
struct ModelPart {
    let model: Model
    /// Where its steps stand.
    let base: String
    let tree: Node?
    let teacher: Teacher?
    /// Every setting, as the declarations encode it.
    let resolved: JSON
    /// The parameters that shape a forward pass, shared by fitting and predicting.
    let forward: [String: JSON]
    /// The places that these parameters come from.
    let origins: [String: Node?]

    init(_ model: Model, at base: String, tree: Node?, teacher: Teacher?, data: Node?) {
        self.model = model
        self.base = base
        self.tree = tree
        self.teacher = teacher
        let resolved = model.resolved
        self.resolved = resolved
        var names = ["tfidf"]
        var forward: [String: JSON] = [:]
        if model.tfidf == nil {
            names = ["quantization", "lora", "lengths", "pooling", "precision", "head-input", "remote-code"]
            forward["scratch"] = resolved["backbone"]?["scratch"] ?? .null
        }
        for name in names { forward[name] = resolved[name] ?? .null }
        if forward["lora"] == "off" { forward["lora"] = .null }
        self.forward = forward
        var origins: [String: Node?] = [:]
        for name in forward.keys {
            let nearest: Node? = tree?[name] ?? tree
            origins[name] = nearest
        }
        if model.tfidf == nil { origins["scratch"] = .some(tree?["backbone"]) }
        origins["classes"] = data?["labels"]
        let template: Node? = tree?["template"] ?? data?["template"]
        origins["template"] = template
        self.origins = origins
    }

    /// `seed-1/fold-2`, `seed-1/full`, or `fold-2` for a model without seeds.
    func member(_ seed: Int?, _ fold: Int?) -> String {
        (seed.map { "seed-\($0)/" } ?? "") + (fold.map { "fold-\($0)" } ?? "full")
    }

    func address(_ seed: Int?, _ fold: Int?) -> String { "\(base)/\(member(seed, fold))" }
}
