// `evaluate`: scores of out-of-fold predictions, per fold and seed, per seed, and of their average.

internal import Digests
internal import Recipes
package import Scores
package import Targets

package struct EvaluateStep: TypedStep {
    package static let kind = StepKind(
        "evaluate", version: 3, demand: .native, outputs: ["evaluation"], "Scores out-of-fold predictions.")

    package struct Outputs: Sendable { package let evaluation: Artifact<Content.Evaluation> }

    package let target: Target
    /// The names of what is scored by; the first decides.
    package let metrics: [String]
    /// Those among them that are files, each with the way that is better.
    package var files: [String: MetricDirection] = [:]
    /// The folds whose rows are scored; nil for all.
    package let scored: [Int]?
    let rows: Artifact<Content.Rows>
    let folds: Artifact<Content.Folds>
    /// Where rows are dealt several times, the folds of each repeat after the first, by its number.
    var repeats: [String: Artifact<Content.Folds>] = [:]
    let average: Artifact<Content.Predictions>
    /// What was averaged, by `seed-1/fold-2` or `fold-2`.
    let members: [String: Artifact<Content.Predictions>]
    /// What the metrics that are files gave, by their names.
    var values: [String: Artifact<Content.MetricValues>] = [:]

    package static let parameters: [Parameter<Self>] =
        Parameter.target(\.target) + [
            Parameter(
                "metrics", \.metrics, .list(of: .text()), asBefore: Metrics.standard.map(\.name),
                "What is scored by; the first decides."),
            Parameter(
                "folds", optional: \.scored, .list(of: .integer(0...99)),
                "The folds whose rows are scored; by default all, but never a row of no fold."),
            Parameter(
                "files", schema: ["type": "object", "additionalProperties": ["enum": ["lower", "higher"]]],
                required: false, "The metrics that are files, each with the way that is better."
            ) { step in
                step.files.isEmpty ? nil : .object(step.files.mapValues { .string($0.rawValue) })
            },
        ]

    package static let inputs: [Input<Self>] = [
        Input("rows", \.rows, "Labels, groups and weights."),
        Input("folds", \.folds, "The folds that scores are told by."),
        Input(
            each: "folds.", \.repeats, of: "repeat", "Where rows are dealt several times, the folds of the later ones."),
        Input("average", \.average, "The out-of-fold predictions that are scored."),
        Input(each: "", \.members, of: "seed/fold", "What was averaged, each scored, too."),
        Input(each: "score.", \.values, of: "metric", "What a metric file gave."),
    ]

    package static func outputs(of step: Int) -> Outputs { Outputs(evaluation: Artifact(step, "evaluation")) }

    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? {
        input == "average" ? lineage.sight(of: source).leaking.first : nil
    }

    /// What models without seeds have in a seed's place where results are named by seed.
    package static let withoutSeed = "all"

    /// The seeds that some inputs are of, ascending; ``withoutSeed`` for those of models that have none.
    package static func seeds(of inputs: some Collection<String>) -> [String] {
        let members = inputs.filter { isPredictions($0) && $0 != "average" }
        return Set(members.map { $0.hasPrefix("fold-") ? withoutSeed : String($0.prefix { $0 != "/" }) }).sorted()
    }

    /// The inputs that hold a seed's predictions, one a fold; those of all seeds' average for `average`.
    package static func members(of seed: String, among inputs: some Collection<String>) -> [String] {
        if seed == "average" { return inputs.filter { $0 == seed } }
        return inputs.filter { $0.hasPrefix(seed == withoutSeed ? "fold-" : "\(seed)/") }.sorted()
    }

    /// Whether an input of this name holds predictions.
    package static func isPredictions(_ input: String) -> Bool {
        ["average", "seed-", "fold-", "repeat-"].contains { $0 == "average" ? input == $0 : input.hasPrefix($0) }
    }

    /// What the predictions of a seed under one of several assignments of folds are called: `seed-1.repeat-2`, or `repeat-2`.
    static func name(seed: Int?, repeat number: Int) -> String {
        (seed.map { "seed-\($0)." } ?? "") + "repeat-\(number)"
    }

    /// The number of the repeat that a seed's name says; 0 where it says none.
    package static func repeatNumber(of seed: String) -> Int {
        seed.split(separator: ".").last.flatMap { $0.hasPrefix("repeat-") ? Int($0.dropFirst("repeat-".count)) : nil }
            ?? 0
    }
}
