// The ways to declare a parameter of a step: by the shapes that recipes use, so that a value is written down in one way.

internal import Digests
internal import Recipes
internal import Targets

extension Parameter {
    /// A parameter that is always there.
    init<Value>(
        _ name: String, _ path: any KeyPath<Root, Value> & Sendable, _ shape: ValueShape<Value>, _ about: String
    ) {
        self.init(name: name, about: about, schema: shape.schema, isRequired: true, asBefore: nil) {
            shape.parameter($0[keyPath: path])
        }
    }

    /// A parameter that came after its kind's first version: `asBefore` is the value with which a step does what it did without.
    init<Value: Equatable>(
        _ name: String, _ path: any KeyPath<Root, Value> & Sendable, _ shape: ValueShape<Value>, asBefore: Value,
        _ about: String
    ) {
        self.init(
            name: name, about: about, schema: shape.schema, isRequired: false, asBefore: shape.parameter(asBefore)
        ) {
            $0[keyPath: path] == asBefore ? JSON?.none : shape.parameter($0[keyPath: path])
        }
    }

    /// A parameter that is null where it has no value.
    init<Value>(
        _ name: String, nullable path: any KeyPath<Root, Value?> & Sendable, _ shape: ValueShape<Value>, _ about: String
    ) {
        self.init(
            name: name, about: about, schema: ["anyOf": [shape.schema, ["type": "null"]]], isRequired: true,
            asBefore: nil
        ) {
            $0[keyPath: path].map(shape.parameter) ?? .null
        }
    }

    /// A parameter that is left out where it has no value.
    init<Value>(
        _ name: String, optional path: any KeyPath<Root, Value?> & Sendable, _ shape: ValueShape<Value>, _ about: String
    ) {
        self.init(name: name, about: about, schema: shape.schema, isRequired: false, asBefore: nil) {
            $0[keyPath: path].map(shape.parameter)
        }
    }

    /// A parameter whose value is worked out in the form that workers have it.
    init(
        _ name: String, schema: JSON, required: Bool = true, _ about: String,
        encode: @escaping @Sendable (Root) -> JSON?
    ) {
        self.init(name: name, about: about, schema: schema, isRequired: required, asBefore: nil, encode: encode)
    }

    /// What is predicted, which most kinds ask: how many numbers a row has, and of which kind they are.
    static func target(_ path: any KeyPath<Root, Target> & Sendable) -> [Parameter] {
        let kind = ValueShape<Target.Kind>.choice
        let before = kind.parameter(.classes)
        return [
            Parameter(
                "classes", schema: ValueShape<Int>.integer(1...Int(Int32.max)).schema,
                "The number of labels, or of the numbers that a prediction of a row has."
            ) { .integer($0[keyPath: path].width) },
            Parameter(
                name: "target", about: "What is predicted.", schema: kind.schema, isRequired: false, asBefore: before
            ) {
                kind.parameter($0[keyPath: path].kind) == before ? JSON?.none : kind.parameter($0[keyPath: path].kind)
            },
        ]
    }

    /// A fold by its number, or null.
    static func fold(_ path: any KeyPath<Root, Int?> & Sendable, _ about: String) -> Parameter {
        Parameter("fold", nullable: path, .integer(0...99), about)
    }

    /// A budget for each text: also where the recipe's word is that none is cut.
    static func lengths(_ path: any KeyPath<Root, Lengths> & Sendable) -> Parameter {
        Parameter("lengths", path, Lengths.declaration.shape, Lengths.declaration.about)
    }

    /// The schema of a template in the form that workers have it: `[{"text": "..."}, {"column": "prompt"}, ...]`.
    static var templateSchema: JSON {
        ["type": "array", "items": ["type": "object", "additionalProperties": ["type": "string"]]]
    }

    /// A template in that form.
    static func template(_ path: any KeyPath<Root, Template> & Sendable) -> Parameter {
        Parameter(
            "template", schema: templateSchema,
            "Texts that stand around those of a row, and their places by name."
        ) { $0[keyPath: path].json }
    }

    /// The keys of a section of the recipe as parameters.
    static func keys<Section>(
        of declaration: Declaration<Section>, _ path: any KeyPath<Root, Section> & Sendable, except: Set<String> = []
    ) -> [Parameter] {
        declaration.keys.filter { !except.contains($0.name) }.map { key in
            Parameter(
                name: key.name, about: key.about, schema: key.schema, isRequired: !key.mayBeAbsent,
                asBefore: key.asBefore
            ) {
                key.parameter($0[keyPath: path])
            }
        }
    }

    /// The same parameters of a part of a step.
    static func of<Part>(
        _ path: any KeyPath<Root, Part> & Sendable, _ parameters: [Parameter<Part>]
    ) -> [Parameter] {
        parameters.map { parameter in
            Parameter(
                name: parameter.name, about: parameter.about, schema: parameter.schema,
                isRequired: parameter.isRequired, asBefore: parameter.asBefore
            ) {
                parameter.encode($0[keyPath: path])
            }
        }
    }

    /// The same parameters of a part that a step may do without.
    static func of<Part>(
        optional path: any KeyPath<Root, Part?> & Sendable, _ parameters: [Parameter<Part>], required: Bool = false
    ) -> [Parameter] {
        parameters.map { parameter in
            Parameter(
                name: parameter.name, about: parameter.about, schema: parameter.schema,
                isRequired: required && parameter.isRequired,
                asBefore: parameter.asBefore
            ) {
                $0[keyPath: path].flatMap(parameter.encode)
            }
        }
    }
}

/// The form that keys and workers have of a value, worked out once for all the steps that share it.
struct Encoded<Value: Sendable>: Sendable {
    fileprivate let json: JSON

    init(_ value: Value, _ shape: ValueShape<Value>) { json = shape.parameter(value) }
}

extension ValueShape {
    /// The shape of the value in an ``Encoded``.
    var encoded: ValueShape<Encoded<Value>> {
        ValueShape<Encoded<Value>>(
            schema: schema, decode: { node, reading in self.decode(node, &reading).map { Encoded($0, self) } },
            encode: { $0.json })
    }
}
