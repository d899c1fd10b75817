// The steps the engine runs itself. Knows files and parameters; nothing of keys, the store or the plan.

internal import Host
package import Digests
internal import Formats
internal import Scores
package import Plans

/// What a native step is given: parameters, inputs by name, and an empty folder for its outputs.
package struct StepContext: Sendable {
    package let parameters: JSON
    /// Absolute paths.
    package let inputs: [String: String]
    package let outputs: String
    /// What messages call the inputs, where that is something else than their names here.
    private let titles: [String: String]

    package init(
        parameters: JSON, inputs: [String: String], titles: [String: String] = [:], outputs: String
    ) {
        self.parameters = parameters
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

    func integer(_ name: String) throws(AblateError) -> Int { try parameter(name, "a whole number", \.integer) }
    func string(_ name: String) throws(AblateError) -> String { try parameter(name, "a text", \.string) }

    func strings(_ name: String) throws(AblateError) -> [String] {
        try parameter(name, "a list of texts") { Self.all($0, \.string) }
    }

    /// The parameter where it is a text; nil where it is something else.
    func word(_ name: String) -> String? { parameters[name]?.string }

    func optionalInteger(_ name: String) throws(AblateError) -> Int? { try has(name) ? integer(name) : nil }

    func optionalNumber(_ name: String) throws(AblateError) -> Double? {
        try has(name) ? parameter(name, "a number", \.number) : nil
    }

    func optionalIntegers(_ name: String) throws(AblateError) -> [Int]? {
        try has(name) ? parameter(name, "a list of whole numbers") { Self.all($0, \.integer) } : nil
    }

    func numbers(_ name: String) throws(AblateError) -> [Double] {
        try parameter(name, "a list of numbers") { Self.all($0, \.number) }
    }

    /// Whether the parameter is there and says something.
    func has(_ name: String) -> Bool { parameters[name].map { $0 != .null } ?? false }

    private func parameter<Value>(
        _ name: String, _ kind: String, _ read: (JSON) -> Value?
    ) throws(AblateError) -> Value {
        guard let json = parameters[name] else {
            throw AblateError(.invalid, "parameter \(name) is missing; \(kind) belongs there")
        }
        guard let value = read(json) else {
            throw AblateError(.invalid, "parameter \(name) is \(json.text()), and \(kind) belongs there")
        }
        return value
    }

    private static func all<Element>(_ json: JSON, _ read: (JSON) -> Element?) -> [Element]? {
        guard let array = json.array else { return nil }
        let elements = array.compactMap(read)
        return elements.count == array.count ? elements : nil
    }

    func output(_ name: String) -> String { "\(outputs)/\(name)" }
}

/// What a native step gave.
package struct StepOutcome: Sendable {
    package let outputs: [String]
    package let metrics: JSON
}

package enum NativeStep {
    /// Runs a step of a kind whose demand is `native`. Errors: ``AblateError``.
    package static func run(_ kind: StepKind, _ context: StepContext) throws -> StepOutcome {
        do {
            return try outcome(of: kind, context)
        } catch let error as FormatError {
            throw AblateError(.invalid, error.description)
        } catch let error as GroupError {
            throw AblateError(.invalid, error.description)
        } catch let error as ProbabilityError {
            throw AblateError(.invalid, error.description)
        }
    }

    private static func outcome(of kind: StepKind, _ context: StepContext) throws -> StepOutcome {
        switch kind {
        case SplitStep.kind: try split(context)
        case AverageStep.kind: try average(context)
        case OptimizeStep.kind: try optimize(context)
        case EvaluateStep.kind: try evaluate(context)
        case SubmissionStep.kind: try submission(context)
        case PseudoLabelStep.kind: try pseudoLabel(context)
        default: throw AblateError(.invalid, "a step of kind \(kind.rawValue) does not run in the engine")
        }
    }
}
