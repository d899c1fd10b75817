// The steps of one model or variant: tokenize, fine-tune per seed and fold, predict, average.

internal import Nodes
internal import Recipes

extension Compiler {
    /// The predictions of a model with its steps under `address`. `withTest`: whether test rows are predicted too.
    ///
    /// Test predictions come from the models fitted on all rows where the recipe asks for these, else from the fold models. With
    /// pseudo-labels, the test is folded, too, and the model of a fold predicts only the test rows of its own.
    mutating func predictions(of model: Model, at address: String, tree: Node?, withTest: Bool) -> Predictions {
        let hasTest = withTest && recipe.data.test != nil
        let part = part(model, at: address, tree: tree)
        var result = Predictions()
        var test: [String: Artifact<Content.Predictions>] = [:]
        var full: [String: Artifact<Content.Predictions>] = [:]
        for seed in model.effectiveSeeds {
            let folds: [Int?] =
                (model.fit.contains(.folds) ? (0..<recipe.folds.count).map { $0 } : [])
                + (model.fit.contains(.full) ? [nil] : [])
            for fold in folds {
                let fit = self.fit(part, seed: seed, fold: fold)
                result.fits += fit.step.map { [$0] } ?? []
                let member = part.member(seed, fold)
                if fold != nil {
                    result.members[member] = predict(part, fit, seed: seed, fold: fold, on: .train)
                }
                guard hasTest else { continue }
                if part.teacher != nil {
                    test[member] = predict(part, fit, seed: seed, fold: fold, on: .testFold)
                } else if fold == nil {
                    full[member] = predict(part, fit, seed: seed, fold: fold, on: .test)
                } else if !model.fit.contains(.full) {
                    test[member] = predict(part, fit, seed: seed, fold: fold, on: .test)
                }
            }
        }
        let seeds = model.effectiveSeeds.count
        if !result.members.isEmpty {
            result.outOfFold = average(result.members, cover: seeds, at: "\(address)/average-oof")
        }
        let members = full.isEmpty ? test : full
        if !members.isEmpty {
            let cover = part.teacher == nil ? members.count : seeds
            result.test = average(members, cover: cover, at: "\(address)/average-test")
        }
        return result
    }

    /// The mean of some predictions, of which `cover` say something about each row.
    mutating func average(
        _ members: [String: Artifact<Content.Predictions>], cover: Int, at address: String, tree: Node? = nil
    ) -> Artifact<Content.Predictions> {
        builder.add(
            AverageStep(form: .plain(cover: cover), classes: classes, members: members), at: address,
            origins: ["cover": tree]
        ).predictions
    }

    /// The predictions for all test rows of the models that never saw the labels of `fold`: what a teacher of that fold says.
    mutating func testPredictions(
        of model: Model, at address: String, tree: Node?, withoutFold fold: Int
    ) -> Artifact<Content.Predictions> {
        let part = part(model, at: address, tree: tree)
        var members: [String: Artifact<Content.Predictions>] = [:]
        for seed in model.effectiveSeeds {
            let fit = self.fit(part, seed: seed, fold: fold)
            members[part.member(seed, fold)] = predict(part, fit, seed: seed, fold: fold, on: .test)
        }
        return average(members, cover: members.count, at: "\(address)/fold-\(fold)/average-test")
    }

    private func part(_ model: Model, at address: String, tree: Node?) -> ModelPart {
        ModelPart(model, at: address, tree: tree, teacher: teacher(of: model), data: loaded.tree["data"])
    }

    // MARK: - Fitting

    private mutating func fit(_ part: ModelPart, seed: Int?, fold: Int?) -> Artifact<Content.Model> {
        let rows = rows(of: .train)
        let folds = fold == nil ? nil : self.folds()
        let address = part.address(seed, fold)
        switch part.reader {
        case .baseline(let baseline):
            let pseudoLabels = pseudoLabelled(part, fold) { $0.texts(of: .test) }
            return builder.add(
                FitStep(
                    baseline: baseline(template(part.model)), classes: classes, fold: fold, rows: rows, folds: folds,
                    texts: texts(of: .train), pseudoLabels: pseudoLabels),
                at: "\(address)/fit", origins: part.origins
            ).model
        case .backbone(let forward, let training):
            let pseudoLabels = pseudoLabelled(part, fold) { $0.tokens(part, of: .test).tokens }
            var origins = part.origins
            if let tree = part.tree {
                origins["training"] = tree["training"] ?? tree
                origins["seed"] = tree["seeds"] ?? tree
            }
            return builder.add(
                FinetuneStep(
                    forward: forward, classes: classes, fold: fold, training: training, seed: seed, rows: rows,
                    folds: folds, tokens: tokens(part, of: .train).tokens, backbone: backbone(part.model),
                    pseudoLabels: pseudoLabels),
                at: "\(address)/finetune", origins: origins
            ).model
        }
    }

    /// The rows of the test that a model of a fold is trained on, too, with what `texts` gives of them.
    private mutating func pseudoLabelled<Texts>(
        _ part: ModelPart, _ fold: Int?, _ texts: (inout Compiler) -> Artifact<Texts>
    ) -> PseudoLabelled<Texts>? {
        guard let fold, let teacher = part.teacher, let labels = pseudoLabels(teacher, fold: fold) else { return nil }
        return PseudoLabelled(labels: labels, folds: testFolds(), texts: texts(&self))
    }

