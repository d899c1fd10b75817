// `optimize`: predictions made to obey the constraint of their groups, with coefficients that are fitted and scored by cross-fitting.

internal import Digests
package import Recipes
package import Targets

package struct OptimizeStep: TypedStep {
    package static let kind = StepKind(
        "optimize", version: 2, demand: .native,
        outputs: ["predictions", .sometimes("parameters", "where coefficients are fitted here")],
        "Makes predictions obey the constraint of their groups.")

    package struct Outputs: Sendable {
        package let predictions: Artifact<Content.Predictions>
        /// There where coefficients are fitted.
        package let coefficients: Artifact<Content.Coefficients>
    }

    enum Fitting: Sendable {
        /// Fitted here on out-of-fold predictions, each fold's without it.
        case here(on: Artifact<Content.Predictions>, folds: Artifact<Content.Folds>)
        case there(Artifact<Content.Coefficients>)
    }

    package let method: OptimizeMethod
    package let target: Target
    /// How often each label occurs in a group; nil for once.
    package let counts: [Int]?
    /// The fold without which the coefficients were fitted; nil for those of all folds.
    package let fold: Int?
    let predictions: Artifact<Content.Predictions>
    let rows: Artifact<Content.Rows>
    let fitting: Fitting

    package static let parameters: [Parameter<Self>] =
        [
            Parameter("method", \.method, .choice, "How the constraint is used."),
            Parameter(
                "counts", optional: \.counts, .list(of: .integer(1...1_000), unique: false),
                "How often each label occurs in a complete group; by default once."),
            Parameter(
                "fold", optional: \.fold, .integer(0...99), "The fold without which the coefficients were fitted."),
        ] + Parameter.target(\.target)

    package static let inputs: [Input<Self>] = [
        Input("predictions", \.predictions, "What is made to obey."),
        Input("rows", \.rows, "Groups, and the labels that coefficients are fitted on."),
        Input("fitted-on", optional: \.fitted?.on, "Out-of-fold predictions, where coefficients are fitted here."),
        Input("folds", optional: \.fitted?.folds, "Where coefficients are fitted here."),
        Input("parameters", optional: \.coefficientsThere, "Where they were fitted by another step."),
    ]

    private var fitted: (on: Artifact<Content.Predictions>, folds: Artifact<Content.Folds>)? {
        if case .here(let on, let folds) = fitting { (on, folds) } else { nil }
    }
    private var coefficientsThere: Artifact<Content.Coefficients>? {
        if case .there(let coefficients) = fitting { coefficients } else { nil }
    }

    package static func outputs(of step: Int) -> Outputs {
        Outputs(predictions: Artifact(step, "predictions"), coefficients: Artifact(step, "parameters"))
    }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        let own = lineage.sight(of: predictions.source)
        switch fitting {
        case .there(let coefficients):
            guard case .whole(var seen) = own else { return [:] }
            seen.direct.formUnion(FoldSet(all: lineage.foldCount, without: fold))
            seen.through.formUnion(lineage.sight(of: coefficients.source).seen(rowsOf: 0).through)
            return ["predictions": .whole(seen)]
        case .here(let fittedOn, _):
            let fitted = lineage.sight(of: fittedOn.source)
            return [
                "predictions": lineage.crossFitted(over: own, [fitted]),
                "parameters": .whole(lineage.fittedOn([fitted])),
            ]
        }
    }

    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? {
        guard input == "fitted-on" else { return nil }
        return lineage.sight(of: source).leaking.first
    }
}
