// One entry of `stack`: what is made of models' predictions.

package enum OptimizeMethod: String, CaseIterable, Sendable { case marginals, assignment }

package struct StackEntry: Sendable {
    package var average: [String]?
    package var optimize: String?
    package var fittedOn: String?
    package var method = OptimizeMethod.marginals

    static let declaration = Declaration(
        "Something made of predictions.", initial: { StackEntry() }, oneOf: ["average", "optimize"],
        keys: [
            Key(
                "average", optional: \.average, .list(of: .text()),
                "Models or entries whose probabilities are averaged with equal weights."),
            Key(
                "optimize", optional: \.optimize, .text(),
                "The model or entry whose predictions are made to obey the constraint."),
            Key(
                "fitted-on", optional: \.fittedOn, .text(),
                "Whose out-of-fold predictions fit the temperature; by default those of what is optimized."),
            Key(
                "method", \.method, .choice,
                "marginals: the exact probability of each label under the constraint; assignment: the published rule around a linear assignment."
            ),
        ])
}
