// The steps of the model kind `backbone`, and the tokens that extractors read as it does.

internal import Nodes
internal import Recipes

extension FineTune: FittedModel {
    func part(at place: Place, in compiler: Compiler) -> FineTunePart {
        FineTunePart(
            own: self, place: place, teacher: compiler.teacher(of: self),
            forward: ForwardPass(
                self, texts: compiler.template(template).texts, labels: compiler.recipe.data.labels),
            training: Encoded(training, Training.declaration.shape), reading: reading(at: place, in: compiler))
    }

    /// What its tokens are made of.
    func reading(at place: Place, in compiler: Compiler) -> TokenReading {
        var origins = compiler.origins(ForwardPass.parameters.map(\.name), at: place)
        origins["scratch"] = .some(place.tree?["backbone"])
        return TokenReading(model: self, place: place, origins: origins)
    }
}

struct FineTunePart: FittedPart {
    let own: FineTune
    let place: Place
    let teacher: Teacher?
    let forward: ForwardPass
    let training: Encoded<Training>
    let reading: TokenReading

    var model: any ModelSection { own }

    func fit(seed: Int?, fold: FoldPlace?, in compiler: inout Compiler) -> Artifact<Content.Model> {
        let (rows, folds) = (compiler.rows(of: .train), fold.map { compiler.folds(repeat: $0.number) })
        let pseudoLabels = pseudoLabelled(fold: fold, in: &compiler) { $0.tokens(reading, of: .test).tokens }
        var origins = reading.origins
        if let tree = place.tree {
            origins["training"] = tree["training"] ?? tree
            origins["seed"] = tree["seeds"] ?? tree
            origins["label-words"] = tree["label-words"] ?? tree
        }
        return compiler.builder.add(
            FinetuneStep(
                forward: forward.on(.training), target: compiler.target, fold: fold?.fold, training: training,
                seed: seed,
                labelWords: own.labelWords, rows: rows,
                folds: folds, tokens: compiler.tokens(reading, of: .train).tokens, backbone: compiler.backbone(own),
                pseudoLabels: pseudoLabels),
            at: "\(address(seed, fold))/finetune", origins: origins
        ).model
    }

    func predict(
        _ fit: Artifact<Content.Model>, of role: IngestStep.Role, fold: Int?, folds: Artifact<Content.Folds>?,
        at address: String, in compiler: inout Compiler
    ) -> Artifact<Content.Predictions> {
        let reader = PredictStep.Reader.backbone(
            forward.on(.prediction), tokens: compiler.tokens(reading, of: role).tokens, backbone: compiler.backbone(own)
        )
        return compiler.builder.add(
            PredictStep(reader: reader, target: compiler.target, fold: fold, model: fit, folds: folds),
            at: address, origins: reading.origins
        ).predictions
    }
}

/// How a model reads texts as tokens: by which tokenizer, in which template.
struct TokenReading {
    let model: FineTune
    let place: Place
    /// The places that the parameters come from.
    let origins: [String: Node?]

    /// Tokens of the tokenizer that is made for a backbone without one.
    var vocabulary: Int? { if case .scratch(let scratch) = model.backbone { scratch.vocabulary } else { nil } }
}

/// Whose tokens, and of which table.
struct TokensOf: Hashable {
    let base: String
    let role: IngestStep.Role
}

extension Compiler {
    /// The weights that a model begins with; nil where they are drawn at random.
    func backbone(_ model: FineTune) -> Artifact<Content.Backbone>? {
        source(of: model.backbone, model.remoteCode ? .weightsAndCode : .weights).map { Artifact($0) }
    }

    private func source(of backbone: Backbone, _ part: BackbonePart) -> Source? {
        switch backbone {
        case .folder(let path): .folder(path: loaded.absolute(path), name: path, part: part)
        case .hub(let repository, let revision): .hub(repository: repository, revision: revision, part: part)
        case .scratch: nil
        }
    }

    /// The tokens of a table, and the tokenizer where it was made of the training texts.
    mutating func tokens(_ reading: TokenReading, of role: IngestStep.Role) -> TokenizeStep.Outputs {
        let (model, tree, address) = (reading.model, reading.place.tree, reading.place.address)
        let place = TokensOf(base: address, role: role)
        if let done = tokens[place] { return done }
        let own: Artifact<Content.Tokenizer>? = source(of: model.backbone, .tokenizer).map { Artifact($0) }
        let texts = texts(of: role)
        let tokenizer = own ?? (role == .test ? tokens(reading, of: .train).tokenizer : nil)
        let made = builder.add(
            TokenizeStep(
                template: template(model.template), vocabulary: tokenizer == nil ? reading.vocabulary : nil,
                chat: model.chat, splitsSpecialTokens: model.splitsSpecialTokens ?? recipe.data.splitsSpecialTokens,
                tellsMask: role == .train && model.training.masksByToken,
                words: role == .train ? model.labelWords : nil,
                swapped: model.swap.map(\.texts).flatMap { template(model.template).begins($0) ? nil : $0 },
                texts: texts,
                tokenizer: tokenizer),
            at: "\(address)/tokenize-\(role.rawValue)",
            origins: [
                "template": reading.origins["template"] ?? nil, "vocabulary": tree?["backbone"],
                "chat": tree?["chat"], "split-special-tokens": tree?["split-special-tokens"],
                "words": tree?["label-words"], "swapped": tree?["swap"]?["texts"],
                "mask": tree?["training"]?["mask-with"],
            ])
        tokens[place] = made
        return made
    }
}
