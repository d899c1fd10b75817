// What is wrong with a file's content. Knows no format.

/// Content that is not what its type promises: the file, the place in it, what was found, and what to do.
package struct FormatError: Error, CustomStringConvertible, Equatable, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}
