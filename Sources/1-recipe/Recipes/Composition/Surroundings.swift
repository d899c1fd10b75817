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

/// Why the text of a file cannot be had.
package struct Unreadable: Error, Sendable {
    /// What it is instead, as a clause.
    package let reason: String
    /// What to do, as a clause; empty where that is plain.
    package let advice: String
    /// What is wrong in it, where it was opened and holds no text.
    package let findings: [Finding]

    package init(reason: String = "", advice: String = "", findings: [Finding] = []) {
        (self.reason, self.advice, self.findings) = (reason, advice, findings)
    }
}

package struct Surroundings: Sendable {
    /// What stands at an absolute path, links followed; nil where there is nothing.
    package var look: @Sendable (_ path: String) -> FileForm?
    /// The text of the file at an absolute path, under a name to show.
    package var read: @Sendable (_ path: String, _ name: String) throws(Unreadable) -> SourceFile = {
        _, _ throws(Unreadable) in
        throw Unreadable(reason: "there is no such file")
    }
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
    /// The names of what lies in a folder, in order; none where there is no folder.
    package var names: @Sendable (_ folder: String) -> [String] = { _ in [] }
    /// The first bytes of a file, so many at most, and whether they are all it has; nil where there is no file.
    package var beginning: @Sendable (_ path: String, _ limit: Int) -> (bytes: [UInt8], isWhole: Bool)? = { _, _ in nil
    }
    /// Whether a file could be written at an absolute path.
    package var isWritable: @Sendable (_ path: String) -> Bool = { _ in true }
    /// The longest sequence a backbone can read, in tokens; nil where that is not known here.
    package var context: @Sendable (Backbone) -> Int? = { _ in nil }

    /// What a backbone's config says of its architecture; nil where that is not known here.
    package var family: @Sendable (Backbone) -> BackboneFamily? = { _ in nil }

    package init(look: @escaping @Sendable (_ path: String) -> FileForm?) { self.look = look }
}
