// One entry of `models`: what is fitted, how, and how often. Each kind of model has a file of its own beside this one.

package import Digests

package enum Model: Sendable {
    case fineTune(FineTune)
    case tfidf(TFIDFModel)
    case predictions(PredictionsModel)
    case program(ProgramModel)

    package static let declaration = Declaration(
        "A model: a backbone to fine-tune, a baseline, predictions made elsewhere, or a program of the writer's own.",
        [
            Alternative("backbone", FineTune.declaration, Model.fineTune) { $0.fineTune },
            Alternative("tfidf", TFIDFModel.declaration, Model.tfidf) { $0.tfidf },
            Alternative("predictions", PredictionsModel.declaration, Model.predictions) {
                if case .predictions(let model) = $0 { model } else { nil }
            },
            Alternative("program", ProgramModel.declaration, Model.program) { $0.program },
        ], elsewhere: "like")

    package var fineTune: FineTune? { if case .fineTune(let model) = self { model } else { nil } }
    package var tfidf: TFIDFModel? { if case .tfidf(let model) = self { model } else { nil } }
    package var program: ProgramModel? { if case .program(let model) = self { model } else { nil } }

    /// What every kind of model says of itself.
    package var section: any ModelSection {
        switch self {
        case .fineTune(let model): model
        case .tfidf(let model): model
        case .predictions(let model): model
        case .program(let model): model
        }
    }

    /// Every setting with its value, as the declarations encode it; always an object.
    package var resolved: JSON { Self.declaration.shape.encode(self) }
}

/// What every kind of model has.
package protocol ModelSection: Sendable {
    /// The text it reads, where it is another than that of all.
    var template: Template? { get }
    var fit: ModelFit { get }
    var pseudoLabels: PseudoLabelling { get }
    /// The seeds that make a difference; one that is nil for a model without seeds.
    var effectiveSeeds: [Int?] { get }
    /// Whether it says something of the rows of each fold without their labels.
    var isOutOfFold: Bool { get }
    /// Whether it says something of the rows of the test, where there are any.
    var predictsTest: Bool { get }
    /// Whether there is one of it for each fold that never saw the fold's labels, so that it can label test rows.
    var teaches: Bool { get }
    /// What it is, in a few words.
    var words: String { get }
}

extension ModelSection {
    package var isOutOfFold: Bool { fit.contains(.folds) }
    package var predictsTest: Bool { true }
    package var teaches: Bool { isOutOfFold && fit.folds == nil }
}

extension Model {
    /// Where in the tree of a model files are named.
    static let files = PredictionFiles.places

    package var template: Template? { section.template }
    package var fit: ModelFit { section.fit }
    package var pseudoLabels: PseudoLabelling { section.pseudoLabels }
    package var effectiveSeeds: [Int?] { section.effectiveSeeds }
    package var isOutOfFold: Bool { section.isOutOfFold }
    package var words: String { section.words }
}

/// The keys that kinds of models share.
extension Model {
    static func like<Root>(_ path: any WritableKeyPath<Root, String?> & Sendable) -> Key<Root> {
        Key(
            "like", optional: path, .text(),
            "Another model whose settings this one takes, except those written here.")
    }

    static func template<Root>(_ path: any WritableKeyPath<Root, Template?> & Sendable) -> Key<Root> {
        Key(
            "template", optional: path, Template.shape,
            "The text this model reads, where it is another than data.template.")
    }

    static func seeds<Root>(_ path: any WritableKeyPath<Root, [Int]> & Sendable) -> Key<Root> {
        Key("seeds", path, .list(of: .seed), "One model is fitted for each seed; predictions are averaged.")
    }

    static func fit<Root>(_ path: any WritableKeyPath<Root, ModelFit> & Sendable) -> Key<Root> {
        Key(
            "fit", path, ModelFit.shape,
            "folds: a model without each fold in turn; full: one on all rows. {folds: [0, 1]} trains for these folds alone, and is scored on their rows."
        )
    }

    static func pseudoLabels<Root>(_ path: any WritableKeyPath<Root, PseudoLabelling> & Sendable) -> Key<Root> {
        Key("pseudo-labels", path, PseudoLabelling.shape, PseudoLabels.declaration.about)
    }
}
