// The steps the engine runs itself. Knows files and parameters; nothing of keys, the store or the plan.

package import Digests
package import Plans

/// What a native step is given: parameters, inputs by name, and an empty folder for its outputs.
package struct StepContext: Sendable {
    package let parameters: JSON
    /// Absolute paths.
    package let inputs: [String: String]
    package let outputs: String

    package init(parameters: JSON, inputs: [String: String], outputs: String) {
        self.parameters = parameters
        self.inputs = inputs
        self.outputs = outputs
    }

    func input(_ name: String) throws(StepError) -> String {
        guard let path = inputs[name] else { throw StepError("input \(name) is missing") }
        return path
    }

    func integer(_ name: String) throws(StepError) -> Int {
        guard let value = parameters[name]?.integer else { throw StepError("parameter \(name) is missing") }
        return value
    }

    func string(_ name: String) throws(StepError) -> String {
        guard let value = parameters[name]?.string else { throw StepError("parameter \(name) is missing") }
        return value
    }

    func output(_ name: String) -> String { "\(outputs)/\(name)" }

    func write(_ json: JSON, as name: String) throws(StepError) {
        try FileBytes.write(Array(json.text().utf8), to: output(name))
    }
}

/// What a native step gave.
package struct StepOutcome: Sendable {
    package let outputs: [String]
    package let metrics: JSON
}

package enum NativeStep {
    /// Runs a step of a kind whose demand is `native`. Errors: ``StepError``.
    package static func run(_ kind: StepKind, _ context: StepContext) throws -> StepOutcome {
        switch kind {
        case .split: try split(context)
        case .average: try average(context)
        case .optimize: try optimize(context)
        case .evaluate: try evaluate(context)
        case .submission: try submission(context)
        case .pseudoLabel: try pseudoLabel(context)
        case .ingest, .explore, .tokenize, .finetune, .fit, .predict, .features, .annotate, .extract, .stack:
            throw StepError("\(kind.rawValue) is a step of the worker")
        case .command: throw StepError("\(kind.rawValue) is a program of the user's")
        }
    }
}
