// What can be said of why a step runs or is reused. Values only; how they are found is Explainer's business.

package import Digests
package import Storage

/// Why a step runs, may run, or is reused, from records alone.
package struct Explanation: Sendable {
    /// How the record was chosen that the step is compared with.
    package enum Basis: String, Sendable {
        /// The address had it in the recipe's last run.
        case lastRun = "last-run"
        /// The newest record that was made under the address.
        case address
        /// The newest record of a step with the same settings.
        case settings
        /// The record of the step's kind that differs in the fewest things.
        case kind
    }

    /// One thing in which the step differs from the record.
    package struct Difference: Sendable {
        package enum Subject: String, Sendable { case parameter, input, version, record }

        package let subject: Subject
        /// The dotted path of a parameter, or the name of an input; empty for the rest.
        package let name: String
        /// Values of a parameter, numbers of versions, or digests of contents; nil where there was or is none, or where
        /// it is not known yet.
        package let old: JSON?
        package let new: JSON?
        /// `file:line:column` in the recipe.
        package let place: String?
        /// All of it as a clause.
        package let text: String
    }

    /// A change that nothing in the plan lies behind, and the way from there to the step.
    package struct Cause: Sendable {
        package let difference: Difference
        /// Indices of steps: the one that differs first, the explained one last.
        package internal(set) var path: [Int]
        /// How many further steps differ in the same.
        package internal(set) var others: Int
    }

    package let step: Int
    package let entry: Forecast.Entry
    /// The record the step is compared with; nil where there is none, and for a step that is as it was in the last run.
    package let compared: (record: Record, basis: Basis)?
    package let differences: [Difference]
    package let causes: [Cause]
}
