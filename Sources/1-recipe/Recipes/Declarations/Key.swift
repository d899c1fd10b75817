// One key of a declared mapping.

package import Digests
internal import Nodes

/// A key: its name, its shape, where its value goes, and what it means.
package struct Key<Root: Sendable>: Sendable {
    package let name: String
    package let about: String
    package let isRequired: Bool
    /// What a number counts or measures, such as `tokens`; nil where the sentence says it, or there is none.
    package let unit: String?
    /// The schema of the value with its description.
    package let schema: JSON
    /// Decodes the value into the root; false where something was wrong and reported.
    let decode: @Sendable (Node, inout Root, inout Reading) -> Bool
    /// The resolved value; nil where the key is absent and has no default.
    let encode: @Sendable (Root) -> JSON?

    /// A key with a value in any case: required, or with the default that `initial` has.
    init<Value>(
        _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ shape: ValueShape<Value>,
        required: Bool = false,
        _ about: String, unit: String? = nil
    ) {
        self.name = name
        self.about = about
        self.isRequired = required
        self.unit = unit
        self.schema = Self.describe(shape.schema, about, unit)
        self.decode = { node, root, reading in
            guard let value = shape.decode(node, &reading) else { return false }
            root[keyPath: path] = value
            return true
        }
        self.encode = { shape.encode($0[keyPath: path]) }
    }

    /// A key that may be absent.
    init<Value>(
        _ name: String, optional path: any WritableKeyPath<Root, Value?> & Sendable, _ shape: ValueShape<Value>,
        _ about: String, unit: String? = nil
    ) {
        self.name = name
        self.about = about
        self.isRequired = false
        self.unit = unit
        self.schema = Self.describe(shape.schema, about, unit)
        self.decode = { node, root, reading in
            guard let value = shape.decode(node, &reading) else { return false }
            root[keyPath: path] = value
            return true
        }
        self.encode = { $0[keyPath: path].map(shape.encode) }
    }

    private static func describe(_ schema: JSON, _ about: String, _ unit: String?) -> JSON {
        guard case .object(var members) = schema else { return schema }
        members["description"] = .string(about)
        // No keyword of JSON Schema's: validators pass over it, and the reference prints it.
        if let unit { members["x-unit"] = .string(unit) }
        return .object(members)
    }
}
