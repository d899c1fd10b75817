// The steps the engine runs itself. Knows files and what the kinds declare; nothing of keys, the store or the plan.

internal import Host
package import Digests
internal import Formats
internal import Scores
package import Plans

/// Where a native step finds its inputs by name, and an empty folder for its outputs.
package struct StepContext: Sendable {
    /// Absolute paths.
    package let inputs: [String: String]
    package let outputs: String
    /// What messages call the inputs, where that is something else than their names here.
    private let titles: [String: String]

    package init(inputs: [String: String], titles: [String: String] = [:], outputs: String) {
        self.inputs = inputs
        self.titles = titles
        self.outputs = outputs
    }

    /// What messages call an input.
    func title(_ input: String) -> String { titles[input] ?? input }

    func input(_ name: String) throws(AblateError) -> String {
        guard let path = inputs[name] else { throw AblateError(.invalid, "input \(name) is missing") }
        return path
    }

    func output(_ name: String) -> String { "\(outputs)/\(name)" }
}

/// What a native step gave.
package struct StepOutcome: Sendable {
    package let outputs: [String]
    package let metrics: JSON
}

/// A kind of step that runs here: with the parameters that it was planned with, in their own types.
protocol RunnableStep: TypedStep {
    /// Errors: ``AblateError``, and those of the arithmetic.
    func run(_ context: StepContext) throws -> StepOutcome
}

package enum NativeStep {
    /// Runs a step of a kind whose demand is `native`. Errors: ``AblateError``.
    package static func run(_ step: any TypedStep, _ context: StepContext) throws -> StepOutcome {
        guard let step = step as? any RunnableStep else {
            throw AblateError(.invalid, "a step of kind \(type(of: step).kind.rawValue) does not run in the engine")
        }
        do {
            return try step.run(context)
        } catch let error as FormatError {
            throw AblateError(.invalid, error.description)
        } catch let error as GroupError {
            throw AblateError(.invalid, error.description)
        } catch let error as ProbabilityError {
            throw AblateError(.invalid, error.description)
        }
    }
}
