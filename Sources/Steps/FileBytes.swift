// Whole files as bytes. Knows no formats.

internal import Glibc

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
        // What is no file must not keep us waiting for somebody to write to it.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("cannot read", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot read", path) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw StepError("\(path) is no regular file") }
        guard Int(status.st_size) <= limit else {
            throw StepError("\(path) has \(status.st_size) bytes, and at most \(limit) are read")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(status.st_size))
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read", path) }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
        throw StepError("\(path) has more than \(limit) bytes")
    }

    static func write(_ bytes: [UInt8], to path: String) throws(StepError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("cannot write", path) }
        defer { close(descriptor) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("cannot write", path) }
            offset += count
        }
    }

    /// Puts a new file in a file's place. The old one may have other names, which keep it as it is.
    package static func replace(_ path: String, by bytes: [UInt8]) throws(StepError) {
        try write(bytes, to: "\(path).part")
        guard rename("\(path).part", path) == 0 else { throw failure("cannot write", path) }
    }

    private static func failure(_ what: String, _ path: String) -> StepError {
        StepError("\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
