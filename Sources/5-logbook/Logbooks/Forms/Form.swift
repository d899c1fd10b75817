// What every form of a logbook is: logbooks in, files out. Knows no form.

package import Digests
package import Results

/// A way to lay out the logbook of one recipe, or of several.
package protocol Form: Sendable {
    /// The form's files, the one that is read first at the beginning. The same for the same logbooks.
    func files(of logbooks: [RecipeResults]) -> [FormFile]
}

/// A file of a form.
package struct FormFile: Sendable {
    package enum Content: Sendable {
        case text(String)
        case document(JSON)
    }

    /// Its path in the folder of the logbook.
    package let name: String
    package let content: Content

    init(_ name: String, _ content: Content) { (self.name, self.content) = (name, content) }

    package var text: String {
        switch content {
        case .text(let text): text
        case .document(let json): json.text(.indented) + "\n"
        }
    }
}
