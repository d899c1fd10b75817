// A step as its kind declares it: typed parameters, typed inputs, typed outputs, and the rule for the labels it sees.

package import Digests

/// What a step of one kind is made of. Each kind is one type, in a file of its own in `Kinds/`; whatever differs from kind to kind
/// and is known before a step runs stands there. How a native kind runs is told by the module Steps, the others' work by the module
/// of their name in the worker's `kinds/`.
package protocol TypedStep: Sendable {
    /// The outputs by name, each an ``Artifact`` of what it holds, so that a wrong wiring does not compile.
    associatedtype Outputs
    static var kind: StepKind { get }
    /// The parameters that can change the result: name, shape and meaning of each.
    static var parameters: [Parameter<Self>] { get }
    /// The inputs by name.
    var inputs: [String: Source] { get }
    static func outputs(of step: Int) -> Outputs

    /// What running this step takes; by default what its kind does.
    var demand: Demand { get }
    /// What the worker is told beside the parameters, and what changes no result. Never in a key.
    var unkeyed: [String: JSON] { get }

    /// What each output has to do with the labels of the training table, from what the inputs have; outputs that are not there have
    /// nothing to do with them.
    func sights(in lineage: Lineage) -> [String: Sight]
    /// The fold whose labels an input has seen although it must not; nil where it may, or has not.
    func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int?
}

extension TypedStep {
    package var demand: Demand { Self.kind.demand }
    package var unkeyed: [String: JSON] { [:] }
    package func sights(in lineage: Lineage) -> [String: Sight] { [:] }
    package func leakingFold(of input: String, _ source: Source, in lineage: Lineage) -> Int? { nil }

    /// The parameters as keys and workers have them; always an object.
    package var encoded: JSON {
        var members: [String: JSON] = [:]
        for parameter in Self.parameters { members[parameter.name] = parameter.encode(self) }
        return .object(members)
    }

    /// The declarations of the parameters, for programs: `name`, `about`, `schema`, `required`, and `as_before` where the value that
    /// meant what there was before the parameter is left out.
    package static var declaration: JSON {
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