    /// Which rows a fitted model predicts: its fold of train, all of test, or its fold of test.
    private enum Rows { case train, test, testFold }

    private mutating func predict(
        _ part: ModelPart, _ fit: Artifact<Content.Model>, seed: Int?, fold: Int?, on rows: Rows
    ) -> Artifact<Content.Predictions> {
        let role: IngestStep.Role = rows == .train ? .train : .test
        let folds = rows == .train ? self.folds() : rows == .testFold ? testFolds() : nil
        let reader: PredictStep.Reader =
            switch part.reader {
            case .baseline(let baseline): .baseline(baseline(template(part.model)), texts: texts(of: role))
            case .backbone(let forward, _):
                .backbone(forward, tokens: tokens(part, of: role).tokens, backbone: backbone(part.model))
            }
        let verb = rows == .train ? "predict-oof" : rows == .test ? "predict-test" : "predict-test-fold"
        return builder.add(
            PredictStep(
                reader: reader, classes: classes, fold: rows == .test ? nil : fold, model: fit, folds: folds),
            at: "\(part.address(seed, fold))/\(verb)", origins: part.origins
        ).predictions
    }

    private func template(_ model: Model) -> Template { model.template ?? recipe.data.effectiveTemplate }

    /// The weights that a model begins with; nil where they are drawn at random.
    func backbone(_ model: Model) -> Artifact<Content.Backbone>? {
        source(of: model.backbone, model.remoteCode ? .weightsAndCode : .weights).map { Artifact($0) }
    }

    private func source(of backbone: Backbone?, _ part: BackbonePart) -> Source? {
        switch backbone {
        case .folder(let path): .folder(path: loaded.absolute(path), name: path, part: part)
        case .hub(let repository, let revision): .hub(repository: repository, revision: revision, part: part)
        case .scratch, nil: nil
        }
    }

    /// The tokens of a table, and the tokenizer where it was made of the training texts.
    mutating func tokens(_ part: ModelPart, of role: IngestStep.Role) -> TokenizeStep.Outputs {
        let place = TokensOf(base: part.base, role: role)
        if let done = tokens[place] { return done }
        let own: Artifact<Content.Tokenizer>? = source(of: part.model.backbone, .tokenizer).map { Artifact($0) }
        let texts = texts(of: role)
        let tokenizer = own ?? (role == .test ? tokens(part, of: .train).tokenizer : nil)
        let made = builder.add(
            TokenizeStep(
                template: template(part.model), vocabulary: tokenizer == nil ? part.vocabulary : nil,
                chat: part.model.chat, splitsSpecialTokens: part.model.splitsSpecialTokens, texts: texts,
                tokenizer: tokenizer),
            at: "\(part.base)/tokenize-\(role.rawValue)",
            origins: [
                "template": part.origins["template"] ?? nil,
                "vocabulary": part.tree?["backbone"], "chat": part.tree?["chat"],
                "split-special-tokens": part.tree?["split-special-tokens"],
            ])
        tokens[place] = made
        return made
    }
}

/// Whose tokens, and of which table.
struct TokensOf: Hashable {
    let base: String
    let role: IngestStep.Role
}

/// A model as its steps need it, worked out once for all its seeds and folds.
struct ModelPart {
    /// How it reads a row: the settings that its steps share.
    enum Reader {
        case baseline((Template) -> Baseline)
        case backbone(ForwardPass, Encoded<Training>)
    }

    let model: Model
    /// Where its steps stand.
    let base: String
    let tree: Node?
    let teacher: Teacher?
    let reader: Reader
    /// The places that the parameters come from.
    let origins: [String: Node?]

    init(_ model: Model, at base: String, tree: Node?, teacher: Teacher?, data: Node?) {
        self.model = model
        self.base = base
        self.tree = tree
        self.teacher = teacher
        let names: [String]
        if let tfidf = model.tfidf {
            let encoded = Encoded(tfidf, TFIDF.declaration.shape)
            reader = .baseline { Baseline(tfidf: encoded, template: $0) }
            names = ["tfidf"]
        } else {
            reader = .backbone(ForwardPass(model), Encoded(model.training, Training.declaration.shape))
            names = ForwardPass.parameters.map(\.name)
        }
        var origins: [String: Node?] = [:]
        for name in names {
            let nearest: Node? = tree?[name] ?? tree
            origins[name] = nearest
        }
        if model.tfidf == nil { origins["scratch"] = .some(tree?["backbone"]) }
        origins["classes"] = data?["labels"]
        let template: Node? = tree?["template"] ?? data?["template"]
        origins["template"] = template
        self.origins = origins
    }

    /// Tokens of the tokenizer that is made for a backbone without one.
    var vocabulary: Int? { if case .scratch(let scratch)? = model.backbone { scratch.vocabulary } else { nil } }

    /// `seed-1/fold-2`, `seed-1/full`, or `fold-2` for a model without seeds.
    func member(_ seed: Int?, _ fold: Int?) -> String {
        (seed.map { "seed-\($0)/" } ?? "") + (fold.map { "fold-\($0)" } ?? "full")
    }

    func address(_ seed: Int?, _ fold: Int?) -> String { "\(base)/\(member(seed, fold))" }
}
