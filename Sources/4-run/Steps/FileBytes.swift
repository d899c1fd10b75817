// Whole files as bytes. Knows no formats.

internal import Host

/// A file that could not be read or written, or whose content is not what it must be.
package struct StepError: Error, CustomStringConvertible, Sendable {
    package let description: String
    package init(_ description: String) { self.description = description }
}

package enum FileBytes {
    /// Files that steps hand each other are far smaller.
    private static let limit = 8 << 30

    /// The bytes of a regular file. Errors: ``StepError``, with the path.
    package static func read(_ path: String) throws(StepError) -> [UInt8] {
        do {
            return try Host.system.files.content(of: path, limit: limit)
        } catch {
            throw StepError("\(error)")
        }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(StepError) {
        do {
            // Publishing makes it last.
            try Host.system.files.write(bytes, to: path, isLasting: false)
        } catch {
            throw StepError("\(error)")
        }
    }

    /// Puts a new file in a file's place. The old one may have other names, which keep it as it is.
    package static func replace(_ path: String, by bytes: [UInt8]) throws(StepError) { try write(bytes, to: path) }
}
