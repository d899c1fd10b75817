// What each kind of step declares, for programs: the worker's names of parameters are held to it by a test.

import Digests
import Plans

enum StepDeclarations {
    /// By kind: version, demand, outputs and parameters, as `Plans/Kinds` declares them.
    static var document: JSON {
        let kinds = StepKind.declared.map { body -> (String, JSON) in
            let kind = body.kind
            return (
                kind.rawValue,
                [
                    "about": .string(kind.about), "version": .integer(kind.version),
                    "demand": .string(kind.demand.rawValue), "inputs": inputs(of: body),
                    "outputs": .array(kind.outputs.map { .string($0) }),
                    "parameters": body.declaration,
                ]
            )
        }
        return ["schema_version": 1, "kinds": .object(Dictionary(kinds, uniquingKeysWith: { $1 }))]
    }

    private static func inputs<Body: TypedStep>(of body: Body.Type) -> JSON {
        .array(
            body.inputs.map(\.description).map {
                ["name": .string($0.name), "holds": .string($0.holds), "required": .bool($0.isRequired)]
            })
    }
}
