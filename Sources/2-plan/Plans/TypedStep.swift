// A step as its kind declares it: typed parameters, typed inputs, typed outputs, and the rule for the labels it sees.

package import Digests

/// What a step of one kind is made of. Each kind is one type, in a file of its own in `Kinds/`; whatever differs from kind to kind
/// and is known before a step runs stands there. How a native kind runs is told by the module Steps, the others' work by the module
/// of their name in the worker's `kinds/`.
package protocol TypedStep: Parametrised {
    /// The outputs by name, each an ``Artifact`` of what it holds, so that a wrong wiring does not compile.
    associatedtype Outputs
    static var kind: StepKind { get }
    /// The forms that its parameters may have, where one list of them is not true of every step; by default ``parameters`` alone.
    static var forms: [Form<Self>] { get }
    /// What the worker is told beside the parameters, and what changes no result. Never in a key.
    static var unkeyed: [Parameter<Self>] { get }
    /// What it reads, in the order in which it is told.
    static var inputs: [Input<Self>] { get }
    /// The inputs of this step by name.
    var inputs: [String: Source] { get }
    static func outputs(of step: Int) -> Outputs

    /// What running this step takes; by default what its kind does.
    var demand: Demand { get }
    /// What it says itself that it takes of the machine; nil for ablate's own steps.
    var resources: CommandResources? { get }

    /// What each output has to do with the labels of the training table, from what the inputs have; outputs that are not there have
    /// nothing to do with them.
    func sights(in lineage: Lineage) -> [String: Sight]
    /// The fold whose labels an input has seen although it must not; nil where it may, or has not.
    func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int?
    /// Why what it makes has seen labels that it must not, said of what `name` calls it, and what to do about it.
    func leak(of name: String) -> (reason: String, help: String)
}

extension TypedStep {
    package var demand: Demand { Self.kind.demand }
    package var resources: CommandResources? { nil }
    package func leak(of name: String) -> (reason: String, help: String) {
        ("\"\(name)\" is fitted on the labels of every fold", "fit it on folds")
    }
    package var inputs: [String: Source] {
        var inputs: [String: Source] = [:]
        for input in Self.inputs { input.collect(self, &inputs) }
        return inputs
    }
    package static var forms: [Form<Self>] { [Form(name: "", parameters: parameters)] }
    package static var unkeyed: [Parameter<Self>] { [] }
    /// What the worker gets: the parameters, and what changes no result.
    package var workerParameters: JSON {
        .object((encoded.object ?? [:]).merging(Self.encode(self, Self.unkeyed)) { $1 })
    }
    package func sights(in lineage: Lineage) -> [String: Sight] { [:] }
    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? { nil }

    /// The parameters of each form as the worker reads them, for programs: those that change no result are among them.
    package static var declarations: [(form: String, parameters: JSON)] {
        forms.map { ($0.name, describe($0.parameters + unkeyed)) }
    }
}

/// One of the forms that the parameters of a kind may have.
package struct Form<Root: Sendable>: Sendable {
    package let name: String
    package let parameters: [Parameter<Root>]
}

/// What has declared parameters.
package protocol Parametrised: Sendable {
    /// The parameters that can change the result: name, shape and meaning of each.
    static var parameters: [Parameter<Self>] { get }
}

extension Parametrised {
    /// The parameters as keys and workers have them; always an object.
    package var encoded: JSON { .object(Self.encode(self, Self.parameters)) }

    fileprivate static func encode(_ value: Self, _ parameters: [Parameter<Self>]) -> [String: JSON] {
        var members: [String: JSON] = [:]
        for parameter in parameters { members[parameter.name] = parameter.encode(value) }
        return members
    }

    /// The declarations of the parameters, for programs: `name`, `about`, `schema`, `required`, and `as_before` where the value that
    /// meant what there was before the parameter is left out.
    package static var declaration: JSON { describe(parameters) }

    fileprivate static func describe(_ parameters: [Parameter<Self>]) -> JSON {
        .array(
            parameters.map { parameter in
                var members: [String: JSON] = [
                    "name": .string(parameter.name), "about": .string(parameter.about), "schema": parameter.schema,
                    "required": .bool(parameter.isRequired),
                ]
                members["as_before"] = parameter.asBefore
                return .object(members)
            })
    }
}

/// One parameter of a kind of step.
package struct Parameter<Root: Sendable>: Sendable {
    package let name: String
    package let about: String
    /// The draft-07 JSON Schema of its value.
    package let schema: JSON
    /// Whether it is always there.
    package let isRequired: Bool
    /// The value that means what steps did before there was this parameter. While it has this value it is left out, so that the keys
    /// of older versions stay as they were. Nil for parameters as old as their kind.
    package let asBefore: JSON?
    /// As keys and workers have it; nil where it is left out.
    let encode: @Sendable (Root) -> JSON?
}
