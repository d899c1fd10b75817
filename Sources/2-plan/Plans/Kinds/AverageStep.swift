// `average`: several predictions as one: their plain mean, or a weighted one in a scale.

internal import Digests
package import Recipes
package import Targets

package struct AverageStep: TypedStep {
    package static let kind = StepKind(
        "average", demand: .native, outputs: ["predictions", .sometimes("weights", "where they are fitted here")],
        "Averages what several predictions say of each row.")

    package struct Outputs: Sendable {
        package let predictions: Artifact<Content.Predictions>
        /// There where weights are fitted.
        package let weights: Artifact<Content.AverageWeights>
    }

    package enum Form: Sendable {
        /// The mean of those predictions that say something of a row, `cover` in number; of all rows, or where `isPartial` of those that
        /// some say something of.
        case plain(cover: Int, isPartial: Bool = false)
        case weighted(Weighted)
    }

    /// An average in a scale, or with weights.
    package struct Weighted: Sendable {
        package let mean: AverageMean
        package let weights: AverageWeights
        /// The names of the members in the order of given weights.
        package let members: [String]
        /// The fold without which the weights were fitted; nil for weights of all folds.
        package let fold: Int?
        /// What fitted weights are to be good at; nil for the log loss.
        package let metric: String?
        let fitting: Fitting?

        /// Where weights that are not given come from.
        enum Fitting: Sendable {
            case here(rows: Artifact<Content.Rows>, folds: Artifact<Content.Folds>)
            case there(Artifact<Content.AverageWeights>)
        }
    }

    package let form: Form
    package let target: Target
    let members: [String: Artifact<Content.Predictions>]

    package static let parameters: [Parameter<Self>] =
        [
            Parameter(
                "cover", optional: \.cover, .integer(1...Int(Int32.max)),
                "How many of the predictions say something of each row; without weights."),
            Parameter(
                "partial", \.isPartial, .boolean, asBefore: false,
                "Whether they may be of some rows alone: those of folds that are trained for, and those that folds hold out."
            ),
            Parameter("mean", optional: \.weighted?.mean, .choice, "The scale of the average."),
            Parameter(
                "weights", schema: ["anyOf": [AverageWeights.shape.schema, ["type": "null"]]], required: false,
                "The weights; null for equal ones."
            ) { step in
                step.weighted.map { $0.weights == .equal ? .null : AverageWeights.shape.parameter($0.weights) }
            },
            Parameter(
                "members", optional: \.weighted?.members, .list(of: .text()), "The members in the order of the weights."
            ),
            Parameter(
                "fold", optional: \.weighted?.fold, .integer(0...99), "The fold without which the weights were fitted."),
            Parameter(
                "metric", optional: \.weighted?.metric, .metric,
                "What greedily selected members are to score best by; by default the log loss."),
        ] + Parameter.target(\.target)

    private var cover: Int? { if case .plain(let cover, _) = form { cover } else { nil } }
    private var isPartial: Bool { if case .plain(_, let isPartial) = form { isPartial } else { false } }
    package var weighted: Weighted? { if case .weighted(let weighted) = form { weighted } else { nil } }

    package static let inputs: [Input<Self>] = [
        Input(each: "", \.plainMembers, of: "name", "The members of a plain average."),
        Input(each: "member.", \.weightedMembers, of: "name", "The members of a weighted one."),
        Input("rows", optional: \.fitted?.rows, "Where weights are fitted here."),
        Input("folds", optional: \.fitted?.folds, "Where weights are fitted here."),
        Input("weights", optional: \.weightsThere, "Where they were fitted by another step."),
    ]

    private var plainMembers: [String: Artifact<Content.Predictions>] { weighted == nil ? members : [:] }
    private var weightedMembers: [String: Artifact<Content.Predictions>] { weighted == nil ? [:] : members }
    private var fitted: (rows: Artifact<Content.Rows>, folds: Artifact<Content.Folds>)? {
        if case .here(let rows, let folds)? = weighted?.fitting { (rows, folds) } else { nil }
    }
    private var weightsThere: Artifact<Content.AverageWeights>? {
        if case .there(let weights)? = weighted?.fitting { weights } else { nil }
    }

    package static func outputs(of step: Int) -> Outputs {
        Outputs(predictions: Artifact(step, "predictions"), weights: Artifact(step, "weights"))
    }

    package func sights(in lineage: Lineage) -> [String: Sight] {
        let seen = members.values.map { lineage.sight(of: $0.source) }
        let result = lineage.merged(seen)
        switch weighted?.fitting {
        case nil: return ["predictions": weighted == nil ? result : outside(result, nil, lineage)]
        case .there(let weights)?: return ["predictions": outside(result, weights, lineage)]
        case .here?:
            return [
                "predictions": lineage.crossFitted(over: result, seen), "weights": .whole(lineage.fittedOn(seen)),
            ]
        }
    }

    /// Test predictions with weights that were fitted elsewhere.
    private func outside(
        _ result: Sight, _ weights: Artifact<Content.AverageWeights>?, _ lineage: Lineage
    ) -> Sight {
        guard let weights, case .whole(var seen) = result else { return result }
        seen.direct.formUnion(FoldSet(all: lineage.foldCount, without: weighted?.fold))
        seen.through.formUnion(lineage.sight(of: weights.source).seen(rowsOf: 0).through)
        return .whole(seen)
    }

    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? {
        guard weighted != nil, input.hasPrefix("member.") else { return nil }
        return lineage.sight(of: source).leaking.first
    }
}
