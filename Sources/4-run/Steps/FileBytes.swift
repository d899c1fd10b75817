// Whole files as bytes. Knows no formats.

package import Host

package enum FileBytes {
    /// Files that steps hand each other are far smaller.
    private static let limit = 8 << 30

    /// The bytes of a regular file. Errors: ``AblateError``, with the path.
    package static func read(_ path: String) throws(AblateError) -> [UInt8] {
        try AblateError.only { try Host.system.files.content(of: path, limit: limit) }
    }

    static func write(_ bytes: [UInt8], to path: String) throws(AblateError) {
        // Publishing makes it last.
        try AblateError.only { try Host.system.files.write(bytes, to: path, isLasting: false) }
    }

    /// Puts a new file in a file's place. The old one may have other names, which keep it as it is.
    package static func replace(_ path: String, by bytes: [UInt8]) throws(AblateError) { try write(bytes, to: path) }
}
