// The methods by name. Knows which there are, not how they work.

package import Scores

/// A ``GroupMethod`` as recipes and command lines name it.
package enum GroupMethodKind: String, CaseIterable, Sendable {
    case marginals, sinkhorn, robust, mixture, assignment
    case tunedAssignment = "tuned-assignment"
    case blend
    case probabilityBlend = "probability-blend"
    case temperature

    /// The method, for complete groups with these counts of labels; nil means each label once.
    package func method(counts: LabelCounts? = nil) -> any GroupMethod {
        switch self {
        case .marginals: MarginalsMethod(counts: counts)
        case .sinkhorn: SinkhornMethod(counts: counts)
        case .robust: RobustMethod(counts: counts)
        case .mixture: MixtureMethod(counts: counts)
        case .assignment: PublishedRuleMethod(counts: counts)
        case .tunedAssignment: TunedRuleMethod(counts: counts)
        case .blend: AssignmentBlendMethod(objective: .logProbability, counts: counts)
        case .probabilityBlend: AssignmentBlendMethod(objective: .probability, counts: counts)
        case .temperature: TemperatureMethod()
        }
    }

    /// What the method is, in half a sentence.
    package var summary: String {
        switch self {
        case .marginals: "exact marginals under the constraint, with a temperature"
        case .sinkhorn: "rows and columns scaled to their sums, with a temperature"
        case .robust: "marginals with a temperature, a power and a share of the probabilities"
        case .mixture: "marginals where a group looks as if it obeyed the constraint, with a temperature"
        case .assignment: "the second place's rule around an assignment, coefficients as published"
        case .tunedAssignment: "the second place's rule with its coefficients searched"
        case .blend: "the probabilities mixed with the assignment of most likely labels (log p)"
        case .probabilityBlend: "the probabilities mixed with the assignment of the largest sum (p)"
        case .temperature: "a temperature alone, without the constraint"
        }
    }
}
