// One entry of `stack`: what is made of models' predictions. Each kind of entry stands in a file beside this one.

package enum StackEntry: Sendable {
    case average(Average)
    case optimize(Optimization)
    case lightgbm(LightGBM)
    case logistic(LogisticRegression)
    case ridge(RidgeRegression)
    case simplex(SimplexWeights)

    package enum Feature: String, CaseIterable, Sendable {
        case length, punctuation, casing, markup, overlap, compression, tfidf
        case extra
        case groupStatistics = "group-statistics"
    }
    package enum TestFit: String, CaseIterable, Sendable { case mean, refit }

    static let declaration = Declaration(
        "Something made of predictions.",
        [
            Alternative("average", Average.declaration, StackEntry.average) { $0.average },
            Alternative("optimize", Optimization.declaration, StackEntry.optimize) { $0.optimization },
            Alternative("lightgbm", LightGBM.declaration, StackEntry.lightgbm) {
                if case .lightgbm(let entry) = $0 { entry } else { nil }
            },
            Alternative("logistic", LogisticRegression.declaration, StackEntry.logistic) {
                if case .logistic(let entry) = $0 { entry } else { nil }
            },
            Alternative("ridge", RidgeRegression.declaration, StackEntry.ridge) {
                if case .ridge(let entry) = $0 { entry } else { nil }
            },
            Alternative("simplex", SimplexWeights.declaration, StackEntry.simplex) {
                if case .simplex(let entry) = $0 { entry } else { nil }
            },
        ])

    /// The keys that list what an entry is made of.
    static let memberKeys = ["average"] + Learner.allCases.map(\.rawValue)

    package var average: Average? { if case .average(let average) = self { average } else { nil } }
    package var optimization: Optimization? { if case .optimize(let entry) = self { entry } else { nil } }
    package var learner: (any LearnerEntry)? {
        switch self {
        case .lightgbm(let learner): learner
        case .logistic(let learner): learner
        case .ridge(let learner): learner
        case .simplex(let learner): learner
        case .average, .optimize: nil
        }
    }

    /// The models and entries it is made of, as written.
    package var members: [String] {
        switch self {
        case .average(let average): average.members
        case .optimize(let optimization): [optimization.target, optimization.fittedOn].compactMap { $0 }
        case .lightgbm(let learner): learner.members
        case .logistic(let learner): learner.members
        case .ridge(let learner): learner.members
        case .simplex(let learner): learner.members
        }
    }
}
