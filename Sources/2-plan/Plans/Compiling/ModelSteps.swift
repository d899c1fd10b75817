// The steps of one model or variant: tokenize, fine-tune per seed and fold, predict, average.

internal import Nodes
internal import Recipes

extension Compiler {
    /// The predictions of a model with its steps under `address`. `withTest`: whether test rows are predicted too.
    ///
    /// Test predictions come from the models fitted on all rows where the recipe asks for these, else from the fold models. With
    /// pseudo-labels, the test is folded, too, and the model of a fold predicts only the test rows of its own.
    mutating func predictions(of model: Model, at address: String, tree: Node?, withTest: Bool) -> Predictions {
        let part = part(model, at: address, tree: tree)
        let hasTest = withTest && recipe.data.test != nil
        var fits = FittedModels()
        for seed in model.effectiveSeeds {
            if model.fit.contains(.folds) {
                for fold in 0..<recipe.folds.count { add(part, seed: seed, fold: fold, withTest: hasTest, to: &fits) }
            }
            if model.fit.contains(.full) { add(part, seed: seed, fold: nil, withTest: hasTest, to: &fits) }
        }
        let seeds = model.effectiveSeeds.count
        var result = Predictions()
        (result.members, result.fits) = (fits.outOfFold, fits.steps)
        if !fits.outOfFold.isEmpty {
            result.outOfFold = average(fits.outOfFold, cover: seeds, at: "\(address)/average-oof")
        }
        let members = fits.fullTest.isEmpty ? fits.test : fits.fullTest
        if !members.isEmpty {
            let cover = part.teacher == nil ? members.count : seeds
            result.test = average(members, cover: cover, at: "\(address)/average-test")
        }
        return result
    }

    /// What the models of all seeds and folds predict.
    private struct FittedModels {
        var steps: [Int] = []
        var outOfFold: [String: Artifact<Content.Predictions>] = [:]
        /// By the models of folds, and by those of all rows.
        var test: [String: Artifact<Content.Predictions>] = [:]
        var fullTest: [String: Artifact<Content.Predictions>] = [:]
    }

    private mutating func add(
        _ part: ModelPart, seed: Int?, fold: Int?, withTest: Bool, to fits: inout FittedModels
    ) {
        let fit = self.fit(part, seed: seed, fold: fold)
        if let step = fit.step { fits.steps.append(step) }
        let member = part.member(seed, fold)
        if fold != nil { fits.outOfFold[member] = predict(part, fit, seed: seed, fold: fold, on: .train) }
        guard withTest else { return }
        if part.teacher != nil {
            fits.test[member] = predict(part, fit, seed: seed, fold: fold, on: .testFold)
        } else if fold == nil {
            fits.fullTest[member] = predict(part, fit, seed: seed, fold: fold, on: .test)
        } else if !part.model.fit.contains(.full) {
            fits.test[member] = predict(part, fit, seed: seed, fold: fold, on: .test)
        }
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
        case .baseline(let tfidf):
            let pseudoLabels = pseudoLabelled(part, fold) { $0.texts(of: .test) }
            return builder.add(
                FitStep(
                    baseline: Baseline(tfidf: tfidf, template: template(part.model)), classes: classes, fold: fold,
                    rows: rows, folds: folds,
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
            case .baseline(let tfidf):
                .baseline(Baseline(tfidf: tfidf, template: template(part.model)), texts: texts(of: role))
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
        case baseline(Encoded<TFIDF>)
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
            reader = .baseline(Encoded(tfidf, TFIDF.declaration.shape))
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
