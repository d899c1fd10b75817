// The JSON Schema of recipes, from the same declarations that decode them.

package import Digests

package enum RecipeSchema {
    /// The draft-07 schema that editors read.
    package static var document: JSON {
        guard case .object(var members) = Recipe.declaration.shape.schema else { return .null }
        members["$schema"] = "http://json-schema.org/draft-07/schema#"
        members["title"] = "ablate recipe"
        return .object(members)
    }
}
