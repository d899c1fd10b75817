// What a recipe may ask of the world around it. The module itself does no I/O: whoever loads a recipe gives the answers.

package import Diagnostics

/// What stands at a path.
package enum FileForm: Sendable, Equatable {
    case file, folder
    /// Nothing that can be read to an end: a pipe, a device, a file that the system makes up. In the words of a person.
    case other(String)
    /// Something; what it is was not asked.
    case something
}

package struct Surroundings: Sendable {
    /// What stands at an absolute path, links followed; nil where there is nothing.
    package var look: @Sendable (_ path: String) -> FileForm?
    /// The text of the file at an absolute path, under a name to show; nil where it cannot be read.
    package var read: @Sendable (_ path: String, _ name: String) -> SourceFile? = { _, _ in nil }
    /// Whether two absolute paths are of one file or folder, or of two files with the same content: the same lines, whatever their
    /// order and how they end, or the second is the first compressed.
    package var isSame: @Sendable (_ path: String, _ other: String) -> Bool = { $0 == $1 }
    /// Whether the file at the second absolute path holds the labels of the table at the first, beside its ids or texts, however it is
    /// written.
    package var holdsLabels: @Sendable (_ table: String, _ columns: Columns, _ path: String) -> Bool = { _, _, _ in
        false
    }
    /// The Python files below a folder, as paths from it, in order.
    package var modules: @Sendable (_ folder: String) -> [String] = { _ in [] }
    /// The cells of the first line of a CSV file; none where it has no such line, nil where there is no file.
    package var header: @Sendable (_ path: String) -> [String]? = { _ in nil }
    /// Whether a file could be written at an absolute path.
    package var isWritable: @Sendable (_ path: String) -> Bool = { _ in true }
    /// The longest sequence a backbone can read, in tokens; nil where that is not known here.
    package var context: @Sendable (Backbone) -> Int? = { _ in nil }

    /// `model_type` of a backbone's config, and whether the backbone comes with code of its own; nil where that is not known here.
    package var family: @Sendable (Backbone) -> (name: String, hasCode: Bool)? = { _ in nil }

    package init(look: @escaping @Sendable (_ path: String) -> FileForm?) { self.look = look }
}
