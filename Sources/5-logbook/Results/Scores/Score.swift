// One line of the score table: a model, a stack entry, or the out-of-fold predictions of a custom step.

internal import Plans
internal import Recipes

/// The out-of-fold score of a model, a stack entry or a custom step.
package struct Score: Sendable {
    package let name: String
    /// Its name in the recipe: `final` of `round-1/final`.
    package let entry: String
    /// The round of pseudo-labels it belongs to; 0 for the first pass.
    package let round: Int
    package let kind: Kind
    /// Nil while it is not evaluated, and for what has no out-of-fold predictions.
    package let evaluation: Evaluation?
    /// Why there is no score; nil where there is one.
    package let absence: Absence?
    /// The results it is made of, of its own round: what was optimized, averaged or learned from.
    package let parts: [String]
    package let isModel: Bool
    /// Whether it is a program of the user's own.
    package let isStep: Bool
    /// Whether it is a mean of the probabilities of its parts.
    let isAverage: Bool
    /// Seconds of the recorded steps that its out-of-fold predictions rest on.
    package let seconds: Double
    package let notes: ResultNotes
    /// What it was scored on; nil while it has no score.
    let basis: ScoreBasis?
    /// What a link to it is called: the beginning of its evaluation's key; nil while it has none.
    package let anchor: String?

    /// What it is, and of what.
    package enum Kind: Sendable {
        /// In the recipe's own words for it.
        case model(String)
        /// A mean of its parts; of their probabilities where none is named.
        case average(of: [String], mean: String?, weights: Weights)
        case optimized(String, method: String)
        case learner(String, on: [String])
        /// A program and its first argument.
        case step([String])
        /// The recipe does not have it.
        case unknown
    }

    /// How the parts of an average came to their weights.
    package enum Weights: Sendable { case equal, given, fitted, selected }

    /// Why there is no score.
    package enum Absence: Sendable { case noOutOfFold, notRun }

    /// - Parameter isStandIn: whether the score is of what the entry is fitted on, in place of what it optimizes.
    init(
        _ name: String, _ result: PlannedResult, _ recipe: LoadedRecipe, isStandIn: Bool, _ evaluation: Evaluation?,
        basis: ScoreBasis?, seconds: Double, notes: ResultNotes, anchor: String?
    ) {
        self.name = name
        (self.basis, self.seconds, self.notes, self.anchor) = (basis, seconds, notes, anchor)
        if case .model = result.role { isModel = true } else { isModel = false }
        if case .step = result.role { isStep = true } else { isStep = false }
        self.evaluation = evaluation
        if evaluation != nil {
            absence = nil
        } else {
            absence = result.evaluate == nil ? .noOutOfFold : .notRun
        }
        // `round-1/final` is described as `final` is.
        let places = name.split(separator: "/", maxSplits: 1).map(String.init)
        round = places.count > 1 ? Int(places[0].dropFirst("round-".count)) ?? 0 : 0
        entry = places.last ?? name
        let room = round > 0 ? places[0] + "/" : ""
        if let model = recipe.model(named: entry) {
            kind = .model(model.words)
            (parts, isAverage) = ([], false)
        } else if let entry = recipe.stackEntry(named: entry) {
            isAverage = entry.average?.isPlain ?? false
            let (kind, own) = Self.kind(of: entry, isStandIn: isStandIn)
            (self.kind, parts) = (kind, own.map { room + $0 })
        } else if let step = Self.step(entry, of: recipe) {
            kind = .step(Array(step.command.prefix(2)))
            isAverage = false
            parts = Self.parts(of: step, among: recipe).map { room + $0 }
        } else {
            kind = .unknown
            (parts, isAverage) = ([], false)
        }
    }

    private static func step(_ name: String, of recipe: LoadedRecipe) -> CustomStep? {
        recipe.recipe.steps.first { $0.name == name }?.value
    }

    /// The results whose out-of-fold predictions a custom step reads.
    private static func parts(of step: CustomStep, among recipe: LoadedRecipe) -> [String] {
        let steps = Set(recipe.recipe.steps.map(\.name))
        return step.inputs.compactMap { input in
            switch CustomInput(input.value, steps: steps) {
            case .predictions(let owner, outOfFold: true), .output(let owner, name: "out-of-fold"): owner
            default: nil
            }
        }
    }

    /// What an entry is, and what its score is made of.
    private static func kind(of entry: StackEntry, isStandIn: Bool) -> (Kind, parts: [String]) {
        switch entry {
        case .average(let average):
            let weights: Weights =
                switch average.weights {
                case .equal: .equal
                case .given: .given
                case .simplex: .fitted
                case .greedy: .selected
                }
            let mean = average.mean == .probabilities ? nil : average.mean.rawValue
            return (.average(of: average.members, mean: mean, weights: weights), average.members)
        case .optimize(let optimization):
            // What is optimized may have no out-of-fold predictions; the score is then that of what it is fitted on.
            let scored = isStandIn ? optimization.fittedOn : optimization.target
            return (.optimized(scored ?? "", method: optimization.method.rawValue), [scored].compactMap { $0 })
        case .lightgbm, .logistic, .ridge, .simplex:
            return (.learner(entry.learner?.learner.rawValue ?? "", on: entry.members), entry.members)
        }
    }
}
