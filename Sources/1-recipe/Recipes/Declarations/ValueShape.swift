// How one kind of value is decoded, encoded and described: one declaration feeds all three, so they cannot drift.

package import Digests
internal import Formats
package import Nodes

/// The shape of a value in a recipe.
package struct ValueShape<Value: Sendable>: Sendable {
    /// The draft-07 JSON Schema of the value, without description and default.
    package let schema: JSON
    /// Reads the value; reports what is wrong and returns nil otherwise.
    package let decode: @Sendable (Node, inout Reading) -> Value?
    /// The resolved value, as `show --resolved` has it.
    package let encode: @Sendable (Value) -> JSON
    /// The value as the parameters of steps have it: what is as it was before there was a key for it is left out.
    package let parameter: @Sendable (Value) -> JSON

    package init(
        schema: JSON, decode: @escaping @Sendable (Node, inout Reading) -> Value?,
        encode: @escaping @Sendable (Value) -> JSON, parameter: (@Sendable (Value) -> JSON)? = nil
    ) {
        self.schema = schema
        self.decode = decode
        self.encode = encode
        self.parameter = parameter ?? encode
    }
}

extension ValueShape {
    /// The path of every setting inside such a value, by its schema.
    var settings: [[String]] { Self.settings(JSONDocument(schema, name: "the schema"), []) }

    private static func settings(_ schema: JSONDocument, _ path: [String]) -> [[String]] {
        guard path.count < 6 else { return [] }
        return ([schema] + ((try? schema.member("anyOf").elements) ?? [])).flatMap { choice in
            ((try? choice.member("properties").members) ?? [:]).flatMap { name, value in
                [path + [name]] + settings(value, path + [name])
            }
        }
    }
}
