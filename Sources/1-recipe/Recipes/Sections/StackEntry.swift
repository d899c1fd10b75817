// One entry of `stack`: what is made of models' predictions.

package import Digests

/// The raw values are those of `GroupMethodKind` in Constraints.
package enum OptimizeMethod: String, CaseIterable, Sendable {
    case marginals, sinkhorn, robust, mixture, assignment
    case tunedAssignment = "tuned-assignment"
    case blend
    case probabilityBlend = "probability-blend"
    case temperature

    /// Whether groups may break the constraint.
    package var toleratesViolations: Bool { self == .mixture || self == .temperature }
}

/// A learner that is fitted on out-of-fold predictions and features.
package enum Learner: String, CaseIterable, Sendable { case lightgbm, logistic, simplex }

package struct StackEntry: Sendable {
    package enum Feature: String, CaseIterable, Sendable {
        case length, punctuation, casing, markup, overlap, compression, tfidf
        case groupStatistics = "group-statistics"
    }
    package enum TestFit: String, CaseIterable, Sendable { case mean, refit }

    package var average: [String]?
    package var mean = AverageMean.probabilities
    package var weights = AverageWeights.equal
    package var optimize: String?
    package var fittedOn: String?
    package var method = OptimizeMethod.marginals
    package var counts: [Int]?
    package var lightgbm: [String]?
    package var logistic: [String]?
    package var simplex: [String]?
    package var features: [Feature] = []
    package var annotations: [String] = []
    package var extractors: [String] = []
    package var settings = LearnerSettings()
    package var seeds = [1]
    package var test = TestFit.mean

    static let declaration = Declaration(
        "Something made of predictions.", initial: { StackEntry() },
        oneOf: ["average", "optimize", "lightgbm", "logistic", "simplex"],
        keys: [
            Key(
                "average", optional: \.average, .list(of: .text()),
                "Models or entries whose probabilities are averaged."),
            Key(
                "mean", \.mean, .choice,
                "The scale of an average. probabilities: as they are; logits: each class's log-odds; geometric: logarithms; rank: each probability's rank among all rows of its class."
            ),
            Key(
                "weights", \.weights, AverageWeights.shape,
                "The weights of an average: equal; a list, one for each; simplex (those with the least log loss) or greedy (ensemble selection with replacement), both fitted on out-of-fold predictions and scored by cross-fitting."
            ),
            Key(
                "optimize", optional: \.optimize, .text(),
                "The model or entry whose predictions are made to obey the constraint."),
            Key(
                "fitted-on", optional: \.fittedOn, .text(),
                "Whose out-of-fold predictions fit the temperature; by default those of what is optimized."),
            Key(
                "method", \.method, .choice,
                "marginals: the exact probability of each label under the constraint; robust: for predictions that are wrong in more ways than a temperature mends; mixture: where some groups break the constraint; assignment: the published rule around a linear assignment; docs/howto/optimize.md tells them all apart."
            ),
            Key(
                "counts", optional: \.counts, .list(of: .integer(1...1_000), unique: false),
                "How often each label occurs in a complete group, in the order of data.labels; by default once."),
            Key(
                "lightgbm", optional: \.lightgbm, .list(of: .text()),
                "Models or entries on whose out-of-fold predictions LightGBM is fitted."),
            Key(
                "logistic", optional: \.logistic, .list(of: .text()),
                "Models or entries on whose out-of-fold log-probabilities a multinomial logistic regression is fitted."),
            Key(
                "simplex", optional: \.simplex, .list(of: .text()),
                "Models or entries that are averaged with the weights that fit best; weights are positive and sum to 1."
            ),
            Key(
                "features", \.features, .list(of: .choice),
                "What a learner reads beside the predictions; group-statistics are those of all the others within each group."
            ),
            Key(
                "annotations", \.annotations, .list(of: .text()),
                "Annotations whose answers a learner reads; group-statistics are of these, too."),
            Key(
                "extractors", \.extractors, .list(of: .text()),
                "Extractors whose features a learner reads; group-statistics are of these, too."),
            Key("settings", \.settings, LearnerSettings.declaration.shape, LearnerSettings.declaration.about),
            Key(
                "seeds", \.seeds, .list(of: .seed),
                "LightGBM is fitted with each seed, and the predictions are averaged."),
            Key(
                "test", \.test, .choice,
                "mean: test rows are predicted by the mean of the folds' learners; refit: by one fitted on all rows."),
        ])

    /// The learner and what it is fitted on; nil for an average or an optimization.
    package var learner: (kind: Learner, members: [String])? {
        if let lightgbm { return (.lightgbm, lightgbm) }
        if let logistic { return (.logistic, logistic) }
        return simplex.map { (.simplex, $0) }
    }

    /// Whether a learner reads the rows' texts; group statistics alone are of the predictions.
    package var readsTexts: Bool {
        !annotations.isEmpty || !extractors.isEmpty || features.contains { $0 != .groupStatistics }
    }

    /// The models and entries it is made of, as written.
    package var members: [String] {
        average ?? learner?.members ?? [optimize, fittedOn].compactMap { $0 }
    }

    /// The keys that mean something for each of the choices.
    static let meaningful: [String: Set<String>] = [
        "average": ["mean", "weights"], "optimize": ["fitted-on", "method", "counts"],
        "lightgbm": ["features", "annotations", "extractors", "settings", "seeds", "test"],
        "logistic": ["features", "annotations", "extractors", "settings", "test"],
        "simplex": ["test"],
    ]
}

