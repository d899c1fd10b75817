// One key of a declared mapping.

package import Digests
internal import Nodes

/// A key: its name, its shape, where its value goes, and what it means. One object, since it is looked up for every mapping.
package final class Key<Root: Sendable>: Sendable {
    package let name: String
    package let about: String
    package let isRequired: Bool
    /// Whether it has no value where nobody writes one.
    package let mayBeAbsent: Bool
    /// The value that means what recipes did before there was this key: with it, steps have the keys of older versions, since it is
    /// left out of their parameters. Nil for keys as old as their mapping.
    package let asBefore: JSON?
    /// What a number counts or measures, such as `tokens`; nil where the sentence says it, or there is none.
    package let unit: String?
    /// The schema of the value with its description.
    package let schema: JSON
    /// Decodes the value into the root; false where something was wrong and reported.
    let decode: @Sendable (Node, inout Root, inout Reading) -> Bool
    /// The resolved value; nil where the key is absent and has no default.
    let encode: @Sendable (Root) -> JSON?
    /// The value as a step's parameters have it; nil where it is absent, or as before.
    package let parameter: @Sendable (Root) -> JSON?

    /// A key of which everything is said.
    init(
        name: String, about: String, isRequired: Bool, mayBeAbsent: Bool, asBefore: JSON?, unit: String?, schema: JSON,
        decode: @escaping @Sendable (Node, inout Root, inout Reading) -> Bool,
        encode: @escaping @Sendable (Root) -> JSON?, parameter: @escaping @Sendable (Root) -> JSON?
    ) {
        (self.name, self.about, self.isRequired, self.mayBeAbsent) = (name, about, isRequired, mayBeAbsent)
        (self.asBefore, self.unit, self.schema) = (asBefore, unit, schema)
        (self.decode, self.encode, self.parameter) = (decode, encode, parameter)
    }

    /// A key with a value in any case: required, or with the default that `initial` has. A key that is younger than version 0.1 and
    /// reaches the parameters of a step says with which value all is `asBefore`.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ shape: ValueShape<Value>,
        required: Bool = false, asBefore: Value? = nil,
        _ about: String, unit: String? = nil
    ) {
        self.name = name
        self.about = about
        self.isRequired = required
        self.mayBeAbsent = false
        let before = asBefore.map(shape.parameter)
        self.asBefore = before
        self.unit = unit
        self.schema = Self.describe(shape.schema, about, unit)
        self.decode = { node, root, reading in
            guard let value = shape.decode(node, &reading) else { return false }
            root[keyPath: path] = value
            return true
        }
        self.encode = { shape.encode($0[keyPath: path]) }
        self.parameter = {
            let value = shape.parameter($0[keyPath: path])
            return value == before ? JSON?.none : value
        }
    }

    /// A key that may be absent.
    init<Value>(
        _ name: String, optional path: any WritableKeyPath<Root, Value?> & Sendable, _ shape: ValueShape<Value>,
        _ about: String, unit: String? = nil
    ) {
        self.name = name
        self.about = about
        self.isRequired = false
        self.mayBeAbsent = true
        self.asBefore = nil
        self.unit = unit
        self.schema = Self.describe(shape.schema, about, unit)
        self.decode = { node, root, reading in
            guard let value = shape.decode(node, &reading) else { return false }
            root[keyPath: path] = value
            return true
        }
        self.encode = { $0[keyPath: path].map(shape.encode) }
        self.parameter = { $0[keyPath: path].map(shape.parameter) }
    }

    private static func describe(_ schema: JSON, _ about: String, _ unit: String?) -> JSON {
        guard case .object(var members) = schema else { return schema }
        members["description"] = .string(about)
        // No keyword of JSON Schema's: validators pass over it, and the reference prints it.
        if let unit { members["x-unit"] = .string(unit) }
        return .object(members)
    }
}
