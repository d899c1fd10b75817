// The texts of a row: their names, in order, and the columns that they come from. Knows no table, template or model.

/// The texts that every row of a table has. A further text is one more element here, and nothing else anywhere.
///
/// Promised: each name once; at least one.
package struct TextColumns: Hashable, Sendable {
    package struct Text: Hashable, Sendable {
        /// How templates, budgets, features and reports call it.
        package let name: String
        /// Where it stands in a table.
        package let column: String
        package init(name: String, column: String) { (self.name, self.column) = (name, column) }
    }

    package let all: [Text]

    /// The names of the short form, which has keys of its own in recipes and in the parameters of steps.
    package static let prompt = "prompt"
    package static let answer = "answer"

    package init(_ all: [Text]) { self.all = all }

    package var names: [String] { all.map(\.name) }
    package var columns: [String] { all.map(\.column) }
    package subscript(name: String) -> String? { all.first { $0.name == name }?.column }

    /// Whether these are an answer, with or without its prompt: what the short form can say.
    package var areShort: Bool {
        self[Self.answer] != nil && all.allSatisfy { $0.name == Self.answer || $0.name == Self.prompt }
    }

    /// The names of the texts that a row is described by: beside an answer its prompt says little of the row; else every text counts.
    package var described: [String] { areShort ? [Self.answer] : names }
}