package struct LearnerSettings: Sendable {
    package var rounds = 500
    package var learningRate = 0.05
    package var leaves = 15
    package var minimumRows = 20
    package var featureShare = 0.7
    package var rowShare = 0.8
    package var l2 = 1.0
    package var earlyStopping = 50
    package var regularization = 1.0
    package var bins = 63

    package static let declaration = Declaration(
        "How a learner of the stack is fitted.", initial: { LearnerSettings() },
        keys: [
            Key("rounds", \.rounds, .integer(1...100_000), "LightGBM: the most trees for each class."),
            Key(
                "learning-rate", \.learningRate, .number(0...1, aboveMinimum: true),
                "LightGBM: the shrinkage of a tree."),
            Key("leaves", \.leaves, .integer(2...4_096), "LightGBM: leaves of a tree."),
            Key(
                "min-rows", \.minimumRows, .integer(1...1_000_000), "LightGBM: the fewest rows of a leaf.", unit: "rows"
            ),
            Key(
                "feature-share", \.featureShare, .number(0...1, aboveMinimum: true),
                "LightGBM: share of the features each tree may use."),
            Key(
                "row-share", \.rowShare, .number(0...1, aboveMinimum: true),
                "LightGBM: share of the rows each tree is grown on."),
            Key("l2", \.l2, .number(0...1e6), "LightGBM: the L2 penalty of leaf values."),
            Key(
                "early-stopping", \.earlyStopping, .integer(1...10_000),
                "LightGBM: rounds without gain on an inner split by groups after which fitting ends.", unit: "rounds"),
            Key(
                "regularization", \.regularization, .number(0...1e9, aboveMinimum: true),
                "Logistic regression: the inverse strength of the L2 penalty (C)."),
            Key("bins", \.bins, .integer(2...65_535), "LightGBM: the most histogram bins of a feature."),
        ])

    /// The settings that mean something to a learner.
    static func meaningful(to learner: Learner) -> Set<String> {
        let all = Set(declaration.keys.map(\.name))
        return switch learner {
        case .lightgbm: all.subtracting(["regularization"])
        case .logistic: ["regularization"]
        case .simplex: []
        }
    }

    /// As the step has it.
    package func parameters(of learner: Learner) -> JSON {
        let names = Self.meaningful(to: learner)
        let all = Self.declaration.shape.encode(self).object ?? [:]
        return .object(all.filter { names.contains($0.key) })
    }
}
