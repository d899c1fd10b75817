// `stack`: a learner that is fitted on out-of-fold predictions and features, and scored by cross-fitting.

internal import Digests
internal import Recipes
package import Targets

package struct StackStep: TypedStep {
    package static let kind = StepKind(
        "stack", demand: .process,
        outputs: [
            .sometimes("oof", "unless it is a teacher's"), .sometimes("test", "where there are `test.` inputs"),
            .sometimes("report", "unless it is a teacher's"),
        ], "Fits a learner on out-of-fold predictions and features.")

    /// Out-of-fold predictions, and those of the test where that is read; for a teacher the test's alone.
    package struct Outputs: Sendable {
        package let outOfFold: Artifact<Content.Predictions>
        package let test: Artifact<Content.Predictions>
    }

    /// What is read of the test rows.
    struct Test: Sendable {
        let rows: Artifact<Content.Rows>
        let members: [String: Artifact<Content.Predictions>]
        let features: Artifact<Content.Features>?
    }

    let learner: Learner
    let settings: LearnerSettings
    let seeds: [Int]
    let fit: StackEntry.TestFit
    package let target: Target
    /// The fold that nothing may have seen, for a teacher; nil for all folds.
    let fold: Int?
    let groupStatistics: Bool
    let rows: Artifact<Content.Rows>
    let folds: Artifact<Content.Folds>
    let members: [String: Artifact<Content.Predictions>]
    let features: Artifact<Content.Features>?
    var test: Test?

    package static let parameters: [Parameter<Self>] =
        [
            Parameter("learner", \.learner, .choice, "What is fitted."),
            Parameter(
                "settings",
                schema: [
                    "type": "object", "x-by": "learner",
                    "x-cases": .object(
                        Dictionary(
                            uniqueKeysWithValues: Learner.allCases.map { ($0.rawValue, LearnerSettings.schema(of: $0)) }
                        )),
                ], "Those that mean something to the learner."
            ) {
                $0.settings.parameters(of: $0.learner)
            },
            Parameter(
                "seeds", \.seeds, .list(of: .seed), "The learner is fitted with each, and its predictions are averaged."
            ),
            Parameter("test", \.fit, .choice, "mean: of the folds' learners; refit: one fitted on all rows."),
            .fold(\.fold, "The fold that nothing may have seen; null for none."),
            Parameter(
                "group-statistics", \.groupStatistics, .boolean,
                "Whether statistics of each row's group are features, too."
            ),
        ] + Parameter.target(\.target)

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels, groups and weights."),
        Input("folds", \.folds, "The folds that the members had."),
        Input("features-train", optional: \.features, "Features of the training rows."),
        Input("rows-test", optional: \.test?.rows, "Where the test table is predicted."),
        Input("features-test", optional: \.test?.features, "Features of the test rows."),
        Input(each: "oof.", \.members, of: "name", "The members' out-of-fold predictions."),
        Input(each: "test.", \.testMembers, of: "name", "The members' predictions of the test table."),
    ]

    private var testMembers: [String: Artifact<Content.Predictions>] { test?.members ?? [:] }

    package static func outputs(of step: Int) -> Outputs {
        Outputs(outOfFold: Artifact(step, "oof"), test: Artifact(step, "test"))
    }

    /// Each row's learner has seen the labels of the other folds, and the row's own inputs have seen what they have seen.
    package func sights(in lineage: Lineage) -> [String: Sight] {
        let seen = members.values.map { lineage.sight(of: $0.source) }
        var own = lineage.merged(seen)
        if lineage.splitsGroups, groupStatistics, case .rows(var rows) = own {
            // A row's group has rows in other folds, whose predictions come from models that saw this row's label.
            let all = rows.reduce(into: Seen()) { $0.formUnion($1) }
            for fold in rows.indices { rows[fold].formUnion(all) }
            own = .rows(rows)
        }
        var ofTest = (test?.members ?? [:]).values.reduce(into: Seen()) {
            $0.formUnion(lineage.sight(of: $1.source).seen(rowsOf: 0))
        }
        ofTest.direct.formUnion(FoldSet(all: lineage.foldCount, without: fold))
        ofTest.through.formUnion(lineage.fittedOn(seen).through)
        return ["oof": lineage.crossFitted(over: own, seen), "test": .whole(ofTest)]
    }

    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? {
        guard input.hasPrefix("oof.") else { return nil }
        return lineage.sight(of: source).leaking.first
    }
}
