// The stack entries `lightgbm`, `logistic`, `ridge` and `simplex`: learners that are fitted on out-of-fold predictions and features.

package import Digests

package enum Learner: String, CaseIterable, Sendable { case lightgbm, logistic, ridge, simplex }

/// A stack entry that is a learner. What a learner does not read or have is empty.
package protocol LearnerEntry: Sendable {
    static var learner: Learner { get }
    var members: [String] { get }
    var features: [StackEntry.Feature] { get }
    var annotations: [String] { get }
    var extractors: [String] { get }
    var settings: LearnerSettings { get }
    var seeds: [Int] { get }
    var test: StackEntry.TestFit { get }
}

extension LearnerEntry {
    package var learner: Learner { Self.learner }
    package var features: [StackEntry.Feature] { [] }
    package var annotations: [String] { [] }
    package var extractors: [String] { [] }
    package var settings: LearnerSettings { LearnerSettings() }
    package var seeds: [Int] { [1] }

    /// Whether it reads features of every text, whatever templates say.
    package var readsEveryText: Bool { features.contains { $0 != .groupStatistics && $0 != .extra } }

    /// Whether it reads the rows' texts; group statistics alone are of the predictions.
    package var readsTexts: Bool {
        !annotations.isEmpty || !extractors.isEmpty || features.contains { $0 != .groupStatistics }
    }
}

package struct LightGBM: LearnerEntry {
    package static let learner = Learner.lightgbm
    package var members: [String] = []
    package var features: [StackEntry.Feature] = []
    package var annotations: [String] = []
    package var extractors: [String] = []
    package var settings = LearnerSettings()
    package var seeds = [1]
    package var test = StackEntry.TestFit.mean

    static let declaration = Declaration(
        "LightGBM on predictions and features.", initial: { LightGBM() },
        keys: [
            Key(
                "lightgbm", \.members, .list(of: .text()),
                "Models or entries on whose out-of-fold predictions LightGBM is fitted."),
            LearnerKeys.features(\.features), LearnerKeys.annotations(\.annotations),
            LearnerKeys.extractors(\.extractors), LearnerKeys.settings(\.settings),
            Key(
                "seeds", \.seeds, .list(of: .seed),
                "LightGBM is fitted with each seed, and the predictions are averaged."),
            LearnerKeys.test(\.test),
        ])
}

package struct LogisticRegression: LearnerEntry {
    package static let learner = Learner.logistic
    package var members: [String] = []
    package var features: [StackEntry.Feature] = []
    package var annotations: [String] = []
    package var extractors: [String] = []
    package var settings = LearnerSettings()
    package var test = StackEntry.TestFit.mean

    static let declaration = Declaration(
        "A multinomial logistic regression on predictions and features.", initial: { LogisticRegression() },
        keys: [
            Key(
                "logistic", \.members, .list(of: .text()),
                "Models or entries on whose out-of-fold log-probabilities a multinomial logistic regression is fitted."),
            LearnerKeys.features(\.features), LearnerKeys.annotations(\.annotations),
            LearnerKeys.extractors(\.extractors), LearnerKeys.settings(\.settings), LearnerKeys.test(\.test),
        ])
}

package struct RidgeRegression: LearnerEntry {
    package static let learner = Learner.ridge
    package var members: [String] = []
    package var features: [StackEntry.Feature] = []
    package var annotations: [String] = []
    package var extractors: [String] = []
    package var settings = LearnerSettings()
    package var test = StackEntry.TestFit.mean

    static let declaration = Declaration(
        "A ridge regression of numbers on predictions and features.", initial: { RidgeRegression() },
        keys: [
            Key(
                "ridge", \.members, .list(of: .text()),
                "Models or entries on whose out-of-fold predictions of numbers a ridge regression is fitted."),
            LearnerKeys.features(\.features), LearnerKeys.annotations(\.annotations),
            LearnerKeys.extractors(\.extractors), LearnerKeys.settings(\.settings), LearnerKeys.test(\.test),
        ])
}

package struct SimplexWeights: LearnerEntry {
    package static let learner = Learner.simplex
    package var members: [String] = []
    package var test = StackEntry.TestFit.mean

    static let declaration = Declaration(
        "An average with the weights that fit best.", initial: { SimplexWeights() },
        keys: [
            Key(
                "simplex", \.members, .list(of: .text()),
                "Models or entries that are averaged with the weights that fit best; weights are positive and sum to 1."
            ),
            LearnerKeys.test(\.test),
        ])
}

/// The keys that learners share.
private enum LearnerKeys {
    static func features<Root>(_ path: any WritableKeyPath<Root, [StackEntry.Feature]> & Sendable) -> Key<Root> {
        Key(
            "features", path, .list(of: .choice, minimum: 0),
            "What a learner reads beside the predictions: numbers about the texts; extra: the columns of data.columns.extra; group-statistics: those of all the others within each group."
        )
    }

    static func annotations<Root>(_ path: any WritableKeyPath<Root, [String]> & Sendable) -> Key<Root> {
        Key(
            "annotations", path, .list(of: .text(), minimum: 0),
            "Annotations whose answers a learner reads; group-statistics are of these, too.")
    }

    static func extractors<Root>(_ path: any WritableKeyPath<Root, [String]> & Sendable) -> Key<Root> {
        Key(
            "extractors", path, .list(of: .text(), minimum: 0),
            "Extractors whose features a learner reads; group-statistics are of these, too.")
    }

    static func settings<Root>(_ path: any WritableKeyPath<Root, LearnerSettings> & Sendable) -> Key<Root> {
        Key("settings", path, LearnerSettings.declaration.shape, LearnerSettings.declaration.about)
    }

    static func test<Root>(_ path: any WritableKeyPath<Root, StackEntry.TestFit> & Sendable) -> Key<Root> {
        Key(
            "test", path, .choice,
            "mean: test rows are predicted by the mean of the folds' learners; refit: by one fitted on all rows.")
    }
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
                "Logistic and ridge regression: the inverse strength of the L2 penalty (C)."),
            Key("bins", \.bins, .integer(2...65_535), "LightGBM: the most histogram bins of a feature."),
        ])

    /// The settings that mean something to a learner.
    static func meaningful(to learner: Learner) -> Set<String> {
        let all = Set(declaration.keys.map(\.name))
        return switch learner {
        case .lightgbm: all.subtracting(["regularization"])
        case .logistic, .ridge: ["regularization"]
        case .simplex: []
        }
    }

    /// The schema of the settings that mean something to a learner.
    package static func schema(of learner: Learner) -> JSON {
        let names = meaningful(to: learner)
        return Declaration(
            declaration.about, initial: declaration.initial, keys: declaration.keys.filter { names.contains($0.name) }
        ).shape.schema
    }

    /// As the step has it.
    package func parameters(of learner: Learner) -> JSON {
        let names = Self.meaningful(to: learner)
        let all = Self.declaration.shape.encode(self).object ?? [:]
        return .object(all.filter { names.contains($0.key) })
    }
}
