// `predict`: the probabilities that a fitted model gives the rows of its fold of train, of all of test, or of its fold of test.

internal import Recipes
package import Targets

package struct PredictStep: TypedStep {
    package static let kind = StepKind(
        "predict", demand: .training, outputs: ["predictions"],
        "Predicts the probability of each label for rows of a table.")

    package struct Outputs: Sendable { package let predictions: Artifact<Content.Predictions> }

    /// How the model reads a row, and from what.
    enum Reader: Sendable {
        case backbone(ForwardPass, tokens: Artifact<Content.Tokens>, backbone: Artifact<Content.Backbone>?)
        case baseline(Baseline, texts: Artifact<Content.Texts>)
    }

    let reader: Reader
    package let target: Target
    /// The fold whose rows are predicted; nil for all rows.
    package let fold: Int?
    let model: Artifact<Content.Model>
    let folds: Artifact<Content.Folds>?
    /// The table's rows, where a prediction hangs on the others of its group.
    var rows: Artifact<Content.Rows>?

    package static let parameters: [Parameter<Self>] =
        Parameter.of(optional: \.forward, ForwardPass.parameters)
        + Parameter.of(optional: \.baseline, Baseline.parameters) + common

    private static let common: [Parameter<Self>] =
        Parameter.target(\.target) + [.fold(\.fold, "The fold whose rows are predicted; null for all rows.")]

    /// A prediction has the parameters of what made its model.
    package static var forms: [Form<Self>] {
        [
            Form(
                name: "backbone",
                parameters: Parameter.of(optional: \.forward, ForwardPass.parameters, required: true) + common),
            Form(
                name: "baseline",
                parameters: Parameter.of(optional: \.baseline, Baseline.parameters, required: true) + common),
        ]
    }

    private var forward: ForwardPass? { if case .backbone(let forward, _, _) = reader { forward } else { nil } }
    private var baseline: Baseline? { if case .baseline(let baseline, _) = reader { baseline } else { nil } }
    /// What holds the rows' texts.
    private var read: Source {
        switch reader {
        case .backbone(_, let tokens, _): tokens.source
        case .baseline(_, let texts): texts.source
        }
    }

    /// A baseline predicts on a core, whatever else predicting may take.
    package var demand: Demand { baseline == nil ? Self.kind.demand : .process }

    package static let inputs: [Input<Self>] = [
        Input("model", \.model, "What `finetune` or `fit` gave."),
        Input("folds", optional: \.folds, "Unless `fold` is null."),
        Input("tokens", optional: \.tokens, "What a backbone reads."),
        Input("backbone", optional: \.backbone, "Its weights, unless the model is complete."),
        Input("texts", optional: \.texts, "What a baseline reads."),
        Input("rows", optional: \.rows, "The groups, of the target choice."),
    ]

    private var tokens: Artifact<Content.Tokens>? {
        if case .backbone(_, let tokens, _) = reader { tokens } else { nil }
    }
    private var backbone: Artifact<Content.Backbone>? {
        if case .backbone(_, _, let backbone) = reader { backbone } else { nil }
    }
    private var texts: Artifact<Content.Texts>? {
        if case .baseline(_, let texts) = reader { texts } else { nil }
    }

    package static func outputs(of step: Int) -> Outputs { Outputs(predictions: Artifact(step, "predictions")) }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        guard case .whole(let seen) = lineage.sight(of: model.source) else { return [:] }
        guard lineage.isOfTrainingTable(read) else { return ["predictions": .whole(seen)] }
        var rows = [Seen](repeating: Seen(), count: lineage.foldCount)
        for fold in fold.map({ [$0] }) ?? Array(0..<lineage.foldCount) { rows[fold] = seen }
        return ["predictions": .rows(rows)]
    }
}
